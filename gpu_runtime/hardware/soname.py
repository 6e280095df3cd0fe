"""The SONAME of a shared library, read from its dynamic section: a GPU worker has no ELF package installed."""

from __future__ import annotations

import struct
from pathlib import Path

_PT_LOAD, _PT_DYNAMIC = 1, 2
_DT_NULL, _DT_STRTAB, _DT_SONAME = 0, 5, 14


def soname_of(path: Path) -> str | None:
    """None where the file cannot be read, is no 64-bit little-endian ELF file, or has no SONAME."""
    try:
        return _read(path.read_bytes())
    except (OSError, struct.error, ValueError, IndexError):
        return None


def _read(data: bytes) -> str | None:
    if data[:6] != b"\x7fELF\x02\x01":
        return None
    (table,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    segments = [struct.unpack_from("<IIQQQQ", data, table + size * index) for index in range(count)]
    dynamic = next((segment for segment in segments if segment[0] == _PT_DYNAMIC), None)
    if dynamic is None:
        return None
    _, _, start, _, _, length = dynamic
    entries: dict[int, int] = {}
    for tag, value in struct.iter_unpack("<QQ", data[start : start + length - length % 16]):
        if tag == _DT_NULL:
            break
        entries[tag] = value
    if _DT_SONAME not in entries or _DT_STRTAB not in entries:
        return None
    address = entries[_DT_STRTAB]
    for kind, _, offset, virtual, _, in_file in segments:
        if kind == _PT_LOAD and virtual <= address < virtual + in_file:
            name = offset + address - virtual + entries[_DT_SONAME]
            return data[name : data.index(b"\0", name)].decode()
    return None
