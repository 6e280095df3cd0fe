"""The shared memory of a Triton kernel as a manifest, from the dump of its compiler.

dump       the module in a dump in which shared memory has just been allocated
ir         its text as functions, blocks and operations
types      bytes, alignment and element type of a buffer
buffers    what is allocated, and in which operations each buffer is live
manifest   buffers, phases and loops, with Triton's own offsets as the baseline
compiling  a kernel compiled here without a GPU, for its dump
"""

from __future__ import annotations

from warpack.gpu_runtime.imports.triton.manifest import import_triton

__all__ = ["import_triton"]
