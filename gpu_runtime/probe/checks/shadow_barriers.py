"""The barriers of a script in the shadow check: when each was last passed, and which threads' accesses it orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Passed:
    """A clock that ticks at every barrier. `teams`: the members of each."""

    def __init__(self, teams: Sequence[Sequence[int]], threads: int, threads_per_run: int) -> None:
        self._per_run = threads_per_run
        self._members = [frozenset(team) for team in teams]
        self._masks = [np.zeros(threads, np.bool_) for _ in teams]
        for mask, team in zip(self._masks, teams, strict=True):
            mask[list(team)] = True
        self._last: dict[tuple[str, int], int] = {}
        self._fenced: dict[tuple[str, int], int] = {}
        self.now = 0

    def wait(self, scope: str, team: int, *, fenced: bool = False) -> None:
        self.now += 1
        self._last[scope, team] = self.now
        if fenced:
            self._fenced[scope, team] = self.now

    def unordered(self, when: Ints, earlier: Ints, who: Ints, one_run: Bools) -> Bools:
        """Of accesses by threads `earlier` at `when`, which are not ordered before some by `who` now. Negative threads
        stand for several; `one_run`: where the two are of one run even so."""
        block = self._last.get(("block", 0), 0)
        found: Bools = when >= block
        for (scope, team), last in self._last.items():
            if last > block:
                mask = self._masks[team]
                both = mask[who] & np.where(earlier < 0, one_run, mask[earlier])
                if scope == "run":
                    both &= (earlier // self._per_run == who // self._per_run) | one_run
                found &= ~(both & (when < last))
        return found

    def since(self, earlier: int, team: int, run: int | None, *, fenced: bool) -> int:
        """The last time that a barrier (with a proxy fence, if `fenced`) covered all threads of both teams, or those of
        one run if given."""
        threads = self._members[earlier] | self._members[team]
        if run is not None:
            threads &= frozenset(range(run * self._per_run, (run + 1) * self._per_run))
        held = [
            last
            for (scope, waiting), last in (self._fenced if fenced else self._last).items()
            if (scope != "run" or run is not None) and (scope == "block" or threads <= self._members[waiting])
        ]
        return max(held, default=0)


def in_place_leaders(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """A leader for every piece of an in-place pair, the same for all pieces that hand their elements on to one
    another."""
    leaders: dict[int, int] = {}

    def leader(cell: int) -> int:
        while leaders.setdefault(cell, cell) != cell:
            cell = leaders[cell]
        return cell

    for read, write in pairs:
        leaders[leader(read)] = leader(write)
    return {cell: leader(cell) for cell in leaders}
