"""Standard output and standard error: for people by rich, for programs as plain bytes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import IO, Any

from rich.console import Console
from rich.text import Text

from warpack.service.render.text import plain
from warpack.service.render.wrapping import Prose
from warpack.solver.wire.problems import Problem

_PIPED_COLUMNS = 120
_quiet = False


class _Console(Console):
    """Wraps sentences between words, and breaks no word, name or path."""

    def print(self, *objects: Any, **options: Any) -> None:
        super().print(*map(_wrapped, objects), **{"crop": False, **options})

    def on_broken_pipe(self) -> None:
        """`main` ends the command. Rich's own way would end it with code 1."""
        raise BrokenPipeError


def _wrapped(each: Any) -> Any:
    """A sentence as one that is wrapped. The text of a help page comes inside an object of cyclopts."""
    text = getattr(each, "primary_renderable", each)
    if isinstance(text, str):
        return Prose(Text(text))
    return Prose(text) if isinstance(text, Text) and not text.no_wrap else each


def out() -> Console:
    """Standard output. Without a terminal it has no colours and, unless COLUMNS says otherwise, 120 columns."""
    return _console(stderr=False)


def err() -> Console:
    return _console(stderr=True)


def be_quiet(quiet: bool) -> None:
    """From now on no remark and no progress is shown, or again. Errors and results are."""
    global _quiet
    _quiet = quiet


def is_quiet() -> bool:
    return _quiet


def complain(sentence: str) -> None:
    """An error, on standard error."""
    _say(f"warpack: {sentence}")


def complain_of(problems: Iterable[Problem], what: str = "error") -> None:
    """A line on standard error for each problem: pointer, message, type."""
    for problem in problems:
        _say(f"{what}: {problem}")


def detail(sentence: str) -> None:
    """A line on standard error that belongs to an error."""
    _say(sentence)


def note(sentence: str) -> None:
    """A remark on standard error, so that standard output has the result alone. None if the user wants quiet."""
    if not _quiet:
        _say(sentence)


def write_json(text: str) -> None:
    """Writes JSON to standard output, in UTF-8 whatever the locale says."""
    write_text(text + "\n")


def write_text(text: str) -> None:
    """Writes a document that ends with a line break, likewise."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def _say(sentence: str) -> None:
    """On a terminal wrapped at its width. Elsewhere a line is a line, so that programs can read it."""
    if sys.stderr.isatty():
        err().print(Prose(Text(plain(sentence))))
    else:
        print(plain(sentence), file=sys.stderr, flush=True)


def _console(*, stderr: bool) -> Console:
    console = _Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not _terminal(console.file) and "COLUMNS" not in os.environ:
        console.width = _PIPED_COLUMNS
    return console


def _terminal(stream: IO[str]) -> bool:
    return stream.isatty()
