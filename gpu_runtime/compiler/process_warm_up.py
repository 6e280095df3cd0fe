"""Makes a process ready to compile, once, so that processes forked from it need no imports."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from warpack.gpu_runtime.compiler import warm_state
from warpack.gpu_runtime.compiler.errors import ToolchainError
from warpack.gpu_runtime.compiler.kernels import compile_kernel


def warm_up() -> None:
    """Loads numba-cuda and the CUDA libraries and compiles a kernel that does next to nothing. No driver is touched.

    For a process that exists to be forked. Raises ToolchainError where something is missing, CompileError where the
    tools do not work; does nothing where numba was told to simulate.
    """
    if os.environ.get("NUMBA_ENABLE_CUDASIM", "0") != "0" or warm_state.is_warm():
        return
    try:
        import_module("cuda.core.utils")
        from numba import types
    except ImportError as error:
        raise ToolchainError("packages-missing", str(error)) from error
    compile_kernel(_count_up, types.void(types.Array(types.int64, 1, "C")), "7.5", 32)
    warm_state.say_warm()


def _count_up(numbers: Any) -> None:
    for place in range(numbers.size):
        numbers[place] += 1
