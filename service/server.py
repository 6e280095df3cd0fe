"""`warpack serve`: the API and a worker in one process."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from errno import EISDIR
from functools import partial
from pathlib import Path
from typing import cast

import uvicorn
from starlette.types import ASGIApp

from warpack.service.api import create_app
from warpack.service.api.edge.database_faults import unavailable
from warpack.service.api.edge.protocol import Connections, HttpProtocol
from warpack.service.settings import Settings
from warpack.service.store.migrate import StoreTooNew

_LOG = logging.getLogger("warpack.serve")

_BACKLOG = 2048
_ACCEPTED_AT_ONCE = 64
"""asyncio accepts so many connections before the protocol sees the first. More could use up the open files that the
process may have, whatever cap the protocol has."""

_GRACE_S = 10
"""How long calls in progress may take after a stop. Calls that only wait end at once."""


class StartFailed(Exception):
    """The service could not start; the message says why."""


def serve(settings: Settings, *, port_file: Path | None = None, ready: Callable[[str], None] | None = None) -> None:
    """Serves until SIGINT or SIGTERM. Once calls are answered, `ready` is called with the base URL, and `port_file`
    appears with the port in it. A caller who asked for port 0 learns the port there. Raises StartFailed, and OSError if
    the service cannot listen on the address."""
    with (
        closing(_listen(settings.host, settings.port)) as listening,
        _telling(port_file, listening.getsockname()[1]) as tell_port,
    ):
        port = listening.getsockname()[1]
        host = f"[{settings.host}]" if ":" in settings.host else settings.host

        def started() -> None:
            gc.collect()
            gc.freeze()  # what is loaded stays for good. While it is looked through again, all answers wait 0.1 s
            tell_port()
            if ready is not None:
                ready(f"http://{host}:{port}")

        _serve(settings, listening, started)


def _serve(settings: Settings, listening: socket.socket, started: Callable[[], None]) -> None:
    app = create_app(settings)
    config = http_config(app, settings)

    def nobody_waits_any_longer() -> None:
        app.state.hub.close()
        app.state.offers.close()

    server = _Server(config, started, nobody_waits_any_longer, app.state.hurry.set)
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        return  # uvicorn raises SIGINT once more after an orderly shutdown
    except SystemExit:  # uvicorn raises it for an error before it listens
        cause = getattr(app.state, "start_failure", None)
        raise StartFailed(_why(cause)) from cause


@contextmanager
def _telling(port_file: Path | None, port: int) -> Iterator[Callable[[], object]]:
    """A function that makes the file appear, whole. It goes when the block ends. Raises StartFailed where it cannot be
    written."""
    if port_file is None:
        yield lambda: None
        return
    try:
        if port_file.is_dir():
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
        draft = port_file.with_name(f".{port_file.name}.{os.getpid()}")
        draft.write_text(f"{port}\n")
    except OSError as error:
        raise StartFailed(f"--port-file {port_file} cannot be written: {error.strerror or error}") from None
    try:
        yield lambda: draft.replace(port_file)
    finally:
        for file in (draft, port_file):
            file.unlink(missing_ok=True)


def _why(cause: BaseException | None) -> str:
    """A sentence about the fault of disk or database, if there is one. Else the error; its traceback is in the log."""
    found = None if cause is None else unavailable(cause)
    if found is not None:
        return found.problem.detail
    if isinstance(cause, OSError | StoreTooNew):
        return str(cause)
    _LOG.error("the service could not start", exc_info=cause)
    return repr(cause)


def http_config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """The configuration of uvicorn: it uses our protocol, and does not log itself."""
    protocol = partial(HttpProtocol, connections_shared=Connections(settings.max_connections, settings.header_limit_s))
    return uvicorn.Config(
        app,
        http=cast(type[asyncio.Protocol], protocol),
        ws="none",
        backlog=_ACCEPTED_AT_ONCE,
        log_config=None,
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=_GRACE_S,
        server_header=False,
    )


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. It is bound here and not by the server, so that a port in use is an error of this call."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    # Accepted connections inherit this. asyncio would set it only on sockets that name their protocol, which accepted
    # ones do not. Without it, every answer waits 40 ms for the caller's delayed acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


class _Server(uvicorn.Server):
    def __init__(
        self,
        config: uvicorn.Config,
        started: Callable[[], None],
        stopping: Callable[[], None],
        hurry: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._tell = started
        self._stop_waits, self._hurry = stopping, hurry

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        told = logging.getLogger("uvicorn.error")
        told.disabled = True  # `serve` tells of a failure, once
        try:
            await super().startup(sockets)
        finally:
            told.disabled = False
        for listening in sockets or ():
            listening.listen(_BACKLOG)  # asyncio has set a smaller backlog
        if self.started:
            self._tell()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stop_waits()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: object) -> None:
        """Stops the server. SIGTERM is an ordinary end: it is not raised again after the shutdown, so the exit code is
        0. A second signal of any kind releases all tasks at once."""
        if self.should_exit:
            self._hurry()
        elif sig == signal.SIGTERM:
            self.should_exit = True
        else:
            super().handle_exit(sig, frame)  # type: ignore[arg-type]  # uvicorn names a frame type
