"""Cursors of a list: where a page ended, and a check that it was a page of the same list."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from warpack.service.api.answers.errors import ApiError
from warpack.service.problems import ProblemDetails

CURSOR = "^[0-9]{1,18}-[0-9a-f]{16}$"


def cursor_of(last: int, filters: Mapping[str, Any]) -> str:
    """`last`: the `seq` of the last job of a page."""
    text = json.dumps([last, dict(sorted(filters.items()))])
    return f"{last}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def before_of(cursor: str, filters: Mapping[str, Any]) -> int:
    """The `seq` before which the next page begins. Raises problem `bad-parameter` for a cursor of another list."""
    last = int(cursor.partition("-")[0])
    if cursor == cursor_of(last, filters):
        return last
    detail = "query.cursor: This is the cursor of no page with these filters, or of another key's list."
    raise ApiError(ProblemDetails("bad-parameter", "A parameter is wrong", HTTPStatus.UNPROCESSABLE_ENTITY, detail))
