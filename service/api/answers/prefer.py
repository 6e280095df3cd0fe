"""Header fields of calls that make jobs: `Idempotency-Key`, and `Prefer: wait=N` (RFC 7240). The latter says how long
the call may wait for the job's end."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Header

Prefer = Annotated[str | None, Header(description="`wait=N`: wait up to N seconds (60 at most) for the job's end.")]

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        pattern=r"^[\x20-\x7e]*$",
        description="The same key with the same body gets the same job.",
    ),
]

MAX_WAIT_S = 60
"""A longer wait is cut to this, because proxies end longer ones. Preference-Applied in the answer says what was
granted."""

_WAIT = re.compile(r'(?:^|[,;\s])wait\s*=\s*"?(\d{1,9})"?', re.IGNORECASE)


def wait_s(header: str | None) -> int | None:
    """The seconds granted; None if the caller asked for none. Other preferences are ignored."""
    found = _WAIT.search(header or "")
    return min(int(found.group(1)), MAX_WAIT_S) if found else None
