"""What each command prints under `--help`."""

from __future__ import annotations

import io
from collections.abc import Iterator

from rich.console import Console

from warpack.service.cli.app import build

_WIDTH = 100


def commands() -> str:
    """Every command and each of its subcommands, as an installed package has them."""
    return "\n".join(_sections(()))


def _sections(path: tuple[str, ...]) -> Iterator[str]:
    app = build(None)
    found = app
    for name in path:
        found = found[name]
    if path:
        yield f"{'#' * (len(path) + 1)} warpack {' '.join(path)}\n"
        yield f"```text\n{_help(path)}\n```\n"
    for name in found:
        if not name.startswith("-"):
            yield from _sections((*path, name))


def _help(path: tuple[str, ...]) -> str:
    text = io.StringIO()
    build(None).help_print(list(path), console=Console(file=text, width=_WIDTH, color_system=None))
    return "\n".join(line.rstrip() for line in text.getvalue().strip().splitlines())
