"""`warpack serve`: the API, and a worker beside it, in one process."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from warpack.service.api import create_app
from warpack.service.settings import Settings

_BACKLOG = 2048


def serve(settings: Settings, *, port_file: Path | None = None, ready: Callable[[str], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM. Once calls are answered, `ready` is called with the base URL and `port_file`
    appears, with the port in it: whoever asked for port 0 learns it there."""
    listening = _listen(settings.host, settings.port)
    port = listening.getsockname()[1]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host

    def started() -> None:
        if port_file is not None:
            draft = port_file.with_name(f".{port_file.name}.{os.getpid()}")
            draft.write_text(f"{port}\n")
            draft.replace(port_file)  # it appears whole
        if ready is not None:
            ready(f"http://{host}:{port}")

    config = uvicorn.Config(
        create_app(settings), log_level="warning", lifespan="on", timeout_graceful_shutdown=3, server_header=False
    )
    server = _Server(config, started)
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        return  # uvicorn raises SIGINT again after it has shut down in order
    finally:
        listening.close()
        if port_file is not None:
            port_file.unlink(missing_ok=True)


def _listen(host: str, port: int) -> socket.socket:
    """Bound here rather than by the server, so that a port in use is an error of this call."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    # Its connections inherit this. asyncio sets it only on sockets that name their protocol, which accepted ones of a
    # socket made here do not; without it every answer waits 40 ms for the caller's delayed acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell()

    def handle_exit(self, sig: int, frame: object) -> None:
        """SIGTERM is an ordinary end here: no signal is raised again after shutdown, so that the exit code is 0."""
        if sig == signal.SIGTERM:
            self.should_exit = True
        else:
            super().handle_exit(sig, frame)  # type: ignore[arg-type]  # uvicorn names a frame type
