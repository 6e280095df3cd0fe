"""Stored answers. If a caller posts bytes that were answered before, the same answer is sent before any call is
reached.

This holds only for a POST of a manifest without an idempotency key. Any other request goes on to its call.
"""

from __future__ import annotations

import asyncio
import hashlib

from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from warpack.service.api.answers.rendered import PREFIX
from warpack.service.api.edge.answers import header
from warpack.service.api.edge.keys import Caller
from warpack.service.api.node.batched import Batched
from warpack.service.api.node.children import SMALL_BYTES
from warpack.service.api.node.ready_answers import ReadyAnswer, ReadyAnswers
from warpack.service.jobs.job_runner import JobRunner


class KnownAnswers:
    """The ready answers of one node. Each is checked against the store before it is sent again."""

    def __init__(self, runner: JobRunner, answers: ReadyAnswers | None = None) -> None:
        self._runner, self._answers = runner, answers or ReadyAnswers()
        self._standing = Batched(runner.store.jobs.standing)

    async def find(self, caller: Caller, posted: bytes) -> ReadyAnswer | None:
        """The answer to the bytes with this hash, if it still holds and no better one is to be had."""
        found = self._answers.get(caller.id, posted)
        if found is None:
            return None
        if not await self._standing.has(found.job_id):
            self._answers.drop(caller.id, posted)
            return None
        if found.may_rise_on and self._runner.has_device(found.may_rise_on):
            return None
        return found

    def keep(self, caller: Caller, posted: bytes, answer: ReadyAnswer) -> None:
        """Keeps the answer to bytes of this hash."""
        self._answers.keep(caller.id, posted, answer)


class StoredAnswers:
    """ASGI middleware. Behind the edge, where a body is one message; before the calls, which cost more than the
    answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _may_be_known(scope):
            await self._app(scope, receive, send)
            return
        message = await receive()
        found = await _known(scope, message)
        if found is not None:
            prefer = header(scope["headers"], b"prefer")
            answer = found.response(None if prefer is None else prefer.decode("latin-1"), 200)
            await answer(scope, receive, send)
            return

        left: list[Message] = [message]

        async def replay() -> Message:
            return left.pop() if left else await receive()

        await self._app(scope, replay, send)


async def _known(scope: Scope, message: Message) -> ReadyAnswer | None:
    known: KnownAnswers | None = getattr(scope["app"].state, "known_answers", None)
    if known is None or message["type"] != "http.request" or message["more_body"]:
        return None
    try:
        return await known.find(scope["caller"], await body_hash(message["body"]))
    except SQLAlchemyError:
        return None  # the call will meet the same fault, and answer with it


async def body_hash(body: bytes) -> bytes:
    """The SHA-256 of a body. A large one is hashed in a thread."""
    if len(body) <= SMALL_BYTES:
        return hashlib.sha256(body).digest()
    return (await asyncio.to_thread(hashlib.sha256, body)).digest()


def _may_be_known(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != PREFIX:
        return False
    may = scope["caller"].scopes
    return ("submit" in may or "admin" in may) and header(scope["headers"], b"idempotency-key") is None
