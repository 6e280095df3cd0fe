"""Reads one buffer: its fields, and the rules between them."""

from __future__ import annotations

from warpack.solver.reading.barriers import refused_scope
from warpack.solver.reading.buffer_rows import Row
from warpack.solver.reading.collector import Collector
from warpack.solver.reading.components import ComponentTree
from warpack.solver.reading.element_types import read_alignment, read_dtype
from warpack.solver.reading.fields import Fields
from warpack.solver.reading.lifetimes import Lives, read_lives
from warpack.solver.reading.sizes import read_size
from warpack.solver.wire.manifest import Buffer, Growth, Location, Reentry, Scope, Zero


def read_buffer(
    collector: Collector, row: Row, tree: ComponentTree, threads_per_run: int | None, aliases: tuple[str, ...]
) -> Buffer | None:
    """The buffer, or None where something in it is wrong. `threads_per_run` None: the launch is not known."""
    if not row.fields.is_object:
        return None
    before = len(collector.problems)
    fields, given = row.fields, row.fields.values
    dtype = read_dtype(fields)
    sized = read_size(fields, dtype)
    growth, size = (sized, sized.elements(1)) if isinstance(sized, Growth) else (None, sized)
    scope = _scope(fields) if "scope" in given else "run"
    location = _location(fields, row, scope, threads_per_run) if "location" in given else "shared"
    persistent = "persistent" in given and fields.flag("persistent", False)
    splittable = "splittable" in given and fields.flag("splittable", False)
    alignment = read_alignment(fields, dtype.alignment_bytes if dtype is not None else 1)
    reentry: Reentry = fields.choice("reentry", "kept", ("kept", "dropped")) if "reentry" in given else "kept"
    asynchronous = "async" in given and fields.flag("async", False)
    stages = _stages(fields) if "stages" in given else 1
    elements = (size, dtype) if size is not None and dtype is not None else None
    lives = read_lives(row.fields, row.component, tree, elements, persistent, reentry)
    zero = _zero(row, tree, lives, persistent) if "zero" in given else "none"
    pinned = _pinned(fields, alignment, location) if "pinned_offset_bytes" in given else None
    accesses = fields.integer("accesses", size or 0, 0) if "accesses" in given else size or 0
    if splittable and not lives.parts:
        message = "`splittable` says that parts may be placed apart, and this buffer has none."
        collector.error("splittable-without-parts", fields.pointer("splittable"), message)
    if len(collector.problems) > before or dtype is None or size is None or alignment is None:
        return None
    buffer = Buffer(
        row.name,
        size,
        dtype,
        row.component,
        scope=scope,
        location=location,
        persistent=persistent,
        lifetime=lives.lifetime,
        parts=lives.parts,
        splittable=splittable,
        alignment_bytes=alignment,
        pinned_offset_bytes=pinned,
        aliases=aliases,
        zero=zero,
        accesses=accesses,
        accesses_in=lives.accesses,
        reentry=reentry,
        asynchronous=asynchronous,
        stages=stages,
        growth=growth,
    )
    if stages > 1 and buffer.size_bytes > collector.largest:
        message = f"{stages} slots of {buffer.slot_bytes} bytes, {buffer.slot_pitch_bytes} apart, are more than {collector.largest} bytes."
        collector.error("size-too-large", fields.pointer("stages"), message)
    return buffer


def _stages(fields: Fields) -> int:
    stages = fields.integer("stages", 1, 1)
    if stages > 1 and "parts" in fields:
        message = "A ring of `stages` has no `parts`: list one buffer for each part, each with the same `stages`."
        fields.collector.error("stages-with-parts", fields.pointer("stages"), message)
    return stages


def _scope(fields: Fields) -> Scope:
    if refused_scope(fields.collector, fields.values.get("scope"), fields.pointer("scope"), "buffer"):
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
        fields.collector.error("not-private-to-thread", fields.pointer("location"), message)
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
        fields.unknown_value("zero", value, ("entry", "interval"), ", true or false")
        return "none"
    if not lives.sound:
        return "none"
    if value == "interval":
        if not lives.starts(updates=False):
            message = (
                "The kernel zeroes at the start of each interval, and this buffer states none: give a `lifetime`, `writes` in "
                '`accesses_in`, or `parts` with either, or use "entry".'
            )
            fields.collector.error("zero-without-interval", pointer, message)
        return "interval"
    owner = tree.owner(row.component)
    if not persistent and (owner != "" or (lives.given and 0 not in lives.starts(updates=True))):
        if owner != "":
            why = f"{owner} has a timeline of its own, and each of its calls may find other contents: the buffer must be persistent"
        else:
            why = "the buffer must be persistent, or an interval of it must start at phase 0 of the kernel's timeline"
        message = f'Zeros from the kernel\'s start would be gone: {why}; "interval" zeroes each time.'
        fields.collector.error("zero-entry-not-at-start", pointer, message)
    return "entry"
