"""A prime for the length of pattern pools: see `patterns`."""

from __future__ import annotations


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
