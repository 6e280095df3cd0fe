"""Manifests from what other tools write down of memory.

csv_pool  minimalloc's and omnimalloc's tables of intervals, as a pool
header    a C++ struct of shared storage, by the record layout of the compiler
triton    the shared memory that Triton's compiler allocates, from its dump or from a kernel

Each gives a manifest as JSON values, with the layout of the other tool as its `baseline`, and notes about what the
source could not say. None of them solves anything.
"""

from __future__ import annotations

from warpack.gpu_runtime.imports.outcome import Imported, ImportFailed

__all__ = ["ImportFailed", "Imported"]
