"""Reads in-place pairs: one buffer is computed in place of another."""

from __future__ import annotations

from typing import Any

from warpack.solver.reading.collector import Collector, show
from warpack.solver.reading.components import ComponentTree
from warpack.solver.reading.fields import Fields
from warpack.solver.reading.in_place_circles import Step, check_circles
from warpack.solver.reading.references import Known, unknown_buffer
from warpack.solver.wire.manifest import Buffer, InPlace
from warpack.solver.wire.units import Phase


def read_in_place(
    collector: Collector, values: list[Any] | None, buffers: Known, tree: ComponentTree
) -> tuple[InPlace, ...]:
    found: dict[InPlace, None] = {}
    steps: dict[tuple[str, Phase], list[Step]] = {}
    part_sizes: dict[str, dict[str, int]] = {}
    for index, value in enumerate(values or ()):
        at = f"/in_place/{index}"
        keys = ("phase", "read", "write")
        before = len(collector.problems)
        fields = Fields(collector, value, at, keys, keys)
        read, write = (_range(fields, key, buffers, part_sizes) for key in ("read", "write"))
        if len(collector.problems) > before or read is None or write is None:
            continue
        phase = _phase(fields, read[0], write[0], tree)
        if phase is None or not _alike(fields, read, write):
            continue
        pair = InPlace(phase, fields.values["read"], fields.values["write"])
        if pair not in found:
            steps.setdefault((tree.owner(read[0].component), phase), []).append(Step(pair.read, pair.write, at))
        found[pair] = None
    for one_phase in steps.values():
        check_circles(collector, one_phase)
    return tuple(found)


def _range(
    fields: Fields, key: str, buffers: Known, part_sizes: dict[str, dict[str, int]]
) -> tuple[Buffer, int] | None:
    """The buffer that a reference names, and the number of elements; None if the reference or the buffer is wrong.
    `part_sizes` caches the sizes of parts by name, for each buffer."""
    if key not in fields:
        return None
    reference = fields.values[key]
    if not isinstance(reference, str):
        fields.collector.wrong_type(fields.pointer(key), reference, "the full name of a buffer or part")
        return None
    name, mark, part_name = reference.partition("#")
    if name not in buffers:
        unknown_buffer(fields.collector, fields.pointer(key), name, buffers)
        return None
    buffer = buffers[name]
    if buffer is None or not mark:
        return None if buffer is None else (buffer, buffer.size)
    if name not in part_sizes:
        part_sizes[name] = {part.name: part.size for part in buffer.parts}
    if part_name in part_sizes[name]:
        return buffer, part_sizes[name][part_name]
    hint = fields.collector.hint(part_name, part_sizes[name])
    message = f"The buffer {name} has no part {show(part_name)}.{hint}"
    fields.collector.error("unknown-part", fields.pointer(key), message, name)
    return None


def _phase(fields: Fields, read: Buffer, write: Buffer, tree: ComponentTree) -> int | None:
    if read.full_name == write.full_name:
        message = f"Both are in {read.full_name}, whose parts never lie on one another: a pair needs two buffers."
        fields.collector.error("in-place-self", fields.pointer("write"), message, read.full_name)
        return None
    owners = tree.owner(read.component), tree.owner(write.component)
    if owners[0] != owners[1]:
        message = (
            f"{read.full_name} counts in the timeline of {owners[0] or 'the root'} and {write.full_name} in that of "
            f"{owners[1] or 'the root'}: an in-place pair needs one timeline."
        )
        fields.collector.error("in-place-timelines", fields.at, message, read.full_name, write.full_name)
        return None
    return tree.clock(read.component).phase(fields.values["phase"], fields.pointer("phase"))


def _alike(fields: Fields, read: tuple[Buffer, int], write: tuple[Buffer, int]) -> bool:
    shapes = [
        (
            buffer.dtype.itemsize_bytes,
            buffer.dtype.per_item,
            count,
            buffer.stages,
            buffer.stages > 1 and buffer.slot_pitch_bytes,
            buffer.growth,
        )
        for buffer, count in (read, write)
    ]
    if shapes[0] == shapes[1]:
        return True
    texts = [_shape(buffer, count) for buffer, count in (read, write)]
    message = f"An in-place pair needs equal itemsizes and counts: `read` has {texts[0]}, `write` {texts[1]}."
    names = (fields.values["read"], fields.values["write"])
    fields.collector.error("in-place-size", fields.at, message, *names)
    return False


def _shape(buffer: Buffer, count: int) -> str:
    each = f"{buffer.dtype.itemsize_bytes} bytes" if buffer.dtype.per_item == 1 else str(buffer.dtype)
    ring = "" if buffer.stages == 1 else f" in each of {buffer.stages} slots, {buffer.slot_pitch_bytes} bytes apart"
    growth = buffer.growth
    counted = str(count) if growth is None else f"{growth.each} a {growth.per} and {growth.plus}"
    return f"{counted} elements of {each}{ring}"
