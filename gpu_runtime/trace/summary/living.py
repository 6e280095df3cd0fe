"""Where arrays are needed: from stretches of time to places, and to pairs of elements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from warpack.gpu_runtime.trace.record.elements import Usage
from warpack.gpu_runtime.trace.record.moments import ENTRY, Moments, ranks
from warpack.gpu_runtime.trace.record.sites import LOCAL, Site


class Living:
    """For one recording. Times are ranked: all times of the kernel in the order of the program."""

    def __init__(self, moments: Moments) -> None:
        self._ranks = ranks(moments)
        self._places = np.zeros(len(self._ranks), np.int64)
        for time, rank in enumerate(self._ranks):
            self._places[rank] = moments.place_of[time]

    def places(self, usage: Usage) -> frozenset[int]:
        """The places at which some element is needed, or written though nobody reads it."""
        steps = np.zeros(len(self._ranks) + 1, np.int64)
        for since, last in usage.stretches:
            steps[self._ranks[since]] += 1
            steps[self._ranks[last] + 1] -= 1
        return frozenset(np.unique(self._places[np.cumsum(steps)[:-1] > 0]).tolist()) - {ENTRY}

    def clash(self, one: Site, other: Site) -> bool:
        """Whether some element is needed of both at once, or not touched by one and the same thread alone."""
        mine, theirs = self._by_element(one.usage), self._by_element(other.usage)
        for element in mine.keys() & theirs.keys():
            if one.space != LOCAL:
                bits = one.usage.threads[element] | other.usage.threads[element]
                if bits & (bits - 1):
                    return True
            if _overlap(mine[element], theirs[element]):
                return True
        return False

    def _by_element(self, usage: Usage) -> Mapping[int, list[tuple[int, int]]]:
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for (since, last), elements in usage.stretches.items():
            for element in elements:
                found[element].append((self._ranks[since], self._ranks[last]))
        return found


def _overlap(mine: Sequence[tuple[int, int]], theirs: Sequence[tuple[int, int]]) -> bool:
    return any(since < last and first < end for first, last in mine for since, end in theirs)


def pairs(sites: Sequence[Site]) -> Iterator[tuple[Site, Site]]:
    """Pairs whose elements may stand for one another."""
    for index, one in enumerate(sites):
        for other in sites[index + 1 :]:
            if (one.shape, one.dtype.itemsize, one.space) == (other.shape, other.dtype.itemsize, other.space):
                yield one, other
