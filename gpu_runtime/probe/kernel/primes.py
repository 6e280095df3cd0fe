"""A prime for the length of pattern pools, and multipliers for runs and blocks: see `patterns`."""

from __future__ import annotations

import random


def distinct_multipliers(count: int, prime: int) -> list[int]:
    """All different, so that equal tokens give different patterns in every run, and different tokens can look alike in
    one run but not in two."""
    return random.Random(prime).sample(range(1, prime), count)  # noqa: S311  (patterns, no secrets)


def prime_above(number: int) -> int:
    """The least prime above `number`."""
    candidate = number + 1
    while not _is_prime(candidate):
        candidate += 1
    return candidate


def _is_prime(number: int) -> bool:
    if number < 4:
        return number > 1
    return number % 2 == 1 and all(number % divisor for divisor in range(3, int(number**0.5) + 1, 2))
