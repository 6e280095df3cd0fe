"""What the trials have in common that are commands: on which database they run, and in which folder."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from tests.helpers.postgres import Server, server


def parser_of(description: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgresql", action="store_true", help="not on SQLite")
    return parser


@contextmanager
def place(name: str, *, postgresql: bool) -> Iterator[tuple[Path, Server | None]]:
    """A folder of the trial's own, and a server of PostgreSQL if it wants one."""
    with (
        tempfile.TemporaryDirectory(prefix=f"warpack-{name}-") as folder,
        server() if postgresql else nullcontext() as it,
    ):
        yield Path(folder), it
