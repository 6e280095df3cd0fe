"""Only a fork server runs this. It makes the server ready to compile, so that no validation waits for numba-cuda's
import.

A worker without the extra `gpu`, or with broken CUDA libraries, stays cold. Its validations then say what is missing.
"""

from __future__ import annotations

from warpack.service.jobs.capabilities import has_gpu_extra


def warm_up() -> None:
    """Imports the compilers and compiles a first time, if the extra `gpu` is installed."""
    if not has_gpu_extra():
        return
    from warpack.gpu_runtime.compiler import CompileError, ToolchainError
    from warpack.gpu_runtime.compiler import warm_up as warm_up_compiler
    from warpack.gpu_runtime.probe.backends.walk_machine_code import warm_up_walk

    try:
        warm_up_compiler()
        warm_up_walk()
    except (ToolchainError, CompileError):
        return  # the first validation that compiles tries again, and tells the fault
