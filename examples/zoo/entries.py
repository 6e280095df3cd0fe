"""What kernels.toml says of each kernel."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

FOLDER = Path(__file__).parent
LIST = FOLDER / "kernels.toml"


@dataclass(frozen=True)
class Entry:
    """`manifest`: its file, from this folder. `read`: how the lifetimes were read. `said`: what there is to say beside
    the figures. `commit` is empty where the project is a release."""

    manifest: str
    project: str
    files: list[str]
    kernel: str
    read: str
    said: str
    commit: str = ""

    @property
    def path(self) -> Path:
        return (FOLDER / self.manifest).resolve()

    @property
    def name(self) -> str:
        return self.path.stem


def entries(path: Path = LIST) -> list[Entry]:
    """In the order of the file. Raises ValueError where a kernel lacks a field, or has one that there is not."""
    known = {field.name for field in fields(Entry)}
    found: list[Entry] = []
    for number, table in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["kernel"], 1):
        missing = known - {"commit"} - set(table)
        if missing or set(table) - known:
            wrong = ", ".join(sorted(missing | (set(table) - known)))
            raise ValueError(f"{path.name}: kernel {number}: missing or unknown: {wrong}")
        found.append(Entry(**table))
    return found
