"""The accesses of each element, folded into stretches of time in which its contents are needed.

A stretch runs from a write to the last read before the next write. Threads that do the same give the same stretches,
and are kept once: a summary and no list of accesses.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from warpack.gpu_runtime.trace.record.moments import ENTRY

READ, WRITE = 0, 1
_NEVER = -1


@dataclass(slots=True)
class Usage:
    """What the elements of one array were used for. Elements are numbered through; times are numbers.

    `stretches`: of time, and the elements that were needed in them. `accesses`: by time of access, how many reads
    and writes. `dead`: by time, writes that nobody read. `unwritten`: by time of the read, the elements that were read
    before they were written. `threads`: a bit for each thread of a block that touched the element. `first_thread`: the
    lowest that came by, at each time.
    """

    stretches: dict[tuple[int, int], set[int]] = field(default_factory=lambda: defaultdict(set))
    reads: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    writes: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    dead: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    unwritten: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    threads: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    first_thread: dict[int, int] = field(default_factory=dict)

    def came_by(self, time: int, thread: int) -> None:
        self.first_thread[time] = min(self.first_thread.get(time, thread), thread)


class Contents:
    """What is in the elements of one copy of an array, as time goes on. Accesses come in order of time."""

    __slots__ = ("_open", "usage")

    def __init__(self, usage: Usage) -> None:
        self.usage = usage
        self._open: dict[int, tuple[int, int]] = {}
        """For each element with contents: since when, and when they were last read."""

    def access(self, element: int, time: int, kind: int) -> None:
        usage, held = self.usage, self._open.get(element)
        if kind == READ:
            usage.reads[time] += 1
            if held is None:
                usage.unwritten[time].add(element)
            self._open[element] = (ENTRY if held is None else held[0], time)
        else:
            usage.writes[time] += 1
            if held is not None:
                self._close(element, *held)
            self._open[element] = (time, _NEVER)

    def end(self) -> None:
        """The copy is gone."""
        for element, held in self._open.items():
            self._close(element, *held)
        self._open = {}

    def _close(self, element: int, since: int, last: int) -> None:
        if last == _NEVER:
            self.usage.dead[since] += 1
            last = since
        self.usage.stretches[since, last].add(element)
