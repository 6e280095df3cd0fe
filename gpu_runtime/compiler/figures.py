"""The figures of one compiled kernel: the cubin's, with the spills that only the log knows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from warpack.gpu_runtime.compiler.cubin import RESERVED_SHARED_BYTES, CubinKernel, read_cubin
from warpack.gpu_runtime.compiler.errors import CompileError, ToolchainError
from warpack.gpu_runtime.compiler.link import Linked, LogFigures, read_log
from warpack.solver.wire.units import Bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelFigures:
    """What one thread (registers, stack, spills of the kernel and what it calls) and one block (static shared memory)
    of the kernel needs.

    `entry` is the mangled name in the cubin; `max_threads` the launch bounds, None without; `architecture` the compute
    capability that the machine code is for. Local arrays lie in the stack, unless the compiler kept them in registers.
    Static shared memory is without the kibibyte that the driver reserves on newer architectures.
    """

    entry: str
    registers: int
    static_shared_bytes: Bytes
    stack_bytes: Bytes
    spill_store_bytes: Bytes
    spill_load_bytes: Bytes
    max_threads: int | None
    architecture: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def figures_of(linked: Linked) -> KernelFigures:
    """The figures of the one kernel in `linked`. Raises CompileError where it does not hold exactly one, and
    ToolchainError as `figures_of_all` does."""
    found = figures_of_all(linked)
    if len(found) != 1:
        raise CompileError("cubin", f"the cubin holds {len(found)} kernels, not one")
    return found[0]


def figures_of_all(linked: Linked) -> tuple[KernelFigures, ...]:
    """The figures of every kernel in `linked`, by name; spills count the functions that kernels call to each.

    Raises ToolchainError `figures-disagree` where cubin and log give different figures, since then one of the two is
    read wrongly.
    """
    cubin, logged = read_cubin(linked.cubin), read_log(linked.log)
    entries = {kernel.entry for kernel in cubin.kernels}
    called = [said for name, said in logged.items() if name not in entries]
    return tuple(_figures(kernel, cubin.architecture, logged, called) for kernel in cubin.kernels)


def _figures(
    kernel: CubinKernel, architecture: str, logged: dict[str, LogFigures], called: list[LogFigures]
) -> KernelFigures:
    said = logged.get(kernel.entry)
    if said is None:
        raise ToolchainError("figures-disagree", f"the log does not mention {kernel.entry}")
    _agree(kernel.entry, "registers", said.registers, kernel.registers)
    _agree(kernel.entry, "stack bytes", said.frame_bytes, kernel.stack_bytes)
    shared = kernel.static_shared_bytes
    _agree(kernel.entry, "static shared bytes", said.static_shared_bytes, shared, shared + RESERVED_SHARED_BYTES)
    return KernelFigures(
        entry=kernel.entry,
        registers=kernel.registers,
        static_shared_bytes=kernel.static_shared_bytes,
        stack_bytes=kernel.stack_bytes,
        spill_store_bytes=sum(function.spill_store_bytes for function in (said, *called)),
        spill_load_bytes=sum(function.spill_load_bytes for function in (said, *called)),
        max_threads=kernel.max_threads,
        architecture=architecture,
    )


def _agree(entry: str, figure: str, said: int | None, *right: int) -> None:
    """`said` is the figure in the log, None where it has none; `right` are the cubin's figures, one for each way of
    counting."""
    if said is not None and said not in right:
        raise ToolchainError("figures-disagree", f"{figure} of {entry}: {right[0]} in the cubin, {said} in the log")
