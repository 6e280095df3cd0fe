"""Arrays on the device, each between two strips of guard bytes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from warpack.gpu_runtime.hardware.driver import call

GUARD_BYTES = 256
"""Guard bytes on either side. The driver aligns allocations to this, so every array has the alignment that it would
have without guards."""

_GUARD = 0xC3


class DeviceArray:
    """A copy of a host array in the device's memory, until `free`."""

    def __init__(self, host: npt.NDArray[Any]) -> None:
        self.host = np.ascontiguousarray(host)
        self._bytes = GUARD_BYTES + self.host.nbytes + GUARD_BYTES
        self._block = call("cuMemAlloc", self._bytes)
        call("cuMemsetD8", self._block, _GUARD, self._bytes)
        if self.host.nbytes:
            call("cuMemcpyHtoD", self.address, self.host.ctypes.data, self.host.nbytes)

    @property
    def address(self) -> int:
        return int(self._block) + GUARD_BYTES

    def arguments(self) -> list[int]:
        """The seven words that numba passes for a one-dimensional array: no owner, no parent, then elements, bytes of
        one, address, shape and stride."""
        count, itemsize = self.host.size, self.host.itemsize
        return [0, 0, count, itemsize, self.address, count, itemsize]

    def fetch(self, into: npt.NDArray[Any]) -> None:
        """Copies the device's current contents into a host array of the same size."""
        if into.nbytes:
            call("cuMemcpyDtoH", into.ctypes.data, self.address, into.nbytes)

    def guards_hold(self) -> bool:
        """Whether the guard bytes beside the array are unchanged."""
        strip = np.empty(GUARD_BYTES, dtype=np.uint8)
        for start in (int(self._block), self.address + self.host.nbytes):
            call("cuMemcpyDtoH", strip.ctypes.data, start, GUARD_BYTES)
            if (strip != _GUARD).any():
                return False
        return True

    def free(self) -> None:
        call("cuMemFree", self._block)
