"""A struct taken apart: what becomes a buffer, and in which alternatives of which unions it lies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from warpack.gpu_runtime.imports.header.elements import elements_of, size_of
from warpack.gpu_runtime.imports.header.records import Array, Member, Record

Turn = tuple[tuple[str, ...], str]
"""A union, by the path to it, and one of its alternatives."""


@dataclass(frozen=True, slots=True)
class Field:
    """A buffer: `path` are the names on the way to it, `turns` the alternatives that it lies in, outer first."""

    path: tuple[str, ...]
    offset_bytes: int
    size: int
    dtype: str | dict[str, Any]
    alignment_bytes: int
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Union:
    """Alternatives that take turns, in the order of their declaration, inside those of outer unions."""

    path: tuple[str, ...]
    alternatives: tuple[str, ...]
    turns: tuple[Turn, ...]


class Parts:
    """The fields and unions of a record. `notes`: what could not be kept."""

    def __init__(self, record: Record) -> None:
        self.fields: list[Field] = []
        self.unions: list[Union] = []
        self.notes: list[str] = []
        self._take(record, (), 0, (), record.alignment_bytes)

    def _take(self, record: Record, path: tuple[str, ...], base: int, turns: tuple[Turn, ...], alignment: int) -> None:
        if record.kind == "struct":
            for member in _without_bits(record):
                self._member(member, path, base, turns)
            return
        names = [member.name or f"alternative{number}" for number, member in enumerate(record.members)]
        where = (*path, f"@{base}.{len(self.unions)}")
        self.unions.append(Union(where, tuple(names), turns))
        for name, member in zip(names, record.members, strict=True):
            self._member(member, path, base, (*turns, (where, name)))

    def _member(self, member: Member, path: tuple[str, ...], base: int, turns: tuple[Turn, ...]) -> None:
        inner = (*path, member.name) if member.name else path
        at, type_ = base + member.offset_bytes, member.type
        if isinstance(type_, Record) and not _is_number(type_):
            self._take(type_, inner, at, turns, member.alignment_bytes)
            return
        said = ".".join(inner)
        if isinstance(type_, Array) and _holds_union(type_):
            self.notes.append(
                f"{said} is an array of structs with unions in them: kept whole, so that nothing in it shares"
            )
        count, dtype = elements_of(type_)
        if count is None:
            self.notes.append(f"{said} has an open length, which only the launch knows: left out")
        elif count * size_of(type_) or count:
            self.fields.append(Field(inner, at, count, dtype, member.alignment_bytes, turns))


def _is_number(record: Record) -> bool:
    """Whether a struct is an element type rather than a group of buffers: `float4`, `__half`."""
    count, dtype = elements_of(record)
    few = count is not None and count <= 16 and not any(isinstance(one.type, Array) for one in record.members)
    return isinstance(dtype, str) and few


def _holds_union(array: Array) -> bool:
    waiting: list[Any] = [array.element]
    while waiting:
        type_ = waiting.pop()
        if isinstance(type_, Array):
            waiting.append(type_.element)
        elif isinstance(type_, Record):
            if type_.kind == "union" and elements_of(type_)[1] not in ("float16", "bfloat16"):
                return True
            waiting += [member.type for member in type_.members]
    return False


def _without_bits(record: Record) -> Iterator[Member]:
    """The members, with bit-fields in common bytes as one member of bytes."""
    from warpack.gpu_runtime.imports.header.records import Scalar

    byte = Scalar("unsigned char", 1, 0x08, 1)
    open_: tuple[str, int, int] | None = None
    for member in record.members:
        if member.bits is None:
            if open_ is not None:
                yield Member(open_[0], open_[1], Array(byte, open_[2] - open_[1], 1), 1)
                open_ = None
            yield member
            continue
        first, end = member.bits[0] // 8, -(-member.bits[1] // 8)
        if open_ is not None and first <= open_[2]:
            open_ = (open_[0], open_[1], max(end, open_[2]))
        else:
            if open_ is not None:
                yield Member(open_[0], open_[1], Array(byte, open_[2] - open_[1], 1), 1)
            open_ = (member.name or f"bits{first}", first, end)
    if open_ is not None:
        yield Member(open_[0], open_[1], Array(byte, open_[2] - open_[1], 1), 1)
