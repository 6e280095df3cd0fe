"""Type aliases that carry units, so that signatures say what their integers count."""

from typing import TypeAlias

Bytes: TypeAlias = int
"""A number of bytes, or a byte offset."""

Elements: TypeAlias = int
"""A number of elements of a buffer's dtype, or an element offset."""

Phase: TypeAlias = int
"""An index into a timeline's phases."""


def align_up(value: int, alignment: int) -> int:
    """The least multiple of `alignment` that is not below `value`."""
    return -(-value // alignment) * alignment
