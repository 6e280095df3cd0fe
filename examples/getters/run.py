"""Five block kernels whose text stays the same, wherever Warpack places their buffers.

    NUMBA_ENABLE_CUDASIM=1 python examples/getters/run.py

runs each in numba's simulator for six layouts and compares with numpy. Without the variable, both texts of each are
compiled for the manifest's architecture instead, which needs no driver. To run only some kernels, add their names to
the command.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numba import config

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

from getters.cases import CASES, Case
from warpack import Layout, Manifest
from warpack.gpu_runtime.compiler import compile_kernel, cpp_to_cubin, load_module
from warpack.gpu_runtime.compiler.figures import figures_of
from warpack.gpu_runtime.emitters import emit


def kernel_of(case: Case, allocators: str) -> tuple[Any, int, int]:
    """The kernel as in its file, importing these emitted allocators; threads per block; dynamic shared bytes."""
    module = load_module(allocators, "allocators")
    sys.modules["allocators"] = module
    try:
        kernel = getattr(load_module(case.text("py"), case.name), case.name)
    finally:
        del sys.modules["allocators"]
    return kernel, module.THREADS_PER_BLOCK, module.DYNAMIC_SHARED_BYTES


def simulate(case: Case, layout: Layout, manifest: Manifest) -> str:
    """Runs the kernel on the case's problem. Raises AssertionError if the result differs from numpy's."""
    kernel, threads, dynamic_bytes = kernel_of(case, emit(layout, manifest))
    problem = case.problem()
    out = np.zeros_like(problem.answer)
    kernel[case.blocks(threads), threads, 0, dynamic_bytes](*problem.inputs, out, *problem.numbers)
    np.testing.assert_allclose(out, problem.answer, rtol=2e-5, atol=2e-5)
    return "agrees with numpy"


def compile_both(case: Case, layout: Layout, manifest: Manifest) -> str:
    """Compiles both texts to machine code, without a GPU. Raises CompileError."""
    architecture = manifest.target.compute_capability
    kernel, threads, _ = kernel_of(case, emit(layout, manifest))
    numba = compile_kernel(kernel.py_func, case.signature, architecture, threads).figures
    headers = {"allocators.cuh": emit(layout, manifest, "cuda-c++")}
    cpp = figures_of(cpp_to_cubin(case.text("cu"), architecture, headers))
    return f"compiled without a driver: {numba.registers} registers in numba-cuda, {cpp.registers} in C++"


def main(names: list[str]) -> None:
    unknown = sorted(set(names) - set(CASES))
    if unknown:
        sys.exit(f"no kernel is called {', '.join(unknown)}: there are {', '.join(CASES)}")
    for name in names or CASES:
        for label, manifest, layout in CASES[name].layouts():
            launch = layout.launch
            assert launch is not None
            regions = [buffer.region for buffer in layout.buffers if buffer.region != "block"]
            told = (simulate if config.ENABLE_CUDASIM else compile_both)(CASES[name], layout, manifest)
            print(
                f"{label}: {launch.threads_per_block} threads, {launch.dynamic_shared_bytes} bytes of shared memory, "
                f"{regions.count('run')} of {len(regions)} buffers of a run in it: {told}",
                flush=True,
            )


if __name__ == "__main__":
    main(sys.argv[1:])
