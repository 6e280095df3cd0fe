"""Places in JSON documents, by their pointers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any


def objects(value: Any, not_into: Collection[str], at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object with its pointer, but for those below the keys `not_into`."""
    if isinstance(value, dict):
        yield at, value
        for key, inner in value.items():
            if key not in not_into:
                yield from objects(inner, not_into, f"{at}/{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from objects(inner, not_into, f"{at}/{index}")


def inside(document: Any, pointer: str) -> dict[str, Any]:
    """The object at a pointer."""
    for step in pointer.split("/")[1:]:
        document = document[int(step) if isinstance(document, list) else step]
    assert isinstance(document, dict)
    return document
