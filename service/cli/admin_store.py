"""The store of a service, for commands that look after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from warpack.service.cli.exits import BAD_INPUT, CommandFailed
from warpack.service.cli.settings import settings_with
from warpack.service.cli.terminal import note

if TYPE_CHECKING:
    from warpack.service.settings import Settings
    from warpack.service.store import Store

DataDir = Annotated[Path | None, Parameter(help="Folder of the database (WARPACK_DATA_DIR; the user's data folder).")]


@contextmanager
def opened(data_dir: Path | None, *, may_be_new: bool = False) -> Iterator[Store]:
    """The store. Where there is none, one is made and told if it `may_be_new`; else that is bad input."""
    from warpack.service.store import Store

    settings = settings_with(data_dir=data_dir)
    if may_be_new and not is_there(settings):
        note(f"There was no store in {settings.data_dir}: a new one is made.")
    elif not may_be_new:
        need_store(settings)
    store = Store(settings)
    try:
        yield store
    finally:
        store.close()


def need_store(settings: Settings) -> None:
    """Raises CommandFailed where there is no store: the folder may be mistyped."""
    if not is_there(settings):
        raise CommandFailed(f"there is no store in {settings.data_dir}", BAD_INPUT)


def is_there(settings: Settings) -> bool:
    """Whether a file has the store. A server's database is asked when it is opened."""
    from sqlalchemy import make_url

    url = make_url(settings.store_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()
