"""PTX to machine code (a cubin), with nvJitLink, and what its log says about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from warpack.gpu_runtime.compiler.errors import CompileError
from warpack.gpu_runtime.compiler.toolchain import check_architecture
from warpack.solver.wire.units import Bytes


@dataclass(frozen=True, slots=True)
class Linked:
    """The machine code and the linker's whole log."""

    cubin: bytes
    log: str


@dataclass(frozen=True, slots=True)
class LogFigures:
    """What the log states about one function. The assembler states frame and spills. Registers and static shared memory
    of kernels come from the assembler where it assembles whole programs (NVRTC), else from the linker, which knows the
    functions that a kernel calls (None for other functions)."""

    frame_bytes: Bytes
    spill_store_bytes: Bytes
    spill_load_bytes: Bytes
    registers: int | None
    static_shared_bytes: Bytes | None


MOST_REGISTERS = 64
"""The most registers of functions that are assembled once for kernels of any block size: those of a thread in a block
of 1024."""


def link_ptx(ptx: str, compute_capability: str, *, functions: Sequence[bytes] = ()) -> Linked:
    """`functions`: what `assemble_functions` made of the functions that the PTX calls but does not contain. Raises
    CompileError with the linker's log, e.g. where static shared memory is above 48 KB."""
    from cuda.bindings.nvjitlink import InputType

    inputs = [(InputType.PTX, ptx.encode(), "kernel.ptx")]
    inputs += [(InputType.CUBIN, code, f"functions_{number}.cubin") for number, code in enumerate(functions)]
    return _linked(inputs, compute_capability)


def assemble_functions(ptx: str, compute_capability: str) -> bytes:
    """Machine code that waits to be linked to a kernel, with at most MOST_REGISTERS. Raises CompileError with the
    log."""
    from cuda.bindings.nvjitlink import InputType

    return _linked(
        [(InputType.PTX, ptx.encode(), "functions.ptx")], compute_capability, "-r", f"-maxrregcount={MOST_REGISTERS}"
    ).cubin


def _linked(inputs: Sequence[tuple[Any, bytes, str]], compute_capability: str, *more: str) -> Linked:
    major, minor = check_architecture(compute_capability)
    from cuda.bindings import nvjitlink

    options = [f"-arch=sm_{major}{minor}", "-verbose", *more]
    handle = nvjitlink.create(len(options), options)
    try:
        for kind, data, name in inputs:
            nvjitlink.add_data(handle, kind, data, len(data), name)
        nvjitlink.complete(handle)
        cubin = bytearray(nvjitlink.get_linked_cubin_size(handle))
        nvjitlink.get_linked_cubin(handle, cubin)
        log = bytearray(nvjitlink.get_info_log_size(handle))
        nvjitlink.get_info_log(handle, log)
    except nvjitlink.nvJitLinkError as error:
        refusal = bytearray(nvjitlink.get_error_log_size(handle))
        nvjitlink.get_error_log(handle, refusal)
        raise CompileError("link", f"nvJitLink refuses the PTX: {error}", _text(refusal)) from error
    finally:
        nvjitlink.destroy(handle)
    return Linked(bytes(cubin), _text(log))


_ASSEMBLED = re.compile(
    r"Function properties for (?P<name>\S+)\s*\n"
    r"\s*ptxas\s+\.\s+(?P<frame>\d+) bytes stack frame, (?P<stores>\d+) bytes spill stores, (?P<loads>\d+) bytes spill loads"
    r"(?:\nptxas info\s+: Used (?P<registers>\d+) registers(?:[^\n]*?, (?P<shared>\d+) bytes smem)?)?"
)
_LINKED = re.compile(
    r"Function properties for '(?P<name>[^']+)':\s*\n"
    r"info\s+: used (?P<registers>\d+) registers(?:[^\n]*?, (?P<shared>\d+) bytes smem)?"
)


def read_log(log: str) -> dict[str, LogFigures]:
    """Figures by function name, as stated: on compute capability 9.0 the linker counts the reserved kibibyte into
    static shared memory, on the others it does not."""
    linked = {match["name"]: match for match in _LINKED.finditer(log)}
    found: dict[str, LogFigures] = {}
    for match in _ASSEMBLED.finditer(log):
        name = match["name"]
        line = linked.get(name) or (match if match["registers"] else None)
        found[name] = LogFigures(
            frame_bytes=int(match["frame"]),
            spill_store_bytes=int(match["stores"]),
            spill_load_bytes=int(match["loads"]),
            registers=None if line is None else int(line["registers"]),
            static_shared_bytes=None if line is None else int(line["shared"] or 0),
        )
    return found


def _text(log: bytearray) -> str:
    return log.decode(errors="replace").rstrip("\0 \n")
