"""`warpack admin backup` and `warpack admin restore`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from warpack.service.cli.admin_store import DataDir, need_store
from warpack.service.cli.exits import BAD_INPUT, DONE, FAILED, CommandFailed
from warpack.service.cli.settings import Config, settings_with
from warpack.service.cli.terminal import note


def backup(
    file: Annotated[Path, Parameter(help="The file to write. An existing one is replaced once the new one is whole.")],
    *,
    data_dir: DataDir = None,
    config: Config = None,
) -> int:
    """Write the store to a file as it is at one moment: jobs, manifests, layouts, reports, allocators and API keys.

    The service may run on meanwhile. On PostgreSQL this needs pg_dump.
    """
    from warpack.service.store.backup import back_up

    settings = settings_with(data_dir=data_dir, config=config)
    need_store(settings)
    try:
        with _told():
            done = back_up(settings, file)
    except OSError as error:  # it may name a file that is made on the way
        raise CommandFailed(f"cannot write {file}: {error.strerror or error}") from None
    note(f"Written: {file} ({done.size_bytes} bytes, {done.facts.database}, migration step {done.facts.revision}).")
    return DONE


def restore(
    file: Annotated[Path, Parameter(help="A file that `warpack admin backup` wrote.")],
    *,
    replace: Annotated[
        bool,
        Parameter(
            negative="", show_default=False, help="Restore even if the store is not empty; what it holds is lost."
        ),
    ] = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> int:
    """Replace the store by a backup, all of it or nothing. Stop all processes first.

    Finished jobs are there again. Open jobs go on when a service starts. On PostgreSQL this needs pg_restore and psql.
    """
    from warpack.service.store.backup import restore as put_back

    if not file.is_file():
        raise CommandFailed(f"cannot read {file}: there is no such file", BAD_INPUT)
    with _told():
        done = put_back(settings_with(data_dir=data_dir, config=config), file, replace=replace)
    note(f"Restored: the store as it was at {done.facts.made_at}.")
    return DONE


@contextmanager
def _told() -> Iterator[None]:
    from warpack.service.store.backup import BackupError

    try:
        yield
    except BackupError as error:
        raise CommandFailed(str(error), FAILED) from None
