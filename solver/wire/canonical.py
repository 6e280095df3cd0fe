"""Canonical JSON (RFC 8785) and its hash."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import rfc8785

_MOST_INTEGER = 2**53 - 1
"""Integers beyond this are refused by RFC 8785: a double does not hold them."""


def canonical(document: Any) -> bytes:
    """The one byte string that RFC 8785 gives for these JSON values.

    Python's own encoder writes the same bytes, many times faster, where no rule is in play that it does not share: numbers
    are integers that a double holds (fractions are written in another way), and keys are ASCII (others are ordered by
    UTF-16 units). Raises ValueError for what JSON or the RFC does not have.
    """
    if _alike(document):
        try:
            return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        except UnicodeEncodeError:
            pass  # half a surrogate pair: refused below, in the RFC's words
    return rfc8785.dumps(document)


def sha256_of(document: Any) -> str:
    return hashlib.sha256(canonical(document)).hexdigest()


def _alike(document: Any) -> bool:
    """Whether Python's encoder and RFC 8785 write the document alike, but for strings that are no Unicode."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        kind = type(value)
        if kind is str or kind is bool or value is None:
            continue
        if kind is int:
            if not -_MOST_INTEGER <= value <= _MOST_INTEGER:
                return False
        elif kind is list or kind is tuple:
            waiting.extend(value)
        elif kind is dict:
            if not all(type(key) is str and key.isascii() for key in value):
                return False
            waiting.extend(value.values())
        else:
            return False
    return True
