"""Numbers of things in words."""

from __future__ import annotations


def number_of(count: int, what: str) -> str:
    """`1 thread`, `2 threads`."""
    return f"{count} {what}{'' if count == 1 else 's'}"
