"""PTX to machine code (a cubin), with nvJitLink, and what its log says about it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gpu_runtime.compiler.errors import CompileError
from gpu_runtime.compiler.toolchain import check_architecture
from solver.wire.units import Bytes


@dataclass(frozen=True, slots=True)
class Linked:
    """The machine code and the linker's whole log."""

    cubin: bytes
    log: str


@dataclass(frozen=True, slots=True)
class LogFigures:
    """What the log states of one function. The assembler says frame and spills; who assembles whole programs says registers
    and static shared memory of kernels too (NVRTC), else the linker, which knows the functions that a kernel calls (None for
    other functions)."""

    frame_bytes: Bytes
    spill_store_bytes: Bytes
    spill_load_bytes: Bytes
    registers: int | None
    static_shared_bytes: Bytes | None


def link_ptx(ptx: str, compute_capability: str) -> Linked:
    """Raises CompileError with the linker's log, e.g. where static shared memory is above 48 KB."""
    major, minor = check_architecture(compute_capability)
    from cuda.bindings import nvjitlink

    options = [f"-arch=sm_{major}{minor}", "-verbose"]
    handle = nvjitlink.create(len(options), options)
    try:
        data = ptx.encode()
        nvjitlink.add_data(handle, nvjitlink.InputType.PTX, data, len(data), "kernel.ptx")
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
    """Figures by function name, as stated: on compute capability 9.0 the linker counts the reserved kibibyte into static
    shared memory, on the others it does not."""
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
