"""What can go wrong between a function and its machine code."""

from __future__ import annotations

from typing import Literal

ToolchainProblem = Literal[
    "packages-missing",
    "library-not-found",
    "library-not-from-wheel",
    "simulator-active",
    "architecture-not-compilable",
    "figures-disagree",
    "cache-unusable",
]

Stage = Literal["ptx", "link", "nvrtc", "cubin"]


class ToolchainError(RuntimeError):
    """The tools cannot be used for this; says nothing about the kernel. `type` is a stable slug."""

    def __init__(self, type: ToolchainProblem, message: str) -> None:
        self.type = type
        super().__init__(message)


class CompileError(RuntimeError):
    """A tool refused the kernel at `stage`: numba and NVVM (`ptx`), nvJitLink (`link`), NVRTC (`nvrtc`), or what came
    out is no cubin with the kernels that were asked for (`cubin`). `log` is what the tool had to say."""

    def __init__(self, stage: Stage, message: str, log: str = "") -> None:
        self.stage = stage
        self.log = log
        super().__init__(f"{message}\n{log}".rstrip())
