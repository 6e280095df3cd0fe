"""`warpack serve`."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from warpack.service.cli.exits import DONE, FAILED, CommandFailed
from warpack.service.cli.settings import Config, settings_with

_LOG = logging.getLogger("warpack.serve")


def serve(
    *,
    host: Annotated[str | None, Parameter(help="Address to listen on (WARPACK_HOST; 127.0.0.1).")] = None,
    port: Annotated[int | None, Parameter(help="Port to listen on; 0 takes a free one (WARPACK_PORT; 8000).")] = None,
    data_dir: Annotated[
        Path | None, Parameter(help="Folder of the database (WARPACK_DATA_DIR; the user's data folder).")
    ] = None,
    workers: Annotated[int | None, Parameter(help="Jobs at a time; 0: only answer calls (WARPACK_WORKERS; 2).")] = None,
    port_file: Annotated[Path | None, Parameter(help="Write the port to this file once calls are answered.")] = None,
    config: Config = None,
) -> int:
    """Answer HTTP calls, and work on the jobs that they make, until Ctrl-C or SIGTERM.

    Everything is kept in one folder. No other service is needed.
    """
    settings = settings_with(host=host, port=port, data_dir=data_dir, workers=workers, config=config)
    from warpack.service.logs import log_of_a_process

    with log_of_a_process(settings.log_level):
        _LOG.info("Starting: the service loads what it needs", extra={"data_dir": str(settings.data_dir)})
        from warpack.service.server import StartFailed
        from warpack.service.server import serve as serve_until_stopped

        try:
            serve_until_stopped(settings, port_file=port_file, ready=_say_where)
        except StartFailed as error:
            raise CommandFailed(f"the service could not start: {error}", FAILED) from None
    return DONE


def _say_where(url: str) -> None:
    _LOG.info(f"Serving on {url}, documentation at {url}/docs")
