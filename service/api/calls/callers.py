"""`/v1/caller`: whose key this is, and what it may do."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from warpack.service.api.node.callers import Anyone

router = APIRouter(tags=["operations"])


@router.get("/v1/caller", summary="What the caller's key may do")
async def get_caller(caller: Anyone) -> dict[str, Any]:
    """`key_id` is the id of the key, as `warpack admin keys list` shows it. It is null without a key, on a service that
    listens to its own machine alone. `scopes` says what the caller may do, and `priority` is the highest of its
    orders."""
    return {"key_id": caller.id or None, "scopes": sorted(caller.scopes), "priority": caller.priority}
