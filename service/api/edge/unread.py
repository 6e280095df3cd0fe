"""Answers that are sent before the body was read whole: a refusal, or a call that needs no body.

The connection cannot serve another request then. Closing it at once would lose answers: unread bytes make the kernel
reset the connection. So the answer is sent whole first, further bytes are read and dropped for a moment, and then the
connection ends.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from warpack.service.api.edge.answers import header

_LINGER_S: Final = 5.0
_CLOSE = (b"connection", b"close")


class Unread:
    """ASGI middleware that ends connections with an unread body in order."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = scope.get("headers", [])
        if scope["type"] != "http" or not _has_body(headers):
            await self._app(scope, receive, send)
            return
        left = False  # nothing more to read: the body is whole, or the caller has left

        async def watching_receive() -> Message:
            nonlocal left
            message = await receive()
            left = left or message["type"] != "http.request" or not message.get("more_body", False)
            return message

        async def ending_send(message: Message) -> None:
            if left:
                await send(message)
            elif message["type"] == "http.response.start":
                await send({**message, "headers": [*_without_close(message), _CLOSE]})
            elif message.get("more_body", False) or header(headers, b"expect") is not None:
                await send(message)  # a caller who expects 100 Continue has not sent the body
            else:
                await send({**message, "more_body": True})
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LINGER_S):
                        while not left:
                            await watching_receive()
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        await self._app(scope, watching_receive, ending_send)


def _has_body(headers: list[tuple[bytes, bytes]]) -> bool:
    return header(headers, b"transfer-encoding") is not None or header(headers, b"content-length") not in (None, b"0")


def _without_close(message: Message) -> list[tuple[bytes, bytes]]:
    return [field for field in message.get("headers", []) if field[0].lower() != b"connection"]
