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
except ModuleNotFoundError:  # the core does without: the standard library writes the same, in some five times the time
    orjson = None  # type: ignore[assignment]  # a module's name

_MOST_INTEGER = 2**53 - 1
"""Integers beyond this are refused by RFC 8785: a double does not hold them."""

_WHOLE = object()

_LISTS = frozenset((list, tuple))
_PLAIN = _LISTS | {dict, str, bool, int, NoneType}


def canonical(document: Any, doubtful: Any = _WHOLE) -> bytes:
    """The one byte string that RFC 8785 gives for these JSON values.

    orjson and the standard library write the same bytes, many times faster, where no rule is in play that they do not
    share: numbers are integers that a double holds (fractions are written in another way), and keys are ASCII (others
    are ordered by UTF-16 units). `doubtful` is the part of the document of which that is not known. Raises ValueError
    for what JSON or the RFC does not have.
    """
    if _alike(document if doubtful is _WHOLE else doubtful):
        try:
            return _quick(document)
        except (TypeError, ValueError, RecursionError):
            pass  # half a surrogate pair, refused below in the RFC's words; or nested deeper than the encoder goes
    return rfc8785.dumps(document)


def sha256_of(document: Any, doubtful: Any = _WHOLE) -> str:
    """Of the document's canonical JSON, as for `canonical`."""
    return hashlib.sha256(canonical(document, doubtful)).hexdigest()


def quick_encoder(fast: Any) -> Callable[[Any], bytes]:
    """By orjson where that is handed in, else by the standard library."""
    if fast is not None:
        return lambda document: bytes(fast.dumps(document, option=fast.OPT_SORT_KEYS))
    encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False)
    return lambda document: encoder.encode(document).encode()


_quick = quick_encoder(orjson)


def _alike(document: Any) -> bool:
    """Whether the quick encoders and RFC 8785 write the document alike, but for strings that are no Unicode. Level by
    level, so that documents of very many small objects cost little more than being encoded."""
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
