"""How many random cases a sweep tries, and how large a set is that a test makes for its size.

WARPACK_TEST_SWEEP=10 make test    # ten times as many
"""

from __future__ import annotations

import os

_TIMES = max(1, int(os.environ.get("WARPACK_TEST_SWEEP", "1")))


def times(count: int) -> int:
    """The count as it is, or multiplied where more is asked for."""
    return count * _TIMES


def seeds(count: int, first: int = 0) -> range:
    """The seeds of a sweep over `count` random cases, or over more where they are asked for."""
    return range(first, first + times(count))
