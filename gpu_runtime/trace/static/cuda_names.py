"""Which Python objects are `cuda` and its attributes: of numba-cuda, of numba's simulator, of copies of it."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from warpack.gpu_runtime.trace.static.values import Cuda

_WORDS = ("shared", "local", "const", "atomic", "threadIdx", "blockIdx", "blockDim", "gridDim", "laneid", "warpsize")
_CALLS = ("grid", "gridsize", "syncwarp", "syncthreads", "syncthreads_and", "syncthreads_or", "syncthreads_count")

BLOCK_BARRIERS = frozenset({"syncthreads", "syncthreads_and", "syncthreads_or", "syncthreads_count"})
PASSES_ON = frozenset({"unroll_if", "consteval", "literally"})
"""Functions that hand their first argument back; they tell the compiler something."""
CACHED_LOADS = frozenset({"ldca", "ldcg", "ldcs", "ldlu", "ldcv"})
CACHED_STORES = frozenset({"stcg", "stcs", "stwb", "stwt"})


def is_cuda(thing: Any) -> bool:
    if not isinstance(thing, ModuleType):
        return False
    name = thing.__name__
    return (
        name in ("numba.cuda", "numba_cuda_mlir.cuda")
        or name.startswith("numba.cuda.simulator")
        or name.endswith("cudasim")
    )


def by_identity() -> dict[int, Cuda]:
    """The attributes of `numba.cuda` that people import by name, by their identity."""
    module = sys.modules.get("numba.cuda")
    found = {id(getattr(module, name)): Cuda((name,)) for name in (*_WORDS, *_CALLS) if hasattr(module, name)}
    found.pop(id(None), None)
    return found
