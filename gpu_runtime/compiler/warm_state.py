"""Whether this process is ready to compile: `process_warm_up.warm_up` makes it so. Nothing heavy is imported to find
out."""

from __future__ import annotations


class _State:
    warm = False


def is_warm() -> bool:
    """Whether `warm_up` was called in this process, or in the one that it was forked from."""
    return _State.warm


def say_warm() -> None:
    _State.warm = True
