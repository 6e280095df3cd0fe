"""Checked allocators: the getters of a layout with checks of the lifetimes that the layout was made for.

    text = emit_checked(layout, manifest)          # allocators_checked.py

A layout is proven for the lifetimes that its author stated. Only the kernel can show whether it keeps to them. The
author puts `begin`, `phase` and `end` into the kernel and runs it with these allocators, in numba's simulator or on a
GPU:

- every buffer has bytes of its own, and holds poison while it has no contents: before its interval begins, and after
  its end. Floating-point poison is NaN; other poison is 0xA5 bytes. Where there is room, it contains the number of the
  buffer;
- when a phase ends, changed poison shows a write outside a lifetime, and names the buffer. Changed guard bytes between
  buffers show a write past a buffer's end. Poison of one buffer inside another shows a read outside a lifetime, and
  names both;
- in the simulator every access is checked as it happens, and a fault is reported with the line of the kernel. There the
  bytes of the real layout are tracked too. A read is reported if another buffer that shares the bytes was written
  before: that finds wrong aliases, and in-place pairs that are not elementwise. Bytes that pass between threads which
  did not wait for one another are reported too. If poison crashes the kernel, the exception carries what was found;
- phases say which way was taken: loops that are skipped, arms, breaks, tracks, components that are called together.

Not found on a GPU: reads of integers without contents that are computed with rather than copied, and the buffer that a
NaN came from after arithmetic has removed its number.
"""

from __future__ import annotations

from warpack.gpu_runtime.checked.writing import emit_checked

__all__ = ["emit_checked"]
