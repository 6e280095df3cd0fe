"""First fit over a part of a region, without making ready what a search needs: quick for one or two tries."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from solver.flatten.pairs import forbidden_differences
from solver.flatten.problem import RegionProblem
from solver.search.conflicts import phase_masks, special_pairs
from solver.search.firstfit import lowest_between
from solver.wire.units import Bytes


class Settling:
    """Items of one region, each at the lowest offset that those before it leave. Windows are not heeded."""

    def __init__(self, problem: RegionProblem) -> None:
        self._problem = problem
        self._masks = phase_masks(problem)
        self._special = special_pairs(problem)
        self._known: list[dict[int, tuple[tuple[Bytes, Bytes], ...]]] = [{} for _ in problem.items]

    def packs(self, kept: Sequence[int], offsets: Sequence[Bytes], most: Bytes) -> bool:
        """Whether first fit places the items `kept` within `most` bytes: by rising offsets of a packing, or by falling bytes of
        all that they conflict with."""
        weight = self._weights
        orders = (
            sorted(kept, key=lambda i: (offsets[i], i)),
            sorted(kept, key=lambda i: (-weight[i], i)),
        )
        return any(self._fits(order, most) for order in orders)

    @cached_property
    def _weights(self) -> list[Bytes]:
        sizes = [item.size_bytes for item in self._problem.items]
        return [
            sum(size for size, other in zip(sizes, self._masks, strict=True) if mask & other) for mask in self._masks
        ]

    def _fits(self, order: Sequence[int], most: Bytes) -> bool:
        items = self._problem.items
        pinned = [i for i in order if items[i].pinned_offset_bytes is not None]
        placed: list[tuple[int, Bytes]] = []
        for i in (*pinned, *(i for i in order if items[i].pinned_offset_bytes is None)):
            offset = items[i].pinned_offset_bytes
            if offset is None:
                known, blocked = self._known[i], []
                for other, there in placed:
                    gaps = known.get(other)
                    if gaps is None:
                        gaps = known[other] = self._forbidden(other, i)
                    for low, high in gaps:
                        blocked.append((there + low, there + high))
                offset = lowest_between(blocked, items[i].alignment_bytes)
            if offset + items[i].size_bytes > most:
                return False
            placed.append((i, offset))
        return True

    def _forbidden(self, i: int, j: int) -> tuple[tuple[Bytes, Bytes], ...]:
        """Differences `offset_j - offset_i`, as closed intervals."""
        first, second = self._problem.items[i], self._problem.items[j]
        meet = self._masks[i] & self._masks[j]
        rigid = len(first.pieces) > 1 or len(second.pieces) > 1
        if (meet and rigid) or ((i, j) if i < j else (j, i)) in self._special:
            return forbidden_differences(self._problem, i, j)
        return ((1 - second.size_bytes, first.size_bytes - 1),) if meet else ()
