"""CuBIE's allocator functions with the layout's places: `(shared, persistent) -> array`, inlined into CuBIE's kernel.

CuBIE passes each component the window that its parent cut out for it. With a layout, every component gets the run's
whole window, and each buffer is a slice of it at an absolute place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from warpack.gpu_runtime.adapters.cubie.table import WORD_BYTES, Place

Allocator = Callable[[Any, Any], Any]


def whole(entry: Any, kind: str, elements: int) -> Allocator:
    """The allocator of a roll-up (a child's window): the run's whole window, or the thread's whole persistent array."""
    from attrs import evolve

    everything = slice(0, elements)
    shared, persistent = (everything, None) if kind == "shared" else (None, everything)
    return _built(evolve(entry, size=elements, dtype=entry.parent_dtype), shared, persistent)


def placed(entry: Any, place: Place, *, zero: bool, unroll: Any) -> Allocator:
    """A buffer's allocator. `entry` is CuBIE's registration; `zero`: the caller wants it cleared by every call.

    CuBIE's own builder makes it wherever the place is a whole number of the window's elements, which is nearly always.
    In shared memory, 4-byte buffers may lie between the 8-byte elements of a window.
    """
    if place.where == "local":
        return _built(entry, None, None, max(entry.size, 1), zero=zero, unroll=unroll)
    first, remainder = divmod(place.offset_bytes, entry.parent_itemsize)
    count, rest = divmod(place.size_bytes, entry.parent_itemsize)
    if remainder or rest:
        return _between_elements(np.dtype(entry.dtype).type, place, zero=zero)
    span = slice(first, first + count)
    shared, persistent = (span, None) if place.where == "shared" else (None, span)
    return _built(entry, shared, persistent, zero=zero, unroll=unroll)


def after_zeroing(allocate: Allocator, spans: tuple[tuple[int, int], ...], persistent_bytes: int) -> Allocator:
    """`allocate`, but every span of the run's window and all of the persistent array are cleared first."""
    cleared = allocate
    if persistent_bytes:
        cleared = _zeroing_persistent(cleared, persistent_bytes // WORD_BYTES)
    for start, end in reversed(spans):
        cleared = _zeroing_shared(cleared, start // WORD_BYTES, end // WORD_BYTES)
    return cleared


def _built(
    entry: Any,
    shared: slice | None,
    persistent: slice | None,
    local_size: int | None = None,
    *,
    zero: bool = False,
    unroll: Any = (True, None),
) -> Allocator:
    allocator: Allocator = entry.build_allocator(shared, persistent, local_size, zero, unroll)
    return allocator


def _device_function(function: Callable[..., Any]) -> Allocator:
    from cubie._cudasim_extensions import cuda
    from cubie.backend.jit import compile_kwargs

    compiled: Allocator = cuda.jit(device=True, inline=True, **compile_kwargs)(function)
    return compiled


def _between_elements(dtype: type, place: Place, *, zero: bool) -> Allocator:
    itemsize = np.dtype(dtype).itemsize
    elements = place.size_bytes // itemsize
    first = place.offset_bytes // itemsize
    span = slice(first, first + elements)

    def allocate_buffer(shared: Any, persistent: Any) -> Any:
        array = shared.view(dtype)[span]
        if zero:
            for i in range(elements):
                array[i] = dtype(0)
        return array

    return _device_function(allocate_buffer)


def _zeroing_shared(allocate: Allocator, first: int, last: int) -> Allocator:
    word = np.int32

    def zero_and_allocate(shared: Any, persistent: Any) -> Any:
        words = shared.view(word)
        for i in range(first, last):
            words[i] = word(0)
        return allocate(shared, persistent)

    return _device_function(zero_and_allocate)


def _zeroing_persistent(allocate: Allocator, count: int) -> Allocator:
    word = np.int32

    def zero_and_allocate(shared: Any, persistent: Any) -> Any:
        words = persistent.view(word)
        for i in range(count):
            words[i] = word(0)
        return allocate(shared, persistent)

    return _device_function(zero_and_allocate)
