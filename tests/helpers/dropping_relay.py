"""A relay before a service that drops connections: the service has done what was asked, and its answer is lost."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.helpers.processes import PATIENCE_S


@dataclass
class Relay:
    """`drops`: how many of the next answers to a request that begins with `to` are lost, after `keeps` bytes of them.
    `seen`: the first line of each request."""

    url: str
    drops: int = 0
    to: bytes = b"POST"
    keeps: int = 0
    seen: list[bytes] = field(default_factory=list)


@contextmanager
def dropping_relay(url: str) -> Iterator[Relay]:
    """One request a connection."""
    service = urlsplit(url)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        relay = Relay(f"http://127.0.0.1:{listening.getsockname()[1]}")

        def accept() -> None:
            with suppress(OSError):  # closed at the end
                while True:
                    taken = listening.accept()[0]
                    threading.Thread(target=pass_on, args=(taken,), daemon=True).start()

        def pass_on(caller: socket.socket) -> None:
            with caller, socket.create_connection((service.hostname or "", service.port or 0)) as other:
                other.settimeout(PATIENCE_S)
                head, body = _request(caller)
                relay.seen.append(head.partition(b"\r\n")[0])
                drop = relay.drops > 0 and head.startswith(relay.to)
                relay.drops -= drop
                other.sendall(head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1) + body)
                left = relay.keeps if drop else -1
                with suppress(OSError):  # the caller has gone
                    while (piece := other.recv(65536)) and left:
                        caller.sendall(piece[:left] if drop else piece)
                        left = max(left - len(piece), 0) if drop else -1

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        yield relay
        listening.shutdown(socket.SHUT_RDWR)
        accepting.join()


def _request(caller: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        data += caller.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0].partition(b":")[2]) if lengths else 0
    while len(body) < length:
        body += caller.recv(65536)
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join(lines) + b"\r\n\r\n", body
