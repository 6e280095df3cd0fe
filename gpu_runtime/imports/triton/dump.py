"""Finds the module in a compiler's dump in which shared memory has just been allocated.

`MLIR_ENABLE_DUMP=1` prints the module before each pass. Offsets first stand in it before the pass that allocates tensor
memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from warpack.gpu_runtime.imports.outcome import ImportFailed

_SECTION = re.compile(r"^// -----// IR Dump (?:Before|After) .*$", re.MULTILINE)
_SHARED = re.compile(r"\bttg\.shared = (\d+)")
_FUNCTION = re.compile(r"^\s*tt\.func public @(\"[^\"]+\"|[\w$.]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Allocated:
    """A module with offsets. `shared_bytes`: what Triton's own metadata says of the kernel. `first_line`: the line of
    the dump in which its text begins, from 1."""

    kernel: str
    text: str
    shared_bytes: int
    first_line: int


def allocated_modules(dump: str) -> list[Allocated]:
    """The first module with offsets of each kernel, in the order in which they were compiled. A kernel that was
    compiled several times has several."""
    found: list[Allocated] = []
    open_kernels: set[str] = set()
    for text, first_line in _sections(dump):
        kernel = _FUNCTION.search(text)
        if kernel is None:
            continue
        name = kernel[1].strip('"')
        shared = _SHARED.search(text)
        if shared is None or "ttg.num-warps" not in text:
            open_kernels.discard(name)
        elif name not in open_kernels:
            open_kernels.add(name)
            found.append(Allocated(name, text, int(shared[1]), first_line))
    return found


def chosen(dump: str, kernel: str | None) -> Allocated:
    """The one that is meant. Raises ImportFailed where there is none, or it is not clear which."""
    found = allocated_modules(dump)
    if not found:
        raise ImportFailed(
            "there is no module with `ttg.shared` in it: dump with MLIR_ENABLE_DUMP=1, and with TRITON_ALWAYS_COMPILE=1 "
            "so that no cache answers"
        )
    if kernel is not None:
        found = [one for one in found if one.kernel == kernel]
        if not found:
            others = ", ".join(dict.fromkeys(one.kernel for one in allocated_modules(dump)))
            raise ImportFailed(f"the dump has no kernel {kernel!r}, but {others}")
        return found[-1]
    names = list(dict.fromkeys(one.kernel for one in found))
    if len(names) > 1:
        raise ImportFailed(f"the dump has the kernels {', '.join(names)}: say with --kernel which is meant")
    return found[-1]


def _sections(dump: str) -> Iterator[tuple[str, int]]:
    """The modules, each without its heading, and the line in which its text begins; the whole text where there are no
    headings."""
    starts = [found.end() for found in _SECTION.finditer(dump)]
    if not starts:
        yield dump, 1
        return
    ends = [found.start() for found in _SECTION.finditer(dump)][1:]
    line, counted = 1, 0
    for start, end in zip(starts, [*ends, len(dump)], strict=True):
        line, counted = line + dump.count("\n", counted, start), start
        yield dump[start:end], line
