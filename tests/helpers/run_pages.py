"""Runs a page as its reader would: its files are written, its commands are run, in order, in one folder.

- A `python`, `cpp`, `cmake`, `yaml`, `json` or `toml` block that begins with a comment with a file's name,
  `# kernel.py`, is written into the folder. `# kernel.py, in part`: the lines have to stand in that file already.
- Other `python` blocks of a page are one program. It is run where its output is
  shown, or else before the next command.
- Other `json`, `yaml` and `toml` blocks have to be what they say; a manifest has to keep every rule.
- `sh` blocks are run, each by a shell, and have to end well. Variables that one sets are there in the next.
- `text` blocks behind one have to stand in what it printed, in order. White space and seconds do not count, nor
  which of several lines is named for a pair: the first that the analysis meets differs from Python to Python.
- `<!-- needs: triton -->`: what follows is run only where that package is installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.helpers.page_data import READERS, check_data
from tests.helpers.page_shell import PageShell

ROOT = Path(__file__).resolve().parents[2]

_PART = re.compile(r"^```(\S*)\n(.*?)^```$|^<!-- needs: (\w+) -->$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"(?:#|//) (\S+\.\w+)(, in part)?\n")
_FILES = {"cmake", "cpp", "json", "python", "toml", "yaml"}
PROGRAM = "program.py"


class PageError(AssertionError):
    """The page says something else than what happens."""


@dataclass(frozen=True, slots=True)
class Block:
    """`language` is "needs" for the name of a package."""

    language: str
    text: str

    @property
    def first_line(self) -> str:
        """What tables name a block by."""
        return self.text.partition("\n")[0]


def blocks(page: Path) -> Iterator[Block]:
    for language, body, needed in _PART.findall(page.read_text(encoding="utf-8")):
        if needed:
            yield Block("needs", needed)
        elif not language.startswith("{"):  # a list of pages, for the site
            yield Block(language, body)


def run_page(
    page: Path, folder: Path, replaced: Mapping[str, str] | None = None, left_out: frozenset[Block] = frozenset()
) -> str | None:
    """The package for want of which the rest of the page was left out, if any. `replaced`: what commands say, and what
    stands for it here. Blocks that are `left_out` are passed over."""
    run = _Run(page.name, folder, replaced or {})
    for block in blocks(page):
        if block.language == "needs" and find_spec(block.text) is None:
            return block.text
        if block.language != "needs" and block not in left_out:
            run.take(block)
    run.finish()
    return None


class _Run:
    def __init__(self, page: str, folder: Path, replaced: Mapping[str, str]) -> None:
        self._page, self._folder, self._replaced = page, folder, replaced
        self._shell = PageShell(folder)
        self._program: list[str] = []
        self._printed = self._came = ""

    def take(self, block: Block) -> None:
        if block.language == "sh":
            self.finish()
            self._printed = self._run(block.text)
        elif block.language == "text":
            self._shown(block.text)
        elif block.language in _FILES and _FILE.match(block.text):
            self._file(block.text)
        elif block.language == "python":
            self._program.append(block.text)
        elif block.language in READERS:
            self._data(block)
        elif block.language in _FILES:
            raise PageError(f"{self._page}: this block names no file:\n{block.text}")
        else:
            raise PageError(f"{self._page} has a block of {block.language or 'no language'}, which nothing runs")

    def finish(self) -> None:
        if self._program:
            self._printed = self._run_program()

    def _shown(self, text: str) -> None:
        if self._program:
            self._printed = self._run_program()
        _before, found, rest = self._printed.partition(_normal(text))
        if not found:
            raise PageError(f"{self._page} shows\n{text}\nand this came:\n{self._came}")
        self._printed = rest

    def _run_program(self) -> str:
        text = self._meant("\n".join(self._program))
        (self._folder / PROGRAM).write_text(text, encoding="utf-8")
        self._program = []
        return self._run(f"python {PROGRAM}\n")

    def _run(self, command: str) -> str:
        command = self._meant(command)
        code, printed = self._shell.run(command)
        if code:
            raise PageError(f"{command}\nended with {code}:\n{printed}")
        self._came = printed
        return _normal(printed)

    def _meant(self, text: str) -> str:
        for said, meant in self._replaced.items():
            text = text.replace(said, meant)
        return text

    def _data(self, block: Block) -> None:
        try:
            check_data(block.language, block.text)
        except ValueError as error:
            raise PageError(f"{self._page}: {error}, in\n{block.text}") from None

    def _file(self, text: str) -> None:
        named = _FILE.match(text)
        assert named is not None
        path = self._folder / named[1]
        if named[2] is None:
            path.write_text(text, encoding="utf-8")
        elif text[named.end() :] not in path.read_text(encoding="utf-8"):
            raise PageError(f"{self._page}: this does not stand in {path.name}:\n{text}")


def _normal(text: str) -> str:
    text = re.sub(r"\b\d+\.\d+ s\b", "N s", text)
    return " ".join(re.sub(r"(both may be needed at line) \d+", r"\1 N", text).split())
