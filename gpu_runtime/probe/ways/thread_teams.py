"""Which threads of a block go together: all, those of one track, or those that chose one arm of a branch."""

from __future__ import annotations

from collections.abc import Sequence

EVERYBODY = 0
"""The number of the team that all threads of the block are in."""


class Teams:
    """Sets of the block's threads, each with a number."""

    def __init__(self, threads: int, threads_per_run: int) -> None:
        self.threads = threads
        self.threads_per_run = threads_per_run
        self._members: list[frozenset[int]] = []
        self._numbers: dict[frozenset[int], int] = {}
        self._whole: dict[int, bool] = {}
        self._number(frozenset(range(threads)))

    def __len__(self) -> int:
        return len(self._members)

    def members(self, team: int) -> frozenset[int]:
        return self._members[team]

    def runs(self, team: int) -> frozenset[int]:
        """The runs that have a thread in the team."""
        return frozenset(thread // self.threads_per_run for thread in self._members[team])

    def whole_runs(self, team: int) -> bool:
        """Whether no run is split: each has all its threads in the team, or none."""
        if team not in self._whole:
            self._whole[team] = len(self._members[team]) == self.threads_per_run * len(self.runs(team))
        return self._whole[team]

    def closure(self, team: int) -> int:
        """The team with all threads of its runs."""
        if self.whole_runs(team):
            return team
        per_run = self.threads_per_run
        return self._number(frozenset(run * per_run + lane for run in self.runs(team) for lane in range(per_run)))

    def shares(self, team: int, counts: Sequence[int | None]) -> list[int]:
        """Tracks: their numbers of threads, in the block's order; None: all threads that the others leave."""
        waiting = sorted(self._members[team])
        rest = max(0, len(waiting) - sum(count or 0 for count in counts))
        found = []
        for count in counts:
            many = rest if count is None else count
            found.append(self._number(frozenset(waiting[:many])))
            del waiting[:many]
        return found

    def alternating(self, team: int, many: int, *, by_run: bool) -> list[int]:
        """Arms: one thread (or run) after another takes the next of `many`."""
        each = self.threads_per_run if by_run else 1
        return [
            self._number(frozenset(thread for thread in self._members[team] if thread // each % many == number))
            for number in range(many)
        ]

    def common(self, first: int, second: int) -> int | None:
        """The team of the threads that are in both; None where none is."""
        if first == second:
            return first
        both = self._members[first] & self._members[second]
        return self._number(both) if both else None

    def without(self, first: int, second: int) -> int | None:
        """The team of the threads that are in the first only; None where none is."""
        left = self._members[first] - self._members[second]
        return self._number(left) if left else None

    def includes(self, outer: int, inner: int) -> bool:
        return self._members[inner] <= self._members[outer]

    def _number(self, members: frozenset[int]) -> int:
        found = self._numbers.get(members)
        if found is None:
            found = self._numbers[members] = len(self._members)
            self._members.append(members)
        return found
