"""`warpack serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from warpack.service.cli.exits import DONE
from warpack.service.cli.settings import settings_with
from warpack.service.cli.terminal import note


def serve(
    *,
    host: Annotated[str | None, Parameter(help="Address to listen on (WARPACK_HOST; 127.0.0.1).")] = None,
    port: Annotated[int | None, Parameter(help="Port to listen on; 0 takes a free one (WARPACK_PORT; 8000).")] = None,
    data_dir: Annotated[
        Path | None, Parameter(help="Folder of the database (WARPACK_DATA_DIR; the user's data folder).")
    ] = None,
    workers: Annotated[int | None, Parameter(help="Jobs at a time; 0: only answer calls (WARPACK_WORKERS; 2).")] = None,
    port_file: Annotated[Path | None, Parameter(help="Write the port to this file once calls are answered.")] = None,
) -> int:
    """Answer HTTP calls, and work on the jobs they bring, until Ctrl-C or SIGTERM.

    Everything is kept in one folder; no other service is needed.
    """
    from warpack.service.server import serve as serve_until_stopped

    settings = settings_with(host=host, port=port, data_dir=data_dir, workers=workers)
    serve_until_stopped(
        settings, port_file=port_file, ready=lambda url: note(f"Serving on {url}, documentation at {url}/docs")
    )
    return DONE
