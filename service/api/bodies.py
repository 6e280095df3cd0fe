"""What calls do with bodies, which the edge has read whole and within its limits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from fastapi import Request

from warpack.service.api.edge.budget import LARGE_BYTES

Result = TypeVar("Result")


async def in_thread(request: Request, work: Callable[[bytes], Result]) -> Result:
    """`work` on the body, off the event loop. Large ones take their turn one by one: a document read from JSON takes
    many times the memory of its bytes."""
    body = await request.body()
    if len(body) <= LARGE_BYTES:
        return await asyncio.to_thread(work, body)
    async with request.app.state.large_bodies:
        return await asyncio.to_thread(work, body)
