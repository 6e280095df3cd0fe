"""The arrays that a kernel gets: every read and write of an element is noted, and then done.

Not NumPy arrays: what they cannot do fails loudly, instead of going unseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from warpack.gpu_runtime.trace.errors import TraceError
from warpack.gpu_runtime.trace.record.copies import Copy
from warpack.gpu_runtime.trace.record.elements import READ, WRITE
from warpack.gpu_runtime.trace.record.races import Access
from warpack.gpu_runtime.trace.record.sites import DYNAMIC, Site
from warpack.gpu_runtime.trace.record.threads import current
from warpack.gpu_runtime.trace.source.facts import LOAD, STORE

_KINDS = {READ: LOAD, WRITE: STORE}
Data = np.ndarray[Any, Any]


class RecordedArray:
    """A work array, or a view of one. `at`: for each element its number in the work array (of dynamic shared memory:
    its first byte)."""

    __slots__ = ("_copy", "_site", "at", "data")

    def __init__(self, site: Site, copy: Copy, data: Data, at: Data) -> None:
        if data.dtype.names is not None:
            raise TraceError("an array of records: only arrays of plain elements can be recorded")
        self._site, self._copy, self.data, self.at = site, copy, data, at

    shape = property(lambda self: self.data.shape)
    dtype = property(lambda self: self.data.dtype)
    size = property(lambda self: self.data.size)
    ndim = property(lambda self: self.data.ndim)
    strides = property(lambda self: self.data.strides)
    itemsize = property(lambda self: self.data.itemsize)
    nbytes = property(lambda self: self.data.nbytes)
    T = property(lambda self: self._view(self.data.T, self.at.T))

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[Any]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, key: Any) -> Any:
        found, at = self.data[key], self.at[key]
        if isinstance(found, np.ndarray):
            return self._part(found, at)
        self._note(at, READ)
        return found

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(value, RecordedArray):
            value = value.read()
        self.data[key] = value
        self._note(self.at[key], WRITE)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Data:
        return self.read().astype(dtype or self.data.dtype)

    def read(self) -> Data:
        """All elements, as a NumPy array."""
        self._note(self.at, READ)
        return self.data.copy()

    def reshape(self, *shape: Any) -> RecordedArray:
        return self._view(self.data.reshape(*shape), self.at.reshape(*shape))

    def ravel(self) -> RecordedArray:
        return self.reshape(-1)

    def view(self, dtype: Any) -> RecordedArray:
        """Of dynamic shared memory alone: the elements of another type begin at other bytes."""
        kind = as_dtype(dtype)
        if kind == self.data.dtype:
            return self
        if self._site.space != DYNAMIC or not self.at.size:
            raise TraceError("a view with another type of element: only of dynamic shared memory can it be recorded")
        data = self.data.view(kind)
        at = int(self.at.flat[0]) + np.arange(data.size).reshape(data.shape) * kind.itemsize
        return self._part(data, at)

    def _view(self, data: Data, at: Data) -> RecordedArray:
        return RecordedArray(self._site, self._copy, data, at)

    def _part(self, data: Data, at: Data) -> RecordedArray:
        """A slice: of dynamic shared memory it may be a buffer of its own."""
        if self._site.space != DYNAMIC or not at.size:
            return self._view(data, at)
        thread = current()
        recording, place = thread.recording, thread.place(LOAD)
        site = recording.site((self._site.number, place), place, DYNAMIC, data.dtype, data.shape)
        site.cut_from = self._site
        site.starts[thread.block, thread.thread_id].add(int(at.flat[0]))
        site.size_bytes = max(site.size_bytes, int(at.flat[-1] - at.flat[0]) + data.itemsize)
        return RecordedArray(site, self._copy, data, at)

    def _note(self, at: Any, kind: int) -> None:
        thread = current()
        time = thread.time(_KINDS[kind])
        access = Access(time, thread.thread_id, kind, thread.atomic, thread.clock)
        note, site = self._copy.note, self._site
        if isinstance(at, np.ndarray):
            for element in at.ravel().tolist():
                note(site, element, access)
        else:
            note(site, int(at), access)


def as_dtype(dtype: Any) -> np.dtype[Any]:
    """NumPy's for one of numba's or NumPy's."""
    from numba import types
    from numba.cuda.np import numpy_support

    found: np.dtype[Any] = numpy_support.as_dtype(dtype) if isinstance(dtype, types.Type) else np.dtype(dtype)
    return found
