"""The steps that a probe walks through: the timeline with every loop gone round twice and quiet phases merged.

A step begins at every phase in which something is written, a barrier stands, an in-place pair is listed, or a loop
begins; the phases up to the next such phase belong to it, for nothing happens in them. Two trips are enough to see
contents carried round a loop: the second trip finds what the first one left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from solver.wire.units import Phase

TRIPS = 2
"""How often a probe goes round each loop (each time that it enters it)."""

MOST_STEPS = 200_000
"""More steps than this are no probe but a soak: `ProbeTooLargeError`."""


class ProbeTooLargeError(ValueError):
    """The manifest has more to probe than a probe can hold; the message says what and how much."""


@dataclass(frozen=True, slots=True)
class Step:
    """`phase` is where the step begins, `previous` the phase that ran just before it (None: the kernel starts here)."""

    phase: Phase
    previous: Phase | None


def trace(length: Phase, loops: Sequence[tuple[Phase, Phase]], marks: Iterable[Phase]) -> tuple[Step, ...]:
    """The steps in the order in which they run. `loops` are half-open and properly nested, `marks` the phases in which
    something happens. Raises ProbeTooLargeError where nested loops make too many."""
    if length < 1:
        return ()
    beginnings = sorted({0, *(start for start, _ in loops), *marks})
    steps: list[Step] = []
    roots = _nest(loops)

    def walk(start: Phase, end: Phase, inner: list[_Loop], came_from: Phase | None) -> None:
        at, previous = start, came_from
        for loop in [*inner, None]:
            stop = end if loop is None else loop.start
            for phase in _between(beginnings, at, stop):
                steps.append(Step(phase, previous if phase == start else phase - 1))
                if len(steps) > MOST_STEPS:
                    raise ProbeTooLargeError(
                        f"two trips round each loop make more than {MOST_STEPS} steps: fewer nested loops or calls can be probed"
                    )
            if loop is None:
                return
            before = loop.start - 1 if loop.start > start else previous
            walk(loop.start, loop.end, loop.inner, before)
            for _ in range(TRIPS - 1):
                walk(loop.start, loop.end, loop.inner, loop.end - 1)
            at = loop.end

    walk(0, length, roots, None)
    return tuple(steps)


@dataclass(slots=True)
class _Loop:
    start: Phase
    end: Phase
    inner: list[_Loop]


def _nest(loops: Sequence[tuple[Phase, Phase]]) -> list[_Loop]:
    """Loops as trees, each level in program order."""
    roots: list[_Loop] = []
    open_loops: list[_Loop] = []
    for start, end in sorted(loops, key=lambda loop: (loop[0], -loop[1])):
        while open_loops and open_loops[-1].end <= start:
            open_loops.pop()
        loop = _Loop(start, end, [])
        (open_loops[-1].inner if open_loops else roots).append(loop)
        open_loops.append(loop)
    return roots


def _between(beginnings: list[Phase], start: Phase, end: Phase) -> list[Phase]:
    from bisect import bisect_left

    return beginnings[bisect_left(beginnings, start) : bisect_left(beginnings, end)]
