"""Canonical JSON (RFC 8785) and its hash."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785


def canonical(document: Any) -> bytes:
    """The one byte string that RFC 8785 gives for these JSON values."""
    return rfc8785.dumps(document)


def sha256_of(document: Any) -> str:
    return hashlib.sha256(canonical(document)).hexdigest()
