"""Canonical JSON (RFC 8785) and its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from itertools import chain
from types import NoneType
from typing import Any

import rfc8785

try:
    import orjson
except (
    ModuleNotFoundError
):  # the core works without it: the standard library writes the same, in about five times the time
    orjson = None  # type: ignore[assignment]  # a module's name

_MOST_INTEGER = 2**53 - 1
"""RFC 8785 refuses larger integers: a double does not hold them."""

_WHOLE = object()

_LISTS = frozenset((list, tuple))
_PLAIN = _LISTS | {dict, str, bool, int, NoneType}


def canonical(document: Any, doubtful: Any = _WHOLE) -> bytes:
    """The one byte string that RFC 8785 gives for these JSON values.

    orjson and the standard library write the same bytes, many times faster, if all numbers are integers that a double
    holds (they write fractions differently) and all keys are ASCII (RFC 8785 orders other keys by UTF-16 units).
    `doubtful` is the part of the document for which that is not known. Raises ValueError for what JSON or the RFC does
    not have.
    """
    if _alike(document if doubtful is _WHOLE else doubtful):
        try:
            return _quick(document)
        except (TypeError, ValueError, RecursionError):
            pass  # half a surrogate pair, which the RFC's encoder refuses below; or nested too deep for this encoder
    return rfc8785.dumps(document)


def sha256_of(document: Any, doubtful: Any = _WHOLE) -> str:
    """The hash of the document's canonical JSON; arguments as for `canonical`."""
    return hashlib.sha256(canonical(document, doubtful)).hexdigest()


def quick_encoder(fast: Any) -> Callable[[Any], bytes]:
    """With orjson where it is passed in, else with the standard library."""
    if fast is not None:
        return lambda document: bytes(fast.dumps(document, option=fast.OPT_SORT_KEYS))
    encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False)
    return lambda document: encoder.encode(document).encode()


_quick = quick_encoder(orjson)


def _alike(document: Any) -> bool:
    """Whether the quick encoders and RFC 8785 write the document alike, apart from strings that are not valid Unicode.
    It goes level by level, so for very many small objects it costs little more than encoding them."""
    level: list[Any] = [document]
    while level:
        kinds = set(map(type, level))
        if not kinds <= _PLAIN:
            return False
        if int in kinds:
            whole = [value for value in level if type(value) is int]
            if min(whole) < -_MOST_INTEGER or max(whole) > _MOST_INTEGER:
                return False
        objects = [value for value in level if type(value) is dict] if dict in kinds else []
        if not all(type(key) is str and key.isascii() for key in set(chain.from_iterable(objects))):
            return False
        lists = [value for value in level if type(value) in _LISTS] if not kinds.isdisjoint(_LISTS) else []
        level = list(chain(chain.from_iterable(map(dict.values, objects)), chain.from_iterable(lists)))
    return True
