"""What a cubin says about its kernels, read from its ELF sections alone.

`.nv.info` holds attributes of all functions, each with the index of its symbol; `.nv.info.NAME` those of one kernel. An
attribute is a format byte, a kind byte, and two bytes: its value, or (format 4) the length of the value that follows.
The layout of these sections is not documented; the figures agree with ptxas -v and cuobjdump for every architecture
from 7.5 on, and `figures.py` checks them against the linker's log each time.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from warpack.gpu_runtime.compiler.errors import CompileError
from warpack.solver.wire.units import Bytes

_SIZED_VALUE = 4
_MAX_THREADS = 0x05
_FRAME_SIZE = 0x11
_REGISTER_COUNT = 0x2F
_FIRST_ABI_WITH_WIDE_ARCHITECTURE = 8
RESERVED_SHARED_BYTES = 1024
_ST_OTHER_AT = 5
_ENTRY_MARK = 0x10


@dataclass(frozen=True, slots=True)
class CubinKernel:
    """`static_shared_bytes` excludes what the driver reserves; `max_threads` None: no launch bounds."""

    entry: str
    registers: int
    stack_bytes: Bytes
    static_shared_bytes: Bytes
    max_threads: int | None


@dataclass(frozen=True, slots=True)
class Cubin:
    """`architecture`: the compute capability that the code is for, e.g. "8.6"."""

    architecture: str
    kernels: tuple[CubinKernel, ...]


def read_cubin(data: bytes) -> Cubin:
    """Raises CompileError where `data` is not a whole cubin."""
    from elftools.common.exceptions import ELFError

    try:
        return _read(data)
    except (ELFError, LookupError, ValueError, OverflowError, struct.error) as error:
        raise CompileError("cubin", f"no cubin: {type(error).__name__} {error}") from error


def _read(data: bytes) -> Cubin:
    """Raises what its libraries raise on bytes that are not a cubin."""
    from elftools.elf.elffile import ELFFile
    from elftools.elf.sections import SymbolTableSection

    elf = ELFFile(io.BytesIO(data))
    sections = {section.name: section for section in elf.iter_sections()}
    ends = [
        section["sh_offset"] + section["sh_size"] for section in sections.values() if section["sh_type"] != "SHT_NOBITS"
    ]
    ends.append(elf.header["e_phoff"] + elf.header["e_phnum"] * elf.header["e_phentsize"])
    if max(ends) > len(data):
        raise CompileError("cubin", f"no whole cubin: it has {len(data)} bytes of {max(ends)}")
    table = sections[".symtab"]
    if not isinstance(table, SymbolTableSection):
        raise CompileError("cubin", "no cubin: its .symtab is no symbol table")
    symbols = [symbol.name for symbol in table.iter_symbols()]
    entries = {name for index, name in enumerate(symbols) if _is_entry(table.data(), index, table["sh_entsize"])}
    flags, abi = elf.header["e_flags"], elf.header["e_ident"]["EI_ABIVERSION"]
    common = sections[".nv.info"].data()
    # From compute capability 9.0 on a kernel's shared section begins with a kibibyte for the driver, and symbols mark
    # it.
    reserved = RESERVED_SHARED_BYTES if any(name.startswith(".nv.reservedSmem.") for name in symbols) else 0
    per_function = _per_function(common, symbols)
    kernels = []
    for name in sections:
        entry = name.removeprefix(".nv.info.")
        if entry == name or entry not in entries:
            continue
        shared = sections.get(f".nv.shared.{entry}")
        figures = per_function.get(entry, {})
        if _REGISTER_COUNT not in figures:
            raise CompileError("cubin", f"the cubin does not say how many registers {entry} has")
        kernels.append(
            CubinKernel(
                entry=entry,
                registers=figures[_REGISTER_COUNT],
                stack_bytes=figures.get(_FRAME_SIZE, 0),
                static_shared_bytes=max(0, shared["sh_size"] - reserved) if shared is not None else 0,
                max_threads=_max_threads(sections[name].data()),
            )
        )
    number = flags >> 8 & 0xFFFF if abi >= _FIRST_ABI_WITH_WIDE_ARCHITECTURE else flags & 0xFF
    return Cubin(f"{number // 10}.{number % 10}", tuple(sorted(kernels, key=lambda kernel: kernel.entry)))


def _is_entry(table: bytes, index: int, symbol_bytes: Bytes) -> bool:
    """Kernels are marked in `st_other` of their symbol. Symbols without the mark are functions that kernels call
    (64-bit division)."""
    return bool(table[index * symbol_bytes + _ST_OTHER_AT] & _ENTRY_MARK)


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position + 4 <= len(data):
        form, kind, size = struct.unpack_from("<BBH", data, position)
        position += 4
        if form == _SIZED_VALUE:
            yield kind, data[position : position + size]
            position += size


def _per_function(data: bytes, symbols: list[str]) -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = {}
    for kind, value in _attributes(data):
        if kind in (_REGISTER_COUNT, _FRAME_SIZE):
            symbol, number = struct.unpack("<II", value)
            found.setdefault(symbols[symbol], {})[kind] = number
    return found


def _max_threads(data: bytes) -> int | None:
    for kind, value in _attributes(data):
        if kind == _MAX_THREADS:
            x, y, z = struct.unpack("<III", value)
            return int(x * y * z)
    return None
