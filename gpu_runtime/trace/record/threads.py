"""The threads of a block, of which one runs at a time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from warpack.gpu_runtime.trace.errors import TraceError
from warpack.gpu_runtime.trace.record.moments import Call, Moments
from warpack.gpu_runtime.trace.record.sites import Recording, SeenBarrier
from warpack.gpu_runtime.turns import TurnThread

Meeting = tuple[object, ...]
"""What threads wait at: those with equal ones go on together."""

BLOCK: Meeting = ("block",)


class Thread(TurnThread):
    """One CUDA thread. `clock`: how many barriers of warps it has passed since the block's last one."""

    def __init__(self, body: Callable[[], None], recording: Recording, block: int, thread_id: int) -> None:
        super().__init__(body)
        self.recording, self.block, self.thread_id = recording, block, thread_id
        self.moments: Moments = recording.moments
        self.blockIdx: Any = None
        self.threadIdx: Any = None
        self.call: Call | None = None
        self.atomic = False
        self.clock = 0
        self.brought: Any = None
        """What the thread brings to a shuffle, a vote or a count, then what it takes from there."""

    def go(self) -> None:
        _Running.thread = self
        super().go()
        _Running.thread = None

    def time(self, kind: str) -> int:
        """The time now: of the kernel's instruction that led here. `kind`: whether it loads or stores."""
        call = self.call
        if call is None:
            raise TraceError("a work array is used outside of its kernel")
        frame = sys._getframe(1)
        while frame.f_code is not call.code:
            if frame.f_back is None:
                raise TraceError(f"a work array is used outside of {call.function.facts.name}, which made it")
            frame = frame.f_back
        return self.moments.at(call, frame.f_lasti, kind)

    def place(self, kind: str) -> int:
        return self.moments.place_of[self.time(kind)]

    # What numba's simulator asks its threads for.

    def syncthreads(self) -> None:
        place = self.place("load")
        self.recording.met(place, SeenBarrier("block"))
        self.wait_at((*BLOCK, place))

    def syncthreads_count(self, value: Any) -> int:
        return sum(self._voted(value))

    def syncthreads_and(self, value: Any) -> int:
        return int(all(self._voted(value)))

    def syncthreads_or(self, value: Any) -> int:
        return int(any(self._voted(value)))

    def _voted(self, value: Any) -> list[bool]:
        self.brought = bool(value)
        self.syncthreads()
        taken: list[bool] = list(self.brought.values())
        return taken


class _Running:
    thread: Thread | None = None


def current() -> Thread:
    """The CUDA thread that runs now."""
    if _Running.thread is None:
        raise TraceError("a work array is used outside of its kernel")
    return _Running.thread


def is_running() -> bool:
    return _Running.thread is not None
