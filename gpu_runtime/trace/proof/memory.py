"""The shared memory of a block as the layout has it: poisoned, with the kernel's arrays at the layout's offsets.

Every read is checked: bytes that another array wrote last are no contents of this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from warpack.gpu_runtime.trace.errors import TraceError
from warpack.gpu_runtime.trace.proof.faults import Fault, Faults
from warpack.gpu_runtime.trace.proof.placement import PlacedArray, Placement, strides
from warpack.gpu_runtime.trace.record.arrays import Data, RecordedArray
from warpack.gpu_runtime.trace.record.copies import Copy
from warpack.gpu_runtime.trace.record.elements import READ
from warpack.gpu_runtime.trace.record.launches import BlockLaunch
from warpack.gpu_runtime.trace.record.module import numbered
from warpack.gpu_runtime.trace.record.races import Access
from warpack.gpu_runtime.trace.record.schedule import Schedule
from warpack.gpu_runtime.trace.record.sites import DYNAMIC, LOCAL, SHARED, Recording, Site
from warpack.gpu_runtime.trace.record.threads import Thread, current

Shape = tuple[int, ...]


class PlacedMemory:
    """Of one block. `poison`: the value of every byte that nobody has written."""

    def __init__(self, recording: Recording, launch: BlockLaunch, placement: Placement, poison: int,
                 faults: Faults) -> None:  # fmt: skip
        self._recording, self._block, self._placement, self._faults = recording, launch.block, placement, faults
        self._poison = poison
        self._runs = -(-launch.threads // placement.threads_per_run)
        self._arrays = {array.path: array for array in placement.arrays}
        size = max(placement.shared_bytes, placement.windows_bytes + self._runs * placement.stride_bytes)
        self._memory = np.full(size, poison, np.uint8)
        self._writer, self._written_at = np.zeros(size, np.int32), np.zeros(size, np.int64)
        """By byte: who wrote it last, 1 for the first array, 0 for nobody; and at which time."""
        self._numbers = {array.name: number for number, array in enumerate(placement.arrays, 1)}
        self._own: dict[tuple[str, int | None], np.ndarray[Any, Any]] = {}
        self._dummy = np.zeros(launch.dynamic_bytes, np.uint8)
        self._seen: dict[Site, PlacedArray] = {}
        self.dynamic = None
        self._zeroed()

    def shared(self, shape: Shape, dtype: np.dtype[Any], alignment: int | None) -> RecordedArray:
        site, array = self._made(SHARED, shape, dtype)
        return self._view(site, array)

    def local(self, shape: Shape, dtype: np.dtype[Any], alignment: int | None) -> RecordedArray:
        site, array = self._made(LOCAL, shape, dtype)
        if array.offset_bytes is None:
            data = np.full(prod(shape) * dtype.itemsize, 0 if array.zeroed else self._poison, np.uint8)
            return RecordedArray(site, _Unchecked(), data.view(dtype).reshape(shape), numbered(shape))
        return self._view(site, array)

    def dynamic_shared(self, dtype: np.dtype[Any], alignment: int | None) -> RecordedArray:
        """What slices are cut from: it has bytes only where the kernel used it directly."""
        place = current().place("load")
        count = self._dummy.size // dtype.itemsize
        site = self._recording.site(("dynamic",), place, DYNAMIC, dtype, (0,))
        whole = next((one for one in self._placement.arrays if one.dynamic and one.path == site.path), None)
        if whole is not None:
            return self._view(site, whole)
        data = self._dummy[: count * dtype.itemsize].view(dtype)
        return _Dynamic(site, _Untouchable(), data, np.arange(count) * dtype.itemsize, self)

    def cut(self, site: Site, data: Data) -> RecordedArray | None:
        """The buffer that a slice of dynamic shared memory is, in the bytes of the layout; None: it is none."""
        array = self._arrays.get(site.path)
        if array is None or not array.dynamic:
            return None
        if data.size != prod(array.shape) or str(data.dtype) != array.dtype:
            raise TraceError(
                f"{array.name}: the slice has {data.size} elements here and {prod(array.shape)} when traced"
            )
        return self._view(site, array)

    def barrier(self, schedule: Schedule) -> None:
        """Nothing to do: no accesses are kept."""

    def end(self) -> None:
        """Nothing to do: no accesses are kept."""

    def note(self, site: Site, element: int, access: Access) -> None:
        """`element`: the first byte in the block's memory."""
        array = self._seen[site]
        mine, last = self._numbers[array.name], element + site.dtype.itemsize
        if access.kind != READ:
            self._writer[element:last] = mine
            self._written_at[element:last] = access.time
            return
        others = self._writer[element:last]
        strange = np.flatnonzero((others != mine) & (others != 0))
        if strange.size:
            self._report(array, access, element + int(strange[0]))

    def _report(self, array: PlacedArray, access: Access, byte: int) -> None:
        moments = self._recording.moments
        at, there = (moments.places[moments.place_of[time]].path for time in (access.time, int(self._written_at[byte])))
        wrote = self._placement.arrays[int(self._writer[byte]) - 1].name
        self._faults.add(Fault(array.name, at, wrote, there, self._block, access.thread))

    def _made(self, space: str, shape: Shape, dtype: np.dtype[Any]) -> tuple[Site, PlacedArray]:
        place = current().place("load")
        site = self._recording.site((place,), place, space, dtype, shape)
        array = self._arrays.get(site.path)
        if array is None:
            raise TraceError(f"line {site.path[-1].line} makes an array that was not made when it was traced")
        if (array.shape, array.dtype) != (shape, str(dtype)):
            raise TraceError(f"{array.name} has shape {shape} here and had {array.shape} when it was traced")
        return site, array

    def _view(self, site: Site, array: PlacedArray) -> RecordedArray:
        self._seen[site] = array
        dtype = np.dtype(array.dtype)
        if array.offset_bytes is None:
            own = self._own.setdefault((array.name, None), np.full(prod(array.shape), 0, dtype))
            return RecordedArray(site, _Unchecked(), own.reshape(array.shape), numbered(array.shape))
        offset, steps = self._where(array, current())
        data = np.ndarray(array.shape, dtype, self._memory.data, offset, steps)
        at = np.full(array.shape, offset)
        for axis, (length, stride) in enumerate(zip(array.shape, steps, strict=True)):
            along = [1] * len(array.shape)
            along[axis] = length
            at = at + (np.arange(length) * stride).reshape(along)
        if site.space == DYNAMIC:
            return _Dynamic(site, self, data, at, self)
        return RecordedArray(site, self, data, at)

    def _where(self, array: PlacedArray, thread: Thread) -> tuple[int, Shape]:
        """The first byte, and the distance of neighbours along each axis. `thread`: whose window it is, where each has
        a copy."""
        assert array.offset_bytes is not None  # noqa: S101  (asked of arrays in the block's memory alone)
        placement, itemsize = self._placement, np.dtype(array.dtype).itemsize
        if array.region == "block":
            return array.offset_bytes, strides(array.shape, itemsize, None, 0)
        first = placement.windows_bytes + array.offset_bytes
        if array.axes is not None:
            return first, strides(array.shape, itemsize, array.axes, placement.stride_bytes)
        run = thread.thread_id // placement.threads_per_run
        return first + run * placement.stride_bytes, strides(array.shape, itemsize, None, 0)

    def _zeroed(self) -> None:
        """What `init` of the emitted code does."""
        for array in self._placement.arrays:
            if not array.zeroed or array.offset_bytes is None:
                continue
            itemsize = np.dtype(array.dtype).itemsize
            if array.region == "block":
                starts: Sequence[int] = [array.offset_bytes]
                size = prod(array.shape) * itemsize
            else:
                first, stride = self._placement.windows_bytes + array.offset_bytes, self._placement.stride_bytes
                starts = [first + run * stride for run in range(self._runs)]
                counted = 1 if array.axes is None else prod(array.shape[array.axes[0] : array.axes[1] + 1])
                size = prod(array.shape) // counted * itemsize
            for start in starts:
                self._memory[start : start + size] = 0
                self._writer[start : start + size] = self._numbers[array.name]


class _Unchecked:
    """For arrays with memory of their own: nobody else can write there."""

    def note(self, site: Site, element: int, access: Access) -> None:
        return None


class _Dynamic(RecordedArray):
    """A buffer in dynamic shared memory, or what buffers are cut from."""

    __slots__ = ("_memory",)

    def __init__(self, site: Site, copy: Copy, data: Data, at: Data, memory: PlacedMemory) -> None:
        super().__init__(site, copy, data, at)
        self._memory = memory

    def _view(self, data: Data, at: Data) -> RecordedArray:
        return _Dynamic(self._site, self._copy, data, at, self._memory)

    def _part(self, data: Data, at: Data) -> RecordedArray:
        thread = current()
        place = thread.place("load")
        site = thread.recording.site((self._site.number, place), place, DYNAMIC, data.dtype, data.shape)
        return self._memory.cut(site, data) or self._view(data, at)


class _Untouchable:
    """For what is no buffer: when it was traced nobody accessed it."""

    def note(self, site: Site, element: int, access: Access) -> None:
        raise TraceError(f"dynamic shared memory is accessed that was not when it was traced: byte {element}")
