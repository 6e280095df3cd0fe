"""The edge over real sockets, before a small application: it answers a POST with the size of its body, a GET with
`hello`, and holds GET /held until it is let go."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.helpers.processes import PATIENCE_S, eventually
from warpack.service.api.edge import Edge
from warpack.service.server import http_config
from warpack.service.settings import Settings

LARGE_ANSWER_BYTES = 32 * 2**20
"""More than the buffers of a connection hold. The answer of GET /large."""


@dataclass(frozen=True)
class Answer:
    """An answer as it came, read to the end of the connection or of its own length."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> str:
        """The last part of the problem's type."""
        assert self.headers["content-type"] == "application/problem+json", self
        return str(json.loads(self.body)["type"].rpartition(":")[2])


class Wire:
    """One connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self._file = self._socket.makefile("rb")

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def hold(self, declared: int, path: str = "/", **fields: str) -> None:
        """Begins a body of this length; on return the server has made room for it, and waits for its first byte."""
        self.send(post(b"", declared, path, Expect="100-continue", **fields))
        answer = self.answer()
        assert answer.status == 100, answer

    def answer(self) -> Answer:
        """Raises EOFError where the connection ends without one."""
        status = self._file.readline()
        if not status:
            raise EOFError("the server ended the connection without an answer")
        headers: dict[str, str] = {}
        while line := self._file.readline().strip():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        body = self._file.read(int(headers.get("content-length", 0)))
        return Answer(int(status.split()[1]), headers, body)

    def is_ended(self) -> bool:
        """Whether the server has ended the connection: waits for it."""
        try:
            return self._file.read(1) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self._file.close()
        self._socket.close()


@dataclass
class EdgeServer:
    port: int
    app: _App
    wires: list[Wire] = field(default_factory=list)

    def wire(self, data: bytes = b"") -> Wire:
        """A new connection that sends this first."""
        wire = Wire(self.port)
        self.wires.append(wire)
        wire.send(data)
        return wire

    def ask(self, data: bytes) -> Answer:
        return self.wire(data).answer()


def get(path: str = "/", **fields: str) -> bytes:
    return _head("GET", path, fields) + b"\r\n"


def post(body: bytes, declared: int | None = None, path: str = "/", **fields: str) -> bytes:
    """`declared`: the length that the head tells, where that is not the body's."""
    length = {"Content-Type": "application/json", "Content-Length": str(len(body) if declared is None else declared)}
    return _head("POST", path, length | fields) + b"\r\n" + body


def _head(method: str, path: str, fields: dict[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1")


class _App:
    def __init__(self) -> None:
        self.held = 0
        self.let_go = threading.Event()

    def methods(self, path: str) -> tuple[str, ...]:
        return ("GET", "HEAD", "POST")

    def template(self, path: str) -> str | None:
        return path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        text = b"hello"
        if scope["path"] == "/held":
            self.held += 1
            await asyncio.to_thread(self.let_go.wait)
        if scope["path"] == "/large":
            text = bytes(LARGE_ANSWER_BYTES)
        if scope["path"] == "/broken":
            raise RuntimeError("a secret of ours")
        if scope["method"] == "POST":
            text = str(len((await receive())["body"])).encode()
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(text)).encode())]}
        )
        await send({"type": "http.response.body", "body": text})


@contextmanager
def edge_server(folder: Path, **settings: Any) -> Iterator[EdgeServer]:
    app = _App()
    chosen = Settings(data_dir=folder, **settings)
    with serving(Edge(app, chosen, app), chosen) as port:
        running = EdgeServer(port, app)
        try:
            yield running
        finally:
            app.let_go.set()
            for wire in running.wires:
                wire.close()


def _started(server: uvicorn.Server, thread: threading.Thread) -> bool:
    if not server.started and not thread.is_alive():
        raise AssertionError("the server ended at its start; the log says why")
    return server.started


@contextmanager
def serving(app: ASGIApp, settings: Settings) -> Iterator[int]:
    """The port of a server in a thread of this process, which serves the application as `warpack serve` does."""
    server = uvicorn.Server(http_config(app, settings))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            eventually(lambda: _started(server, thread), "the server listens")
            yield int(listening.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join()
