"""Which elements of an array an index may name: sums of unknown whole numbers, and sets of elements as bits."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache

Dims = tuple[tuple[int, int], ...]
"""(count, stride) of each direction in which a set of elements extends."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A whole number from 0 to count - 1: a loop's trip, or an index of the thread in its block.

    `loop` is the key of the loop of which it is the trip; `threads`: the threads of a block take all its values
    together. `count` is None where it is not known. `complete`: it does take all of its values.
    """

    key: Hashable
    count: int | None
    loop: Hashable | None = None
    threads: bool = False
    complete: bool = True


Terms = tuple[tuple[Symbol, int], ...]


@dataclass(frozen=True, slots=True)
class Affine:
    """const + the sum of coefficient times symbol."""

    const: int
    terms: Terms = ()

    def plus(self, other: Affine, sign: int = 1) -> Affine:
        return Affine(self.const + sign * other.const, added(self.terms, other.terms, sign))

    def times(self, factor: int) -> Affine:
        return Affine(self.const * factor, tuple((s, c * factor) for s, c in self.terms) if factor else ())

    @property
    def bounds(self) -> tuple[int, int] | None:
        """The least and the greatest value, or None where an unknown has no end."""
        low = high = self.const
        for symbol, coefficient in self.terms:
            if symbol.count is None:
                return None
            reach = (symbol.count - 1) * coefficient
            low, high = low + min(reach, 0), high + max(reach, 0)
        return low, high

    @property
    def of_threads(self) -> bool:
        return any(symbol.threads for symbol, _ in self.terms)


def added(left: Terms, right: Terms, sign: int = 1) -> Terms:
    if not right:
        return left
    total = dict(left)
    for symbol, coefficient in right:
        total[symbol] = total.get(symbol, 0) + sign * coefficient
    return tuple(sorted(((s, c) for s, c in total.items() if c), key=lambda term: (repr(term[0].key), term[1])))


@lru_cache(maxsize=1 << 16)
def bits(start: int, dims: Dims) -> int:
    """The elements start + k1 * stride1 + k2 * stride2 + ... for all k below their counts, as bits from 0 on."""
    for count, stride in dims:
        if stride < 0:
            start += (count - 1) * stride
    low = min(start, 0)
    found = 1 << (start - low)
    for count, stride in dims:
        found = _repeated(found, count, abs(stride))
    return found >> -low


def _repeated(pattern: int, count: int, stride: int) -> int:
    if count <= 0:
        return 0
    found, have = pattern, 1
    while have < count:
        step = min(have, count - have)
        found |= found << (step * stride)
        have += step
    return found


def dims_of(terms: Iterable[tuple[Symbol, int]]) -> Dims:
    """The directions in which unknowns extend; their counts must be known."""
    return tuple((symbol.count or 0, coefficient) for symbol, coefficient in terms)


NOTHING = Affine(0)
