"""Sizes and element types as the document spells them, and settings that differ from the defaults."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

Size = int | dict[str, int]
"""Elements, or what `Kernel.per_thread` and `per_warp` give."""


def growing(per: str, each: int, plus: int) -> dict[str, int]:
    return {per: each, "plus": plus} if plus else {per: each}


def spelled_dtype(dtype: Any) -> Any:
    """A name, or the object of an opaque type; NumPy's, numba's and PyTorch-like types by their names.

    Anything else is left for the reader to refuse.
    """
    if isinstance(dtype, str | dict):
        return dtype
    for attribute in ("name", "__name__"):
        name = getattr(dtype, attribute, None)
        if isinstance(name, str):
            return {"bool_": "bool"}.get(name, name)
    return dtype


def plain(value: Any) -> Any:
    """The document with Python's own numbers where NumPy's stood, and all else as it is."""
    if value is None or type(value) in (str, int, bool, float):
        return value
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return float(value)
    try:
        return operator.index(value)
    except TypeError:  # left for the reader to refuse
        return value


def differing(stated: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    """What is not as usual; where nothing is usual, what is not None. `True` is not 1: the reader is to refuse it."""
    return {
        key: value
        for key, value in stated.items()
        if value != usual.get(key) or type(value) is not type(usual.get(key))
    }
