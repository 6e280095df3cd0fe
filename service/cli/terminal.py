"""Standard output and standard error: for people by rich, for programs as plain bytes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from rich.console import Console

from warpack.service.render.text import plain
from warpack.solver.wire.problems import Problem

_PIPED_COLUMNS = 120


def out() -> Console:
    """Standard output. Without a terminal it has no colours and, unless COLUMNS says otherwise, 120 columns."""
    return _console(stderr=False)


def err() -> Console:
    return _console(stderr=True)


def complain(sentence: str) -> None:
    """A line on standard error."""
    note(f"warpack: {sentence}")


def complain_of(problems: Iterable[Problem], what: str = "error") -> None:
    """A line on standard error for each problem: pointer, message, type."""
    for problem in problems:
        note(f"{what}: {problem}")


def note(sentence: str) -> None:
    """A remark on standard error, so that standard output has the result alone."""
    print(plain(sentence), file=sys.stderr, flush=True)


def write_json(text: str) -> None:
    """Writes JSON to standard output, in UTF-8 whatever the locale says."""
    write_text(text + "\n")


def write_text(text: str) -> None:
    """Writes a document that ends with a line break, likewise."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _PIPED_COLUMNS
    return console
