"""Request ids: the caller's own id if it is harmless, else a new one."""

from __future__ import annotations

import re
import secrets

HEADER = b"x-request-id"

_SAFE = re.compile(rb"[A-Za-z0-9._~-]{1,64}")


def request_id(given: bytes | None) -> str:
    """The caller's id if it has 1 to 64 letters, digits, dots, underscores, tildes or hyphens; else a new id."""
    if given is not None and _SAFE.fullmatch(given):
        return given.decode("ascii")
    return secrets.token_hex(12)
