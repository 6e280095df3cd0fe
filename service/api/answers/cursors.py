"""Cursors of a list. A cursor says where a page ended, and holds a checksum of the list's filters."""

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
    """The next page has the jobs before this `seq`. Raises problem `bad-parameter` for a cursor of another list."""
    last = int(cursor.partition("-")[0])
    if cursor == cursor_of(last, filters):
        return last
    detail = "query.cursor: This cursor belongs to other filters, or to another key's list."
    raise ApiError(ProblemDetails("bad-parameter", "A parameter is wrong", HTTPStatus.UNPROCESSABLE_ENTITY, detail))
