"""Lifetimes of a program's buffers from what its phases read and write, as a compiler works them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One phase. `elementwise`: element i of what is written depends only on element i of what is read."""

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    elementwise: bool = False


def _live_before(steps: Sequence[Step], loops: Sequence[tuple[int, int]]) -> list[set[str]]:
    """For each phase, what is read there or later before it is written. Loops are `[start, end)`."""
    after = [[index + 1] if index + 1 < len(steps) else [] for index in range(len(steps))]
    for start, end in loops:
        after[end - 1].append(start)
    live: list[set[str]] = [set() for _ in steps]
    changed = True
    while changed:
        changed = False
        for index in reversed(range(len(steps))):
            step = steps[index]
            wanted = set().union(*(live[follower] for follower in after[index]))
            before = set(step.reads) | (wanted - set(step.writes))
            if before != live[index]:
                live[index], changed = before, True
    return live


def lifetimes(steps: Sequence[Step], loops: Sequence[tuple[int, int]]) -> dict[str, list[list[int]]]:
    """Phases `[start, end)` in which the contents of each buffer are still needed, or it is written. A new interval
    begins where old contents are not needed."""
    spans: dict[str, list[list[int]]] = {}
    for index, (step, live) in enumerate(zip(steps, _live_before(steps, loops), strict=True)):
        for name in sorted(live | set(step.writes)):
            known = spans.setdefault(name, [])
            if known and known[-1][1] == index and name in live:
                known[-1][1] = index + 1
            else:
                known.append([index, index + 1])
    return spans
