"""Reads one buffer: its fields, and the rules that they keep among themselves."""

from __future__ import annotations

from typing import Any, NamedTuple

from solver.reading.collector import Collector, show
from solver.reading.components import ComponentTree
from solver.reading.element_types import read_alignment, read_dtype
from solver.reading.fields import LARGEST, Fields
from solver.reading.lifetimes import Lives, read_lives
from solver.reading.names import name_fault, path_fault
from solver.reading.timelines import refuse_warp_scope
from solver.wire.dtypes import DType
from solver.wire.manifest import Buffer, Location, Scope, Zero

KNOWN = frozenset(
    [
        "name",
        "component",
        "size",
        "dtype",
        "precision",
        "scope",
        "location",
        "persistent",
        "lifetime",
        "parts",
        "splittable",
        "alignment_bytes",
        "pinned_offset_bytes",
        "aliases",
        "zero",
        "accesses",
    ]
)


class Row(NamedTuple):
    """A buffer as the document has it: where, what it is called, and its raw fields. `full_name` None: it has none."""

    number: int
    name: str
    component: str
    full_name: str | None
    fields: Fields


def read_buffer(
    collector: Collector, row: Row, tree: ComponentTree, threads_per_run: int | None, aliases: tuple[str, ...]
) -> Buffer | None:
    """The buffer, or None where something in it is wrong. `threads_per_run` None: the launch is not known."""
    if not row.fields.is_object:
        return None
    before = len(collector.problems)
    fields, given = row.fields, row.fields.values
    dtype = read_dtype(fields)
    size = _size(fields, dtype)
    scope = _scope(fields) if "scope" in given else "run"
    location = _location(fields, row, scope, threads_per_run) if "location" in given else "shared"
    persistent = "persistent" in given and fields.flag("persistent", False)
    splittable = "splittable" in given and fields.flag("splittable", False)
    alignment = read_alignment(fields, dtype.alignment_bytes if dtype is not None else 1)
    lives = read_lives(row.fields, row.component, tree, size, persistent)
    zero = _zero(row, tree, lives, persistent) if "zero" in given else "none"
    pinned = _pinned(fields, alignment, location) if "pinned_offset_bytes" in given else None
    accesses = fields.integer("accesses", size or 0, 0) if "accesses" in given else size or 0
    if splittable and not lives.parts:
        message = "`splittable` says that parts may be placed apart, and this buffer has none."
        collector.error("splittable-without-parts", fields.pointer("splittable"), message)
    if len(collector.problems) > before or dtype is None or size is None or alignment is None:
        return None
    return Buffer(
        row.name,
        size,
        dtype,
        row.component,
        scope,
        location,
        persistent,
        lives.lifetime,
        lives.parts,
        splittable,
        alignment,
        pinned,
        aliases,
        zero,
        accesses,
    )


def _size(fields: Fields, dtype: DType | None) -> int | None:
    collector, pointer = fields.collector, fields.pointer("size")
    if "size" not in fields:
        collector.error("missing-field", pointer, "The field `size` (a number of elements) is required.")
        return None
    size = fields.values["size"]
    if type(size) is not int:
        collector.error("not-an-integer", pointer, f"`size` must be an integer, and is {show(size)}.")
        return None
    if size < 0:
        collector.error("out-of-range", pointer, f"`size` must be at least 0, and is {show(size)}.")
        return None
    itemsize = dtype.itemsize_bytes if dtype is not None else 1
    if size * itemsize > LARGEST:
        message = (
            f"{show(size)} elements of {itemsize} bytes are more than {LARGEST} bytes, the most that a buffer may have."
        )
        collector.error("size-too-large", pointer, message)
        return None
    return size


def _scope(fields: Fields) -> Scope:
    if fields.values.get("scope") == "warp":
        refuse_warp_scope(fields.collector, fields.pointer("scope"))
        return "run"
    return fields.choice("scope", "run", ("run", "block"))


def _location(fields: Fields, row: Row, scope: Scope, threads_per_run: int | None) -> Location:
    location: Location = fields.choice("location", "shared", ("shared", "local", "auto"))
    if location == "shared":
        return location
    why = "has scope block" if scope == "block" else None
    if why is None and threads_per_run is not None and threads_per_run > 1:
        why = f"is shared by the {threads_per_run} threads of a run"
    if why is not None:
        message = f"Only a buffer that one thread alone uses can be {location}, and this one {why}: use shared."
        fields.collector.error("not-private-to-thread", fields.pointer("location"), message, row.full_name or row.name)
    return location


def _pinned(fields: Fields, alignment: int | None, location: Location) -> int | None:
    pinned = fields.optional_integer("pinned_offset_bytes", 0)
    if pinned is None:
        return None
    pointer = fields.pointer("pinned_offset_bytes")
    if location != "shared":
        message = f"Only a shared buffer has an offset to pin, and this one is {location}."
        fields.collector.error("pinned-not-shared", pointer, message)
    elif alignment is not None and pinned % alignment:
        message = f"The offset {pinned} is no multiple of the buffer's alignment of {alignment} bytes."
        fields.collector.error("pinned-misaligned", pointer, message)
    return pinned


def _zero(row: Row, tree: ComponentTree, lives: Lives, persistent: bool) -> Zero:
    fields = row.fields
    value = fields.values.get("zero", False)
    if value is False:
        return "none"
    pointer = fields.pointer("zero")
    if value is not True and value not in ("entry", "interval"):
        if isinstance(value, str):
            fields.unknown_value("zero", value, ("entry", "interval"))
        else:
            fields.collector.wrong_type(pointer, value, 'false, true, "entry" or "interval"')
        return "none"
    if not lives.sound:
        return "none"
    if value == "interval":
        if not lives.starts:
            message = (
                "The kernel zeroes at the start of each interval, and this buffer states none: give a `lifetime` or "
                '`parts`, or use "entry".'
            )
            fields.collector.error("zero-without-interval", pointer, message, row.full_name or row.name)
        return "interval"
    from_the_start = tree.owner(row.component) == "" and (not lives.given or 0 in lives.starts)
    if not persistent and not from_the_start:
        message = (
            "Zeros from the kernel's start would be gone: the buffer must be persistent, or an interval of it must "
            'start at phase 0 of the kernel\'s timeline; "interval" zeroes each time.'
        )
        fields.collector.error("zero-entry-not-at-start", pointer, message, row.full_name or row.name)
    return "entry"


def read_row(collector: Collector, index: int, value: Any) -> Row:
    """The names in a buffer's object, so that all of them are known before any reference is followed."""
    fields = Fields(collector, value, f"/buffers/{index}", KNOWN, ("name",))
    name, component = fields.values.get("name"), fields.values.get("component", "")
    sound = isinstance(name, str)
    if not isinstance(name, str):
        if "name" in fields:
            collector.wrong_type(fields.pointer("name"), name, "a string")
    elif (fault := name_fault(name)) is not None:
        collector.error("bad-name", fields.pointer("name"), f"The buffer name {show(name)} {fault}.")
        sound = False
    if not isinstance(component, str):
        collector.wrong_type(fields.pointer("component"), component, 'a string such as "loop/algorithm"')
        component, sound = "", False
    elif component and (fault := path_fault(component)) is not None:
        collector.error("bad-name", fields.pointer("component"), f"The component path {show(component)} {fault}.")
        component, sound = "", False
    full_name = f"{component}/{name}" if component else str(name)
    return Row(index, str(name), component, full_name if sound else None, fields)
