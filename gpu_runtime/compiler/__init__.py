"""The compiler: numba-cuda functions to real machine code for an architecture, without a GPU or a driver.

    compiled = compile_kernel(function, signature, "8.6", launch_bounds=256)
    compiled.figures.registers, compiled.figures.spill_store_bytes, compiled.toolchain.versions

    cpp_to_cubin(source, "8.6", {"allocators.cuh": header})      # the same for CUDA C++, with NVRTC

numba-cuda and NVVM make PTX; nvJitLink makes a cubin. The figures are read from the cubin's ELF sections; spills are
read from the linker's log, the only place that has them. The three CUDA libraries come only from the wheels that are
installed with numba-cuda: register counts change with the toolkit, so a figure means little without the versions that
made it.

Compiling needs a process in which NUMBA_ENABLE_CUDASIM was not set when numba was first imported.

ToolchainError         the tools are not there, not the right ones, or do not know the architecture
CompileError           the tools refused the kernel
"""

from __future__ import annotations

from warpack.gpu_runtime.compiler.architectures import ALL_ARCHITECTURES
from warpack.gpu_runtime.compiler.cache import KernelCache, default_cache_folder
from warpack.gpu_runtime.compiler.errors import CompileError, ToolchainError
from warpack.gpu_runtime.compiler.figures import KernelFigures
from warpack.gpu_runtime.compiler.header import touch_source_cpp
from warpack.gpu_runtime.compiler.kernels import CompiledKernel, compile_kernel
from warpack.gpu_runtime.compiler.modules import load_module
from warpack.gpu_runtime.compiler.nvrtc import cpp_to_cubin
from warpack.gpu_runtime.compiler.process_warm_up import warm_up
from warpack.gpu_runtime.compiler.toolchain import (
    Library,
    Toolchain,
    check_architecture,
    compilable_architectures,
    find_toolchain,
)
from warpack.gpu_runtime.compiler.touch import compile_touch_kernels

__all__ = [
    "ALL_ARCHITECTURES",
    "CompileError",
    "CompiledKernel",
    "KernelCache",
    "KernelFigures",
    "Library",
    "Toolchain",
    "ToolchainError",
    "check_architecture",
    "compilable_architectures",
    "compile_kernel",
    "compile_touch_kernels",
    "cpp_to_cubin",
    "default_cache_folder",
    "find_toolchain",
    "load_module",
    "touch_source_cpp",
    "warm_up",
]
