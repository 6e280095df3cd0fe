"""Checked allocators: the getters of a layout with checks of the lifetimes that the layout was made for.

    text = emit_checked(layout, manifest)          # allocators_checked.py

A layout is proven for the lifetimes that its author stated; whether the kernel keeps to them, only the kernel can show.
The author puts `begin`, `phase` and `end` into it and runs it with these allocators, in numba's simulator or on a GPU:

- every buffer has bytes of its own, and holds poison while it has no contents: before its interval begins, and after
  its end. Floating-point poison is NaN, the others' 0xA5 bytes; wherever there is room, it holds the number of the
  buffer;
- when a phase ends, poison that has changed is a write outside a lifetime, and names the buffer; so is, by the guards
  between buffers, a write past a buffer's end. Poison of one buffer in another is a read outside a lifetime, and names
  both;
- in the simulator every access is looked at as it happens, and a fault is told with the line of the kernel. There, the
  bytes of the real layout are kept in mind too: a read after another buffer was written that shares them is told, which
  finds wrong aliases and in-place pairs that are not elementwise; so are bytes that pass between threads that have not
  waited for one another. A kernel that dies of poison hands on what was found with its exception;
- phases say which way was taken: loops that are skipped, arms, breaks, tracks, components that are called together.

What remains unseen on a GPU: reads of integers without contents that compute on rather than copy, and which buffer a
NaN came from that arithmetic has stripped of its number.
"""

from __future__ import annotations

from warpack.gpu_runtime.checked.writing import emit_checked

__all__ = ["emit_checked"]
