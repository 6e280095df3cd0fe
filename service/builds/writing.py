"""Writes emitted files, and leaves alone those that have the text already: what depends on them is not built again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def write_changed(folder: Path, files: Mapping[str, str]) -> list[str]:
    """The names of the files that were written. Raises OSError where the folder cannot be written.

    Each is replaced as a whole: a build that is interrupted leaves the old file or the new one, never half of it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    changed = [name for name, text in files.items() if _text_of(folder / name) != text]
    for name in changed:
        part = folder / f".{name}.{os.getpid()}"
        try:
            part.write_text(files[name], encoding="utf-8")
            part.replace(folder / name)
        finally:
            part.unlink(missing_ok=True)
    return changed


def _text_of(path: Path) -> str | None:
    """None where there is no such file, or one that nobody can have written here."""
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return None
