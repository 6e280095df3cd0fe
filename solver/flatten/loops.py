"""The loops of a timeline as a tree: which of them hold a phase, from the inside out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from solver.wire.units import Phase

Loop = tuple[Phase, Phase]


class Loops:
    """`sorted`: by start, outer ones first. They must be properly nested."""

    def __init__(self, loops: Iterable[Loop]) -> None:
        self.sorted = sorted(loops, key=lambda loop: (loop[0], -loop[1]))
        self.heads = [loop[0] for loop in self.sorted]
        self._around: list[int] = []
        stack: list[int] = []
        for index, (start, _) in enumerate(self.sorted):
            while stack and self.sorted[stack[-1]][1] <= start:
                stack.pop()
            self._around.append(stack[-1] if stack else -1)
            stack.append(index)

    def __bool__(self) -> bool:
        return bool(self.sorted)

    def holding(self, phase: Phase) -> Iterator[Loop]:
        """The loops that hold the phase, innermost first."""
        index = bisect_right(self.heads, phase) - 1
        while index >= 0:
            loop = self.sorted[index]
            if phase < loop[1]:
                yield loop
            index = self._around[index]

    def to_wrap(self, start: Phase, end: Phase) -> Loop | None:
        """The innermost loop round which an interval from `start` to `end` (not after it) can wrap; None if none can."""
        for loop in self.holding(start):
            if loop[0] < end <= loop[1]:
                return loop
        return None

    def left_behind(self, start: Phase, end: Phase) -> list[Loop]:
        """The loops whose last phase lies in [start, end) and whose first lies before it: there the program may turn
        back out of these phases."""
        found: list[Loop] = []
        for loop in self.holding(start):
            if loop[1] > end:
                break
            if loop[0] < start:
                found.append(loop)
        return found
