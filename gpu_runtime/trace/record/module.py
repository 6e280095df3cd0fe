"""`cuda` as the kernel sees it: numba's fake module with work arrays that are recorded, and with what it lacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba.cuda.simulator.kernelapi import FakeCUDAAtomic, FakeCUDAModule

from warpack.gpu_runtime.trace.errors import TraceError
from warpack.gpu_runtime.trace.record.arrays import RecordedArray, as_dtype
from warpack.gpu_runtime.trace.record.collectives import Collectives
from warpack.gpu_runtime.trace.record.copies import DynamicCopy, LocalCopy, SharedCopy
from warpack.gpu_runtime.trace.record.schedule import Schedule
from warpack.gpu_runtime.trace.record.sites import DYNAMIC, LOCAL, SHARED, Recording
from warpack.gpu_runtime.trace.record.threads import current

Shape = tuple[int, ...]


class BlockMemory:
    """The shared memory of one block, and the local memory of its threads: zeroed, as kernels in the simulator find
    it."""

    def __init__(self, recording: Recording, block: int, dynamic_bytes: int) -> None:
        self._recording, self._block = recording, block
        self._dynamic = np.zeros(dynamic_bytes, np.uint8)
        self._shared: dict[int, tuple[SharedCopy, np.ndarray[Any, Any]]] = {}
        self._locals: list[LocalCopy] = []
        self.dynamic: DynamicCopy | None = None

    def shared(self, shape: Shape, dtype: np.dtype[Any], alignment: int | None) -> RecordedArray:
        place = current().place("load")
        site = self._recording.site((place,), place, SHARED, dtype, shape)
        site.alignment_bytes = alignment or site.alignment_bytes
        if site.number not in self._shared:
            copy = SharedCopy(self._recording, site, self._block)
            self._shared[site.number] = (copy, np.zeros(shape, dtype))
        copy, data = self._shared[site.number]
        return RecordedArray(site, copy, data, numbered(shape))

    def dynamic_shared(self, dtype: np.dtype[Any], alignment: int | None) -> RecordedArray:
        """All of it, seen as elements of one type."""
        if self.dynamic is None:
            self.dynamic = DynamicCopy(self._recording, self._block)
        count = self._dynamic.size // dtype.itemsize
        place = current().place("load")
        site = self._recording.site(("dynamic",), place, DYNAMIC, dtype, (0,))
        site.alignment_bytes = alignment or site.alignment_bytes
        site.size_bytes = max(site.size_bytes, count * dtype.itemsize)
        data = np.frombuffer(self._dynamic.data, dtype, count) if count else np.empty(0, dtype)
        return RecordedArray(site, self.dynamic, data, np.arange(count) * dtype.itemsize)

    def local(self, shape: Shape, dtype: np.dtype[Any], alignment: int | None) -> RecordedArray:
        place = current().place("load")
        site = self._recording.site((place,), place, LOCAL, dtype, shape)
        site.alignment_bytes = alignment or site.alignment_bytes
        copy = LocalCopy(site)
        self._locals.append(copy)
        return RecordedArray(site, copy, np.zeros(shape, dtype), numbered(shape))

    def barrier(self, schedule: Schedule) -> None:
        for copy, _ in self._shared.values():
            copy.barrier(schedule.knows)
        if self.dynamic is not None:
            self.dynamic.barrier(schedule.knows)

    def end(self) -> None:
        for copy, _ in self._shared.values():
            copy.end()
        for local in self._locals:
            local.end()


class _Arrays:
    """`cuda.shared` or `cuda.local`."""

    def __init__(self, make: Callable[[Shape, np.dtype[Any], int | None], RecordedArray]) -> None:
        self._make = make

    def array(self, shape: Any, dtype: Any, alignment: int | None = None) -> RecordedArray:
        if alignment is not None and (alignment < 1 or alignment & (alignment - 1)):
            raise TraceError(f"alignment {alignment} is no power of two")
        lengths = tuple(int(length) for length in (shape if isinstance(shape, tuple | list) else (shape,)))
        return self._make(lengths, as_dtype(dtype), alignment)


class _Atomics:
    """numba's own, whose accesses are marked."""

    def __init__(self) -> None:
        self._numba: Any = FakeCUDAAtomic()

    def __getattr__(self, name: str) -> Any:
        operation = getattr(self._numba, name)

        def marked(*arguments: Any) -> Any:
            thread = current()
            thread.atomic = True
            try:
                return operation(*arguments)
            finally:
                thread.atomic = False

        return marked


class KernelModule(Collectives, FakeCUDAModule):
    """For one launch. `memory` is that of the block that runs."""

    def __init__(self, grid: Any, block: Any, dynamic_bytes: int) -> None:
        FakeCUDAModule.__init__(self, grid, block, dynamic_bytes)  # type: ignore[no-untyped-call]  # numba has no types
        self.memory: Any = None
        self.dynamic_bytes = dynamic_bytes
        self._shared: Any = _Arrays(self._shared_array)
        self._local: Any = _Arrays(lambda *array: self._of_block().local(*array))
        self._atomic: Any = _Atomics()

    def _shared_array(self, shape: Shape, dtype: np.dtype[Any], alignment: int | None) -> RecordedArray:
        memory = self._of_block()
        made: RecordedArray = (
            memory.dynamic_shared(dtype, alignment) if shape == (0,) else memory.shared(shape, dtype, alignment)
        )
        return made

    def _of_block(self) -> Any:
        if self.memory is None:
            raise TraceError("a work array is made outside of a kernel")
        return self.memory


def numbered(shape: Shape) -> np.ndarray[Any, Any]:
    """The number of each element."""
    return np.arange(int(np.prod(shape))).reshape(shape)
