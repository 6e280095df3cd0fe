"""One call from a kernel function to its machine code and figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from warpack.gpu_runtime.compiler.figures import KernelFigures, figures_of
from warpack.gpu_runtime.compiler.link import link_ptx
from warpack.gpu_runtime.compiler.ptx import kernel_to_ptx
from warpack.gpu_runtime.compiler.toolchain import Toolchain, find_toolchain


@dataclass(frozen=True, slots=True)
class CompiledKernel:
    """A kernel as PTX and as machine code for one architecture, with its figures and the versions of the tools. Give
    the driver the cubin: it refuses PTX of a toolkit newer than itself."""

    ptx: str
    cubin: bytes
    figures: KernelFigures
    toolchain: Toolchain


def compile_kernel(
    function: Callable[..., None], signature: Any, compute_capability: str, launch_bounds: int | None = None
) -> CompiledKernel:
    """Compiles a kernel (a plain function, not yet decorated) for `compute_capability`, without a GPU.

    `signature`: a numba signature that returns void, such as `types.void(types.float32[::1])`, or its text;
    `launch_bounds`: the most threads per block that it will be launched with. Raises ToolchainError and CompileError.
    """
    toolchain = find_toolchain()
    ptx = kernel_to_ptx(function, signature, compute_capability, launch_bounds)
    linked = link_ptx(ptx, compute_capability)
    return CompiledKernel(ptx, linked.cubin, figures_of(linked), toolchain)
