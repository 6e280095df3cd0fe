"""Shuffles and votes of a warp. They hand values from thread to thread and order no accesses of memory."""

from __future__ import annotations

from typing import Any

from warpack.gpu_runtime.trace.record.sites import SeenBarrier
from warpack.gpu_runtime.trace.record.threads import current

_ALL = 0xFFFFFFFF


class Collectives:
    """The calls that `cuda` has in a kernel and not in numba's simulator."""

    def syncwarp(self, mask: int = _ALL) -> None:
        thread = current()
        place, mask = thread.place("load"), int(mask) & _ALL
        thread.recording.met(place, SeenBarrier("warp", aligned_lanes(mask)))
        thread.wait_at(("warp", thread.thread_id // 32, mask, place))

    def shfl_sync(self, mask: int, value: Any, src_lane: int) -> Any:
        return _taken(mask, value, lambda lane: int(src_lane) % 32)

    def shfl_up_sync(self, mask: int, value: Any, delta: int) -> Any:
        return _taken(mask, value, lambda lane: lane - int(delta))

    def shfl_down_sync(self, mask: int, value: Any, delta: int) -> Any:
        return _taken(mask, value, lambda lane: lane + int(delta))

    def shfl_xor_sync(self, mask: int, value: Any, lane_mask: int) -> Any:
        return _taken(mask, value, lambda lane: lane ^ int(lane_mask))

    def all_sync(self, mask: int, predicate: Any) -> bool:
        return all(_exchanged(mask, bool(predicate)).values())

    def any_sync(self, mask: int, predicate: Any) -> bool:
        return any(_exchanged(mask, bool(predicate)).values())

    def eq_sync(self, mask: int, predicate: Any) -> bool:
        return len(set(_exchanged(mask, bool(predicate)).values())) == 1

    def ballot_sync(self, mask: int, predicate: Any) -> int:
        return sum(1 << lane for lane, value in _exchanged(mask, bool(predicate)).items() if value)

    def match_any_sync(self, mask: int, value: Any) -> int:
        return sum(1 << lane for lane, other in _exchanged(mask, value).items() if other == value)

    def match_all_sync(self, mask: int, value: Any) -> tuple[int, bool]:
        brought = _exchanged(mask, value)
        same = all(other == value for other in brought.values())
        return (sum(1 << lane for lane in brought) if same else 0, same)

    def activemask(self) -> int:
        """All lanes: threads of a warp run together unless the kernel says otherwise."""
        return _ALL

    def lanemask_lt(self) -> int:
        return (1 << current().thread_id % 32) - 1


def aligned_lanes(mask: int) -> int:
    """How many threads a mask has, where they are a power of two in a row that begins at a multiple of it; else 0."""
    lanes = mask.bit_count()
    if lanes and not lanes & (lanes - 1):
        first = (mask & -mask).bit_length() - 1
        if first % lanes == 0 and mask == ((1 << lanes) - 1) << first:
            return lanes
    return 0


def _exchanged(mask: int, value: Any) -> dict[int, Any]:
    """What each lane of the mask brought."""
    thread = current()
    thread.brought = value
    thread.wait_at(("exchange", thread.thread_id // 32, int(mask) & _ALL, thread.place("load")))
    brought: dict[int, Any] = thread.brought
    return {number % 32: one for number, one in brought.items()}


def _taken(mask: int, value: Any, source: Any) -> Any:
    """The value of the lane that `source` names; one's own where there is none."""
    brought = _exchanged(mask, value)
    return brought.get(source(current().thread_id % 32), value)
