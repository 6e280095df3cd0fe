"""Reads the parts of a buffer: slices that lie side by side and cover it, each with a lifetime of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from warpack.solver.reading.collector import show
from warpack.solver.reading.fields import Fields
from warpack.solver.wire.dtypes import DType
from warpack.solver.wire.manifest import Accesses, Lifetime, Part, Reentry
from warpack.solver.wire.names import name_fault

_KNOWN = ("name", "offset", "size", "lifetime", "accesses_in", "reentry")

Statement = tuple[Lifetime | None, Accesses | None]
"""When something is needed, in one of the two forms; None twice where that could not be read."""


def read_parts(
    fields: Fields, elements: tuple[int, DType] | None, reentry: Reentry, statement: Callable[[Fields], Statement]
) -> tuple[Part, ...] | None:
    """`elements`: how many the buffer has and of what, if that is known. `reentry`: the buffer's, for parts that say
    nothing."""
    values = fields.sequence("parts")
    if values is None:
        return None
    before = len(fields.collector.problems)
    names: set[str] = set()
    read: list[Part | None] = []
    for index, value in enumerate(values):
        name = value.get("name", index) if isinstance(value, dict) else index
        with fields.collector.about(f"{fields.collector.subject}#{name}" if fields.collector.subject else None):
            read.append(_part(fields, index, value, elements, reentry, statement, names))
    parts = tuple(part for part in read if part is not None)
    if len(fields.collector.problems) > before or len(parts) < len(read):
        return None
    if elements is not None:
        _cover(fields, parts, elements[0])
    return parts if len(fields.collector.problems) == before else None


def _part(
    outer: Fields,
    index: int,
    value: Any,
    elements: tuple[int, DType] | None,
    reentry: Reentry,
    statement: Callable[[Fields], Statement],
    names: set[str],
) -> Part | None:
    collector = outer.collector
    at = f"{outer.at}/parts/{index}"
    fields = Fields(collector, value, at, _KNOWN, ("offset", "size"))
    name = fields.values.get("name", str(index))
    if not isinstance(name, str):
        collector.wrong_type(f"{at}/name", name, "a string")
        return None
    fault = None if name == str(index) else name_fault(name)
    if fault is not None:
        collector.error("bad-name", f"{at}/name", f"The part name {show(name)} {fault}.")
    elif name in names:
        collector.error("duplicate-name", f"{at}/name", f"Two parts of the buffer are called {show(name)}.", name)
    names.add(name)
    offset = fields.integer("offset", 0, 0) if "offset" in fields else 0
    size = fields.integer("size", 0, 0) if "size" in fields else 0
    if elements is not None:
        check_whole_items(fields, "offset", offset, elements[1])
        check_whole_items(fields, "size", size, elements[1])
    own: Reentry = fields.choice("reentry", "kept", ("kept", "dropped")) if "reentry" in fields else reentry
    if "lifetime" not in fields and "accesses_in" not in fields:  # needed in every phase
        return Part(name, offset, size, None, None, own)
    lifetime, accesses = statement(fields)
    return None if lifetime is None and accesses is None else Part(name, offset, size, lifetime, accesses, own)


def check_whole_items(fields: Fields, key: str, elements: int, dtype: DType) -> None:
    """Packed types have several elements per byte: sizes and offsets must be whole bytes."""
    left = elements % dtype.per_item
    if left:
        message = (
            f"{dtype.per_item} elements of {dtype} lie in each byte, so that `{key}` must be a multiple of {dtype.per_item}: not "
            f"{elements} but {elements - left} or {elements - left + dtype.per_item}."
        )
        fields.collector.error("odd-elements", fields.pointer(key), message)


def _cover(fields: Fields, parts: tuple[Part, ...], size: int) -> None:
    """Parts lie side by side from the buffer's first element to its last."""
    collector = fields.collector
    reached = 0
    before: Part | None = None
    for index, part in sorted(enumerate(parts), key=lambda one: (one[1].offset, one[1].size)):
        pointer = f"{fields.at}/parts/{index}"
        if part.offset + part.size > size:
            message = f"The part {part.name} ends at element {part.offset + part.size}, and the buffer has {size}."
            collector.error("part-outside-buffer", pointer, message, part.name)
            return
        if part.offset < reached and before is not None:
            message = f"The parts {before.name} and {part.name} overlap: {part.name} starts at {part.offset}, before {reached}."
            collector.error("parts-overlap", pointer, message, before.name, part.name)
            return
        if part.offset > reached:
            message = (
                f"No part covers the elements from {reached} to {part.offset - 1}: parts must cover the buffer exactly."
            )
            collector.error("parts-miss-elements", f"{fields.at}/parts", message)
            return
        reached = part.offset + part.size
        before = part
    if reached < size:
        message = f"No part covers the elements from {reached} to {size - 1}: parts must cover the buffer exactly."
        collector.error("parts-miss-elements", f"{fields.at}/parts", message)
