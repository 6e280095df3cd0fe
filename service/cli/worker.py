"""`warpack worker`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from service.cli.exits import BAD_INPUT, DONE, CommandFailed
from service.cli.settings import settings_with
from service.cli.terminal import note


def worker(
    *,
    data_dir: Annotated[
        Path | None, Parameter(help="The service's folder (WARPACK_DATA_DIR; the user's data folder).")
    ] = None,
    workers: Annotated[int | None, Parameter(help="Jobs of each kind at a time (WARPACK_WORKERS; 2).")] = None,
) -> int:
    """Work on the jobs of a service that shares the data folder, until Ctrl-C or SIGTERM."""
    from service.working import work

    settings = settings_with(data_dir=data_dir, workers=workers)
    if not settings.workers:
        raise CommandFailed("a worker with --workers 0 would do nothing: 1 or more", BAD_INPUT)
    work(settings, ready=lambda: note(f"Working on the jobs in {settings.data_dir}"))
    return DONE
