"""The buffer registry: components register what they need, and get allocators `(shared, persistent) -> array`.

    registry = gpu_runtime.BufferRegistry(layout="optimal")
    registry.register("rhs", step, 12, "shared", lifetime=[["evaluate", "add"]])
    alloc_rhs = registry.get_allocator("rhs", step)          # a numba-cuda device function

`layout="declared"` places as CuBIE's registry does. numba is imported when the first allocator is asked for.
"""

from __future__ import annotations

from warpack.gpu_runtime.registry.entry import CUDABuffer
from warpack.gpu_runtime.registry.layouts import GroupLayout, Span
from warpack.gpu_runtime.registry.registry import BufferRegistry

__all__ = ["BufferRegistry", "CUDABuffer", "GroupLayout", "Span"]
