"""The allocators as numba-cuda device functions. Imported when the first one is asked for: numba chooses between
compiler and simulator at its first import.

Every function is inlined into the kernel: one that is not cannot return a view, and needs a driver to compile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import cuda as numba_cuda
from numba import types
from numba.cuda.np.numpy_support import from_dtype

from warpack.gpu_runtime.registry.entry import CUDABuffer, ElementType
from warpack.gpu_runtime.registry.layouts import GroupLayout
from warpack.gpu_runtime.registry.views import view_of_bytes
from warpack.solver.wire.units import Bytes, Elements

cuda: Any = numba_cuda  # its typed surface leaves out what it exports at run time

ALIGN = None if cuda.config.ENABLE_CUDASIM else 16
"""The alignment of the arrays that hold everything else; the simulator has no alignment and refuses the argument."""

Allocator = Callable[..., Any]


def inlined(function: Callable[..., Any]) -> Allocator:
    """A device function that is inlined wherever it is called."""
    made: Allocator = cuda.jit(device=True, inline="always")(function)
    return made


def allocator(entry: CUDABuffer, layout: GroupLayout, *, zero: bool) -> Allocator:
    """`(shared, persistent) -> array`, for the buffer's place in the layout of its parent."""
    if entry.name in layout.shared:
        take = _from_shared(view_of_bytes(entry.name, entry.dtype, entry.count), layout.shared[entry.name].start)
    elif entry.name in layout.persistent:
        take = _from_persistent(
            view_of_bytes(entry.name, entry.dtype, entry.count), layout.persistent[entry.name].start
        )
    else:
        take = _local(layout.local[entry.name], _element(entry.dtype))
    return _zeroed(take, entry.count, _element(entry.dtype)) if zero else take


def _element(dtype: ElementType) -> Any:
    return from_dtype(dtype)


def _from_shared(view: Any, start: Bytes) -> Allocator:
    @inlined
    def allocate_shared(shared: Any, persistent: Any) -> Any:
        return view(shared, start)

    return allocate_shared


def _from_persistent(view: Any, start: Bytes) -> Allocator:
    @inlined
    def allocate_persistent(shared: Any, persistent: Any) -> Any:
        return view(persistent, start)

    return allocate_persistent


def _local(count: Elements, element: Any) -> Allocator:
    @inlined
    def allocate_local(shared: Any, persistent: Any) -> Any:
        return cuda.local.array(count, element)

    return allocate_local


def _zeroed(take: Allocator, count: Elements, element: Any) -> Allocator:
    nothing = element(0)

    @inlined
    def allocate_zeroed(shared: Any, persistent: Any) -> Any:
        array = take(shared, persistent)
        for i in range(count):
            array[i] = nothing
        return array

    return allocate_zeroed


def toplevel_shared() -> Allocator:
    """`() -> array`: all of the block's dynamic shared memory, as float32."""

    @inlined
    def alloc_shared() -> Any:
        return cuda.shared.array(0, types.float32, alignment=ALIGN)

    return alloc_shared


def toplevel_persistent(count: Elements, dtype: ElementType) -> Allocator:
    """`() -> array`: a new local array of `count` elements for everything persistent of one thread."""
    element = _element(dtype)

    @inlined
    def alloc_persistent() -> Any:
        return cuda.local.array(count, element, alignment=ALIGN)

    return alloc_persistent


def run_window(name: str, dtype: ElementType, count: Elements, stride: Bytes) -> Allocator:
    """`(shared, run) -> array`: the shared window of one run, typed as its parent is."""
    view = view_of_bytes(name, dtype, count)

    @inlined
    def window(shared: Any, run: Any) -> Any:
        return view(shared, run * stride)

    return window
