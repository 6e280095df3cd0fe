"""Threads of a block take turns: each runs to its next barrier, in an order of our choosing."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from warpack.gpu_runtime.trace.errors import TraceError
from warpack.gpu_runtime.trace.record.threads import Meeting, Thread

Order = Literal["forward", "reversed", "shuffled"]
"""In which order threads get their turns. What is recorded does not depend on it."""


class Schedule:
    """Runs the threads of a block. `at_barrier`: called when all threads of the block wait, or have ended."""

    def __init__(self, threads: Sequence[Thread], order: Order, at_barrier: Callable[[], None]) -> None:
        self._alive, self._order, self._at_barrier = list(threads), order, at_barrier
        self._random = random.Random(1)  # noqa: S311  (an order, no secret)
        self._known: dict[tuple[int, int], list[int]] = {}
        self._count = 1 + max((thread.thread_id for thread in threads), default=0)

    def run(self) -> None:
        while self._alive:
            for thread in self._turns([thread for thread in self._alive if thread.waiting is None]):
                thread.go()
                if thread.error is not None:
                    thread.error.add_note(f"in thread {thread.thread_id} of block {thread.block}")
                    raise thread.error
            self._alive = [thread for thread in self._alive if not thread.finished]
            self._release()
        self._at_barrier()

    def knows(self, thread: int, clock: int, other: int, other_clock: int) -> bool:
        """Whether `thread`, at its clock, has waited for `other` at that one's, within the time between two barriers
        of the block."""
        known = self._known.get((thread, clock))
        return known is not None and known[other] >= other_clock

    def _turns(self, ready: list[Thread]) -> Iterable[Thread]:
        if self._order == "shuffled":
            self._random.shuffle(ready)
        return ready[::-1] if self._order == "reversed" else ready

    def _release(self) -> None:
        meetings: dict[Meeting, list[Thread]] = defaultdict(list)
        for thread in self._alive:
            if thread.waiting is not None:
                meetings[thread.waiting].append(thread)
        free = len(self._alive) - sum(map(len, meetings.values()))
        for meeting, waiting in meetings.items():
            wanted = self._wanted(meeting)
            if len(waiting) == len(wanted):
                free += len(waiting)
                self._together(meeting, waiting)
        if self._alive and not free:
            raise TraceError(self._divergence(meetings))

    def _wanted(self, meeting: Meeting) -> list[Thread]:
        if meeting[0] == "block":
            return self._alive
        _, warp, mask, *_ = meeting
        assert isinstance(mask, int)  # noqa: S101  (made by `module`)
        return [one for one in self._alive if one.thread_id // 32 == warp and mask >> one.thread_id % 32 & 1]

    def _together(self, meeting: Meeting, waiting: list[Thread]) -> None:
        brought = {thread.thread_id: thread.brought for thread in sorted(waiting, key=lambda one: one.thread_id)}
        if meeting[0] == "block":
            self._at_barrier()
            self._known.clear()
        for thread in waiting:
            thread.waiting, thread.brought = None, brought
        if meeting[0] == "block":
            for thread in waiting:
                thread.clock = 0
        elif meeting[0] == "warp":
            self._learn(waiting)

    def _learn(self, waiting: list[Thread]) -> None:
        """Those who waited together know all that each of them knew, and each other."""
        known = [-1] * self._count
        for thread in waiting:
            before = self._known.get((thread.thread_id, thread.clock), [])
            for other, clock in enumerate(before):
                known[other] = max(known[other], clock)
        for thread in waiting:
            known[thread.thread_id] = max(known[thread.thread_id], thread.clock)
        for thread in waiting:
            thread.clock += 1
            self._known[thread.thread_id, thread.clock] = known

    def _divergence(self, meetings: dict[Meeting, list[Thread]]) -> str:
        parts = []
        for meeting, waiting in meetings.items():
            numbers = ", ".join(str(thread.thread_id) for thread in waiting[:4]) + (", …" if len(waiting) > 4 else "")
            place = self._alive[0].moments.places[int(str(meeting[-1]))]
            where = place.path[-1] if place.path else None
            line = f"{where.file}:{where.line}" if where else "?"
            parts.append(f"threads {numbers} at {line}")
        return f"not all threads come to the same barrier: {'; '.join(parts)}"
