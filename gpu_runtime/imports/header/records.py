"""Types as the debug information (DWARF) has them: sizes, offsets and alignments are the compiler's own."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from warpack.gpu_runtime.imports.outcome import ImportFailed

_THROUGH = frozenset({"DW_TAG_typedef", "DW_TAG_const_type", "DW_TAG_volatile_type", "DW_TAG_template_alias"})
_RECORDS = {"DW_TAG_structure_type": "struct", "DW_TAG_class_type": "struct", "DW_TAG_union_type": "union"}
_NAMESPACES = frozenset({"DW_TAG_namespace", "DW_TAG_compile_unit"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """`encoding`: DWARF's number for how the bits are read (DW_ATE_…)."""

    name: str
    size_bytes: int
    encoding: int
    alignment_bytes: int


@dataclass(frozen=True, slots=True)
class Array:
    """`count`: elements of all dimensions together; None where the length is open."""

    element: Type
    count: int | None
    alignment_bytes: int


@dataclass(frozen=True, slots=True)
class Member:
    """`bits`: of a bit-field, `[first, end)` counted from the record's start."""

    name: str
    offset_bytes: int
    type: Type
    alignment_bytes: int
    bits: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Record:
    kind: Literal["struct", "union"]
    name: str
    size_bytes: int
    alignment_bytes: int
    members: tuple[Member, ...] = field(repr=False)


Type = Scalar | Array | Record


class DebugTypes:
    """The types of one object file."""

    def __init__(self, object_file: bytes) -> None:
        from elftools.elf.elffile import ELFFile

        elf = ELFFile(io.BytesIO(object_file))
        self._dwarf = elf.get_dwarf_info() if elf.has_dwarf_info() else None  # none where there are no types
        self._known: dict[int, Type] = {}

    def behind(self, variable: str) -> Record:
        """The record that a variable points to."""
        for die in self._top():
            if die.tag == "DW_TAG_variable" and _name(die) == variable:
                found = self._plain(die.get_DIE_from_attribute("DW_AT_type"))
                found = self._plain(found.get_DIE_from_attribute("DW_AT_type"))
                if found.tag in _RECORDS:
                    return self._record(found)
        raise ImportFailed("that type is no struct")

    def declared_in(self, file_name: str) -> list[Record]:
        """The structs of this file that are no part of another one of it, in its order."""
        found: list[Any] = []
        for die in self._top():
            whole = die.tag in _RECORDS and "DW_AT_byte_size" in die.attributes
            if whole and _name(die) and "<" not in _name(die) and self._file_of(die).endswith(file_name):
                found.append(die)
        inner = {offset for die in found for offset in self._inside(die)}
        return [self._record(die) for die in found if die.offset not in inner]

    def _top(self) -> Iterator[Any]:
        """Everything at namespace scope."""
        for unit in () if self._dwarf is None else self._dwarf.iter_CUs():
            waiting = [unit.get_top_DIE()]
            while waiting:
                for die in waiting.pop().iter_children():
                    yield die
                    if die.tag in _NAMESPACES:
                        waiting.append(die)

    def _file_of(self, die: Any) -> str:
        at = die.attributes.get("DW_AT_decl_file")
        lines = None if self._dwarf is None else self._dwarf.line_program_for_CU(die.cu)
        if at is None or lines is None:
            return ""
        entries = lines["file_entry"]
        number = at.value if lines["version"] >= 5 else at.value - 1
        name = entries[number].name if 0 <= number < len(entries) else b""
        return str(name.decode(errors="replace"))

    def _inside(self, die: Any) -> Iterator[int]:
        """Places of all record types that a record holds."""
        for child in die.iter_children():
            if child.tag in ("DW_TAG_member", "DW_TAG_inheritance") and "DW_AT_type" in child.attributes:
                held = self._plain(child.get_DIE_from_attribute("DW_AT_type"))
                while held.tag == "DW_TAG_array_type":
                    held = self._plain(held.get_DIE_from_attribute("DW_AT_type"))
                if held.tag in _RECORDS:
                    yield held.offset
                    yield from self._inside(held)

    @staticmethod
    def _plain(die: Any) -> Any:
        while die.tag in _THROUGH:
            die = die.get_DIE_from_attribute("DW_AT_type")
        return die

    def _type(self, die: Any) -> Type:
        aligned = 1
        while die.tag in _THROUGH:
            aligned = max(aligned, _number(die, "DW_AT_alignment") or 1)
            die = die.get_DIE_from_attribute("DW_AT_type")
        found = self._known.get(die.offset)
        if found is None:
            found = self._known[die.offset] = self._new(die)
        if aligned > found.alignment_bytes and isinstance(found, Scalar):
            return Scalar(found.name, found.size_bytes, found.encoding, aligned)
        return found

    def _new(self, die: Any) -> Type:
        if die.tag in _RECORDS:
            return self._record(die)
        if die.tag == "DW_TAG_array_type":
            return self._array(die)
        size = _number(die, "DW_AT_byte_size") or 8
        if die.tag == "DW_TAG_base_type":
            return Scalar(_name(die), size, _number(die, "DW_AT_encoding") or 0, _aligned(die, size))
        if die.tag == "DW_TAG_enumeration_type":
            return Scalar(_name(die) or "enum", size, 0x07, _aligned(die, size))
        return Scalar(_name(die) or die.tag.removeprefix("DW_TAG_"), size, 0x07, _aligned(die, size))

    def _array(self, die: Any) -> Array:
        element = self._type(die.get_DIE_from_attribute("DW_AT_type"))
        count: int | None = 1
        for child in die.iter_children():
            if child.tag != "DW_TAG_subrange_type":
                continue
            length = _number(child, "DW_AT_count")
            upper = _number(child, "DW_AT_upper_bound")
            if length is None and upper is not None:
                length = upper + 1
            count = None if length is None or count is None else count * length
        return Array(element, count, _aligned(die, element.alignment_bytes))

    def _record(self, die: Any) -> Record:
        members = tuple(self._members(die))
        alignment = max([_aligned(die, 1), *(one.alignment_bytes for one in members)])
        kind: Any = _RECORDS[die.tag]
        return Record(kind, _name(die), _number(die, "DW_AT_byte_size") or 0, alignment, members)

    def _members(self, die: Any) -> Iterator[Member]:
        for child in die.iter_children():
            if child.tag not in ("DW_TAG_member", "DW_TAG_inheritance") or "DW_AT_external" in child.attributes:
                continue
            type_ = self._type(child.get_DIE_from_attribute("DW_AT_type"))
            offset = _number(child, "DW_AT_data_member_location") or 0
            bits = None
            width = _number(child, "DW_AT_bit_size")
            if width is not None:
                first = _number(child, "DW_AT_data_bit_offset")
                first = 8 * offset if first is None else first
                bits, offset = (first, first + width), first // 8
            yield Member(_name(child), offset, type_, _aligned(child, 1 if bits else type_.alignment_bytes), bits)


def _name(die: Any) -> str:
    found = die.attributes.get("DW_AT_name")
    return "" if found is None else str(found.value.decode(errors="replace"))


def _number(die: Any, attribute: str) -> int | None:
    found = die.attributes.get(attribute)
    return found.value if found is not None and isinstance(found.value, int) else None


def _aligned(die: Any, natural: int) -> int:
    """The alignment that `alignas` asks for, or else the natural one."""
    return max(natural, _number(die, "DW_AT_alignment") or 1)
