"""The ways that control can go: from a phase to the next one, and from a loop's last phase also to its first.

Threads that share a buffer are only kept apart by barriers, so what one of them may still be reading runs on along every
such way until a barrier that covers them all.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from solver.verifier.spans import Span, Spans, covers, merged
from solver.wire.units import Phase


@dataclass(frozen=True)
class Flow:
    """Control flow and barriers of a program. `innermost[p]` is the index in `loops` of the innermost loop that holds
    phase p (-1: none), `outer[i]` that of the loop around loop i. `covering` maps a scope to the sorted phases before
    which a barrier stands that covers it: one of scope block covers all, one of scope run the run-scoped buffers."""

    length: int
    loops: tuple[Span, ...]
    innermost: tuple[int, ...]
    outer: tuple[int, ...]
    covering: dict[str, tuple[Phase, ...]]

    @classmethod
    def of(cls, length: int, loops: tuple[Span, ...], barriers: dict[Phase, frozenset[str]]) -> Flow:
        """`loops` properly nested, sorted by start, outer before inner."""
        outer: list[int] = []
        innermost: list[int] = []
        open_loops: list[int] = []
        for phase in range(length):
            while open_loops and loops[open_loops[-1]][1] <= phase:
                open_loops.pop()
            while len(outer) < len(loops) and loops[len(outer)][0] == phase:
                outer.append(open_loops[-1] if open_loops else -1)
                open_loops.append(len(outer) - 1)
            innermost.append(open_loops[-1] if open_loops else -1)
        before = sorted(barriers)
        covering = {
            "run": tuple(phase for phase in before if barriers[phase]),
            "block": tuple(phase for phase in before if "block" in barriers[phase]),
        }
        return cls(length, loops, tuple(innermost), tuple(outer), covering)

    @cached_property
    def loops_by_end(self) -> tuple[Span, ...]:
        """(end, start) of every loop, by end."""
        return tuple(sorted((end, start) for start, end in self.loops))

    def loops_around(self, phase: Phase) -> Iterator[Span]:
        """The loops that hold `phase`, innermost first."""
        index = self.innermost[phase]
        while index >= 0:
            yield self.loops[index]
            index = self.outer[index]

    def loop_at_head(self, phase: Phase) -> Span | None:
        """The innermost loop whose first phase is `phase`."""
        index = self.innermost[phase]
        return self.loops[index] if index >= 0 and self.loops[index][0] == phase else None

    def successors(self, phase: Phase) -> tuple[Phase, ...]:
        """The phases that may run right after `phase`."""
        following = [phase + 1] if phase + 1 < self.length else []
        following += [start for start, end in self.loops_around(phase) if end == phase + 1]
        return tuple(dict.fromkeys(following))

    def predecessors(self, phase: Phase) -> tuple[Phase, ...]:
        """The phases that may run right before `phase`."""
        leading = [phase - 1] if phase else []
        leading += [end - 1 for start, end in self.loops_around(phase) if start == phase]
        return tuple(dict.fromkeys(leading))

    def barrier_at(self, phase: Phase, scope: str) -> bool:
        """Whether a barrier that covers `scope` stands directly before `phase`."""
        return self.next_barrier(phase, scope) == phase

    def next_barrier(self, phase: Phase, scope: str) -> Phase:
        """The first phase at or after `phase` with a covering barrier before it; the program's length if there is none."""
        before = self.covering[scope]
        at = bisect_left(before, phase)
        return before[at] if at < len(before) else self.length

    def occupied(self, live: Spans, scope: str, held: Spans = ()) -> Spans:
        """`live` and every phase that can be reached from it without passing a covering barrier.

        Nothing runs on from the phases in `held`: those at whose end the contents have been handed over in place.
        """
        reached: list[Span] = list(live)
        heads: list[Phase] = []
        for start, end in live:
            exits = [(end - 1, end)] if end < self.length else []
            exits += [(last, head) for last, head in self._turns(start, end)]
            for last, following in exits:
                if not (covers(live, following) or covers(held, last) or self.barrier_at(following, scope)):
                    heads.append(following)
        lowest: dict[Phase, Phase] = {}  # where the stretch up to a barrier has been reached from
        while heads:
            start = heads.pop()
            end = self.next_barrier(start + 1, scope)
            if lowest.get(end, end) <= start:
                continue
            lowest[end] = start
            reached.append((start, end))
            heads += [head for _, head in self._turns(start, end) if not self.barrier_at(head, scope)]
        return merged(reached)

    def _turns(self, start: Phase, end: Phase) -> Iterator[tuple[Phase, Phase]]:
        """The edges from a loop's last phase in `[start, end)` to its first, where that lies before `start`."""
        for first, beyond in self.loops_around(start):
            if beyond > end:
                return
            if first < start:
                yield beyond - 1, first
