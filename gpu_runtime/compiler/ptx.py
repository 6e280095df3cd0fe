"""A kernel function to PTX, with numba-cuda and NVVM."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from warpack.gpu_runtime.compiler.errors import CompileError, ToolchainError
from warpack.gpu_runtime.compiler.toolchain import check_architecture


def kernel_to_ptx(
    function: Callable[..., None], signature: Any, compute_capability: str, launch_bounds: int | None = None
) -> str:
    """`signature`: a numba signature that returns void, or its text. `launch_bounds`: the most threads per block that
    the kernel will be launched with; the compiler keeps registers low enough for it, and None lets it take what it
    likes.

    Raises ToolchainError, and CompileError where numba or NVVM refuses the function.
    """
    return _compiled(function, signature, compute_capability, launch_bounds=launch_bounds)


def function_to_ptx(function: Callable[..., Any], signature: Any, compute_capability: str) -> str:
    """The same for a function that kernels call (numba's calling convention): it is to be linked to them."""
    return _compiled(function, signature, compute_capability, device=True)


_DEEP = 20_000


@contextmanager
def _for_numba() -> Iterator[None]:
    """numba recurses over a function's basic blocks, of which a branch for each of some hundred buffers makes more than
    Python's usual limit. It makes so many objects that a tenth of its time goes into looking for dead ones, until one
    function is done."""
    usual, collecting = sys.getrecursionlimit(), gc.isenabled()
    sys.setrecursionlimit(max(usual, _DEEP))
    gc.disable()
    try:
        yield
    finally:
        sys.setrecursionlimit(usual)
        if collecting:
            gc.enable()


def _compiled(function: Callable[..., Any], signature: Any, compute_capability: str, **options: Any) -> str:
    architecture = check_architecture(compute_capability)
    from numba import cuda as numba_cuda

    cuda: Any = numba_cuda  # its typed surface leaves out what it exports at run time
    if cuda.config.ENABLE_CUDASIM:
        raise ToolchainError("simulator-active", "numba runs in simulator mode in this process and cannot compile")
    from numba.core.errors import NumbaError
    from numba.cuda.cudadrv.error import CudaSupportError, NvvmError

    try:
        with _for_numba():
            ptx, _ = cuda.compile_ptx(function, signature, cc=architecture, **options)
    except (NumbaError, NvvmError, CudaSupportError, TypeError, ValueError, RecursionError) as error:
        raise CompileError(
            "ptx", f"numba-cuda refuses {function.__name__}: {type(error).__name__}", str(error)
        ) from error
    text: str = ptx
    return text
