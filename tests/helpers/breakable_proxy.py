"""A wire between a worker and its service that can be cut: bytes stop, and nobody is told."""

from __future__ import annotations

import selectors
import socket
import threading
from contextlib import AbstractContextManager, closing, suppress

_LOOK_EVERY_S = 0.05


class BreakableProxy:
    """Forwards TCP to a port of this machine's loopback, from a `port` of its own at `host`. While it is `cut`,
    connections stay open, new ones are taken, and not a byte goes through; those connections end when it is mended."""

    def __init__(self, to_port: int, host: str = "127.0.0.1") -> None:
        self._to_port = to_port
        self._listening = socket.create_server((host, 0))
        self._cut, self._stopping = threading.Event(), threading.Event()
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._thread = threading.Thread(target=self._forward, name="proxy", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    def cut(self) -> None:
        self._cut.set()

    def mend(self) -> None:
        self._cut.clear()

    def close(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _forward(self) -> None:
        with selectors.DefaultSelector() as ready, self._listening:
            ready.register(self._listening, selectors.EVENT_READ)
            was_cut = False
            while not self._stopping.is_set():
                events = ready.select(_LOOK_EVERY_S)
                if self._cut.is_set():
                    was_cut = True
                    self._stopping.wait(_LOOK_EVERY_S)
                    continue
                if was_cut:
                    was_cut = False
                    for side in list(self._pairs):
                        self._end(ready, side)
                    continue
                for key, _ in events:
                    side: socket.socket = key.fileobj  # type: ignore[assignment]  # only sockets are registered
                    if side is self._listening:
                        self._connect(ready)
                    elif side in self._pairs:
                        self._pass_on(ready, side)
            for side in list(self._pairs):
                self._end(ready, side)

    def _connect(self, ready: selectors.BaseSelector) -> None:
        near, _ = self._listening.accept()
        try:
            far = socket.create_connection(("127.0.0.1", self._to_port))
        except OSError:
            near.close()
            return
        self._pairs[near], self._pairs[far] = far, near
        for side in (near, far):
            ready.register(side, selectors.EVENT_READ)

    def _pass_on(self, ready: selectors.BaseSelector, side: socket.socket) -> None:
        try:
            data = side.recv(65536)
            if data:
                self._pairs[side].sendall(data)
        except OSError:
            data = b""
        if not data:
            self._end(ready, side)

    def _end(self, ready: selectors.BaseSelector, side: socket.socket) -> None:
        other = self._pairs.pop(side, None)
        if other is None:
            return
        self._pairs.pop(other, None)
        for each in (side, other):
            with suppress(KeyError):
                ready.unregister(each)
            each.close()


def breakable_proxy(to_port: int, host: str = "127.0.0.1") -> AbstractContextManager[BreakableProxy]:
    return closing(BreakableProxy(to_port, host))
