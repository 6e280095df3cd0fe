"""Machine code of `walk`: made once for all layouts, by this process or an earlier one.

`walk` is compiled to PTX as a function with numba's calling convention, under a name of our own. A layout's kernel
calls it as a foreign function, and the linker joins the two. Its unlinked code for each architecture is cached too.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from functools import cache, cached_property
from typing import Any

from warpack.gpu_runtime.compiler import (
    ALL_ARCHITECTURES,
    CompileError,
    KernelCache,
    ToolchainError,
    default_cache_folder,
    load_module,
)
from warpack.gpu_runtime.compiler.cache import cache_key
from warpack.gpu_runtime.compiler.link import assemble_functions
from warpack.gpu_runtime.compiler.ptx import function_to_ptx
from warpack.gpu_runtime.probe.kernel.abi import OTHER_ARGUMENTS, WALK
from warpack.gpu_runtime.probe.kernel.walk_source import ARGUMENTS, walk_source

SYMBOL = f"warpack_{WALK}"

_NAMED = re.compile(r"\.visible\s+\.func\s+\(.*?\)\s*(\w+)\s*\(")


class Walk:
    """`walk` from the text of its module: compiled for the oldest architecture, which serves all, and assembled for
    each."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._code: dict[str, bytes] = {}

    def declared(self) -> Any:
        """What the kernel's module calls `walk` when it is compiled."""
        from numba import cuda as numba_cuda

        cuda: Any = numba_cuda  # its typed surface leaves out what it exports at run time
        return cuda.declare_device(SYMBOL, _signature())

    def code(self, architecture: str, kept: KernelCache | None) -> bytes:
        """Machine code that waits to be linked; looked up and left in `kept`. Raises ToolchainError and
        CompileError."""
        if architecture not in self._code:
            self._code[architecture] = self._looked_up(architecture, kept)
        return self._code[architecture]

    def _looked_up(self, architecture: str, kept: KernelCache | None) -> bytes:
        key = cache_key({WALK: self._text, "architecture": architecture})
        entry = None if kept is None else kept.get(key)
        if entry is not None:
            return base64.b64decode(entry["code"])
        code = assemble_functions(self._ptx, architecture)
        if kept is not None:
            kept.put(key, {"code": base64.b64encode(code).decode()})
        return code

    @cached_property
    def _ptx(self) -> str:
        function: Callable[..., int] = getattr(load_module(self._text, "warpack_walk"), WALK)
        return named_ptx(function, _signature(), SYMBOL, ALL_ARCHITECTURES[0])


def named_ptx(function: Callable[..., int], signature: Any, symbol: str, compute_capability: str) -> str:
    """PTX of a function under a name of our own, by which a kernel calls it. Raises ToolchainError and CompileError."""
    ptx = function_to_ptx(function, signature, compute_capability)
    named = _NAMED.search(ptx)
    if named is None:
        raise CompileError("ptx", f"the PTX of {function.__name__} has no function", ptx[:1000])
    return ptx.replace(named[1], symbol)


@cache
def walk_of(text: str) -> Walk:
    """One object for each text in this process, so that each text is compiled once."""
    return Walk(text)


def warm_up_walk() -> None:
    """Prepares `walk` for every architecture: from the user's cache or, the first time, by compiling (about 8 s of CPU
    time). For processes that exist to be forked. Raises ToolchainError and CompileError; without a cache folder,
    nothing is kept."""
    try:
        kept = KernelCache(default_cache_folder())
    except ToolchainError:
        kept = None
    walk = walk_of(walk_source())
    for architecture in ALL_ARCHITECTURES:
        walk.code(architecture, kept)


def _signature() -> Any:
    from numba import types

    kinds = {
        **OTHER_ARGUMENTS,
        **{name: f"uint{8 * int(name[-1])}" for name in ARGUMENTS if name.startswith("memory_")},
    }
    return types.int64(*(types.Array(getattr(types, kinds.get(name, "int64")), 1, "C") for name in ARGUMENTS))
