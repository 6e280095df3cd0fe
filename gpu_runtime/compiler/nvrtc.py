"""CUDA C++ to machine code, with NVRTC: no host compiler and no CUDA headers are needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpack.gpu_runtime.compiler.errors import CompileError
from warpack.gpu_runtime.compiler.link import Linked
from warpack.gpu_runtime.compiler.toolchain import check_architecture

_OPTIONS = ("--std=c++17", "--ptxas-options=-v")


def cpp_to_cubin(source: str, compute_capability: str, headers: Mapping[str, str] | None = None) -> Linked:
    """The cubin of `source`, and the compiler's and assembler's log.

    `headers`: text by the name that `source` includes it under. Raises ToolchainError, and CompileError with the log,
    in which a `static_assert` that fails stands with its line.
    """
    major, minor = check_architecture(compute_capability)
    from cuda.bindings import nvrtc

    given = headers or {}
    texts, names = [text.encode() for text in given.values()], [name.encode() for name in given]
    options = [option.encode() for option in (f"--gpu-architecture=sm_{major}{minor}", *_OPTIONS)]
    program = _checked(nvrtc.nvrtcCreateProgram(source.encode(), b"kernel.cu", len(texts), texts, names))
    try:
        (status,) = nvrtc.nvrtcCompileProgram(program, len(options), options)
        log = bytes(_checked(nvrtc.nvrtcGetProgramLogSize(program)))
        _checked(nvrtc.nvrtcGetProgramLog(program, log))
        said = log.decode(errors="replace").rstrip("\0 \n")
        if status != nvrtc.nvrtcResult.NVRTC_SUCCESS:
            raise CompileError("nvrtc", f"NVRTC refuses the source: {status.name}", said)
        cubin = bytes(_checked(nvrtc.nvrtcGetCUBINSize(program)))
        _checked(nvrtc.nvrtcGetCUBIN(program, cubin))
    finally:
        nvrtc.nvrtcDestroyProgram(program)
    return Linked(cubin, said)


def _checked(answer: tuple[Any, ...]) -> Any:
    """The value of a call of NVRTC, None where it has none."""
    status, *value = answer
    if status.value:
        raise CompileError("nvrtc", f"NVRTC fails: {status.name}")
    return value[0] if value else None
