"""The memory of a block as a kernel has it that nobody watches: every array by itself, zeroed."""

from __future__ import annotations

from typing import Any

import numpy as np

from warpack.gpu_runtime.trace.record.launches import BlockLaunch
from warpack.gpu_runtime.trace.record.schedule import Schedule
from warpack.gpu_runtime.trace.record.sites import Recording
from warpack.gpu_runtime.trace.record.threads import current

Data = np.ndarray[Any, Any]


class PlainMemory:
    """Of one block."""

    def __init__(self, recording: Recording, launch: BlockLaunch) -> None:
        self.dynamic = None
        self._bytes = np.zeros(launch.dynamic_bytes, np.uint8)
        self._shared: dict[int, Data] = {}

    def shared(self, shape: tuple[int, ...], dtype: np.dtype[Any], alignment: int | None) -> Data:
        return self._shared.setdefault(current().place("load"), np.zeros(shape, dtype))

    def dynamic_shared(self, dtype: np.dtype[Any], alignment: int | None) -> Data:
        return self._bytes[: self._bytes.size // dtype.itemsize * dtype.itemsize].view(dtype)

    def local(self, shape: tuple[int, ...], dtype: np.dtype[Any], alignment: int | None) -> Data:
        return np.zeros(shape, dtype)

    def barrier(self, schedule: Schedule) -> None:
        """Nothing to do."""

    def end(self) -> None:
        """Nothing to do."""
