"""The store of a service, for commands that look after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from warpack.service.cli.settings import settings_with

if TYPE_CHECKING:
    from warpack.service.store import Store

DataDir = Annotated[Path | None, Parameter(help="Folder of the database (WARPACK_DATA_DIR; the user's data folder).")]


@contextmanager
def opened(data_dir: Path | None) -> Iterator[Store]:
    from warpack.service.store import Store

    store = Store(settings_with(data_dir=data_dir))
    try:
        yield store
    finally:
        store.close()
