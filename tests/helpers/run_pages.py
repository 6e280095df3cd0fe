"""Runs a page of docs/ as its reader would: its files are written, its commands are run, in order, in one folder.

- `python`, `cpp`, `cmake`, `toml` and `yaml` blocks begin with a comment that names their file: `# kernel.py`. It is
  written into the folder. `# kernel.py, in part`: the lines have to stand in that file already.
- `sh` blocks are run, each by a shell of its own, and have to end well.
- `text` blocks behind one have to stand in what it printed, in order. Trailing spaces and seconds do not count,
  nor which of several lines is named for a pair: the first that the analysis meets differs from Python to Python.
- `<!-- needs: triton -->`: what follows is run only where that package is installed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent

from tests.helpers.processes import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]

_PART = re.compile(r"^```(\w+)\n(.*?)^```$|^<!-- needs: (\w+) -->$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"(?:#|//) (\S+\.\w+)(, in part)?\n")
_COMMENT = {"cmake", "cpp", "python", "toml", "yaml"}


class PageError(AssertionError):
    """The page says something else than what happens."""


@dataclass(frozen=True, slots=True)
class Block:
    """`language` is "needs" for the name of a package."""

    language: str
    text: str


def blocks(page: Path) -> Iterator[Block]:
    for language, body, needed in _PART.findall(page.read_text(encoding="utf-8")):
        yield Block("needs", needed) if needed else Block(language, body)


def run_page(page: Path, folder: Path, replaced: Mapping[str, str] | None = None) -> str | None:
    """The package for want of which the rest of the page was left out, if any. `replaced`: what commands say, and what
    stands for it here."""
    environment = _environment(folder.parent / "bin")
    printed = ""
    for block in blocks(page):
        if block.language == "needs":
            if find_spec(block.text) is None:
                return block.text
        elif block.language == "sh":
            command = block.text
            for said, meant in (replaced or {}).items():
                command = command.replace(said, meant)
            printed = _normal(_printed_by(command, folder, environment))
        elif block.language == "text":
            _before, found, rest = printed.partition(_normal(block.text))
            if not found:
                raise PageError(f"{page.name} shows\n{block.text}\nand this came:\n{printed}")
            printed = rest
        elif block.language in _COMMENT:
            _file(block, page.name, folder)
        else:
            raise PageError(f"{page.name} has a block of {block.language}, which nothing runs")
    return None


def _file(block: Block, page: str, folder: Path) -> None:
    named = _FILE.match(block.text)
    if named is None:
        raise PageError(f"{page}: this block names no file:\n{block.text}")
    path = folder / named[1]
    if named[2] is None:
        path.write_text(block.text, encoding="utf-8")
    elif block.text[named.end() :] not in path.read_text(encoding="utf-8"):
        raise PageError(f"{page}: this does not stand in {path.name}:\n{block.text}")


def _printed_by(command: str, folder: Path, environment: Mapping[str, str]) -> str:
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    if ran.returncode:
        raise PageError(f"{command}\nended with {ran.returncode}:\n{ran.stdout}")
    return ran.stdout


def _normal(text: str) -> str:
    lines = [re.sub(r"\b\d+\.\d+ s\b", "N s", line.rstrip()) for line in text.splitlines()]
    lines = [re.sub(r"(both may be needed at line) \d+", r"\1 N", line) for line in lines]
    return "".join(f"{line}\n" for line in lines)


def _environment(commands: Path) -> dict[str, str]:
    """`warpack` and `python` are those of this tree, wherever the tests are started."""
    commands.mkdir(exist_ok=True)
    for name, arguments in (("python", ""), ("warpack", "-m warpack")):
        path = commands / name
        path.write_text(
            dedent(f"""\
            #!/bin/sh
            exec "{sys.executable}" {arguments} "$@"
            """)
        )
        path.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NUMBA_ENABLE_CUDASIM")}
    return kept | {"PATH": f"{commands}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
