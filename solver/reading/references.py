"""Reads what names other buffers: aliases, in-place pairs and pairs kept apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from solver.reading.buffers import Row
from solver.reading.collector import Collector, show
from solver.reading.components import ComponentTree
from solver.reading.fields import Fields
from solver.wire.manifest import Buffer, InPlace

Known = Mapping[str, Buffer | None]
"""Every full name of the manifest; None stands for a buffer that could not be read."""


def read_aliases(collector: Collector, row: Row, names: Mapping[str, int]) -> tuple[str, ...]:
    """Full names of the buffers that this one may share storage with: given in full, or of the same component."""
    value = row.fields.values.get("aliases", [])
    at = row.fields.pointer("aliases")
    if isinstance(value, str):
        listed = [(value, at)]
    elif isinstance(value, list):
        listed = [(one, f"{at}/{index}") for index, one in enumerate(value)]
    else:
        collector.wrong_type(at, value, "the name of a buffer, or a list of names")
        return ()
    found: dict[str, None] = {}
    for name, pointer in listed:
        if not isinstance(name, str):
            collector.wrong_type(pointer, name, "the name of a buffer")
            continue
        beside = f"{row.component}/{name}" if row.component else name
        full_name = beside if beside in names else name
        if full_name not in names:
            message = f"There is no buffer {show(name)} to share storage with.{collector.hint(name, names)}"
            collector.error("alias-unknown", pointer, message, *((row.full_name,) if row.full_name else ()))
        elif full_name == row.full_name:
            collector.error("alias-self", pointer, f"{full_name} cannot be an alias of itself.", full_name)
        else:
            found[full_name] = None
    return tuple(found)


def check_alias_graph(collector: Collector, rows: Mapping[str, Row], aliases: Mapping[str, tuple[str, ...]]) -> None:
    """A problem for every circle of aliases, at the alias of its first buffer."""
    users: dict[str, list[str]] = {}
    left = {name: len(targets) for name, targets in aliases.items() if targets}
    for name, targets in aliases.items():
        for target in targets:
            users.setdefault(target, []).append(name)
    ends = [target for target in users if target not in left]
    for target in ends:
        for name in users.get(target, ()):
            left[name] -= 1
            if left[name] == 0:
                del left[name]
                ends.append(name)
    done: set[str] = set()
    for name in left:  # all that is left leads into a circle
        walk: dict[str, None] = {}
        at = name
        while at not in walk and at not in done:
            walk[at] = None
            at = next(target for target in aliases[at] if target in left)
        if at in walk:
            trail = list(walk)
            circle = trail[trail.index(at) :]
            first = min(circle, key=lambda one: rows[one].number)
            turned = circle[circle.index(first) :] + circle[: circle.index(first)]
            message = f"These aliases run in a circle: {' → '.join([*turned, first])}."
            collector.error("alias-circle", rows[first].fields.pointer("aliases"), message, *turned)
        done.update(walk)


def check_alias_scopes(collector: Collector, rows: Mapping[str, Row], buffers: Known) -> None:
    for buffer in buffers.values():
        for name in buffer.aliases if buffer is not None else ():
            target = buffers[name]
            if buffer is not None and target is not None and target.scope != buffer.scope:
                message = (
                    f"{buffer.full_name} has scope {buffer.scope} and {name} scope {target.scope}: their regions never "
                    "share bytes."
                )
                pointer = rows[buffer.full_name].fields.pointer("aliases")
                collector.error("alias-across-scopes", pointer, message, buffer.full_name, name)


def read_apart(collector: Collector, values: list[Any] | None, buffers: Known) -> tuple[tuple[str, str], ...]:
    pairs: dict[tuple[str, str], None] = {}
    for index, value in enumerate(values or ()):
        at = f"/apart/{index}"
        if not isinstance(value, list) or len(value) != 2 or not all(isinstance(name, str) for name in value):
            collector.wrong_type(at, value, "a pair of full buffer names")
            continue
        unknown = [step for step, name in enumerate(value) if name not in buffers]
        for step in unknown:
            _unknown(collector, f"{at}/{step}", value[step], buffers)
        if not unknown and value[0] == value[1]:
            collector.error("apart-self", at, f"{value[0]} cannot be kept apart from itself.", value[0])
        elif not unknown:
            pairs[min(value), max(value)] = None
    return tuple(sorted(pairs))


def read_in_place(
    collector: Collector, values: list[Any] | None, buffers: Known, tree: ComponentTree
) -> tuple[InPlace, ...]:
    found: dict[InPlace, None] = {}
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
        found[InPlace(phase, fields.values["read"], fields.values["write"])] = None
    return tuple(found)


def _range(
    fields: Fields, key: str, buffers: Known, part_sizes: dict[str, dict[str, int]]
) -> tuple[Buffer, int] | None:
    """The buffer that a reference means and how many elements of it; None if it is wrong, or the buffer is.
    `part_sizes` keeps the sizes of parts by name for each buffer asked for before."""
    if key not in fields:
        return None
    reference = fields.values[key]
    if not isinstance(reference, str):
        fields.collector.wrong_type(fields.pointer(key), reference, "the full name of a buffer or part")
        return None
    name, mark, part_name = reference.partition("#")
    if name not in buffers:
        _unknown(fields.collector, fields.pointer(key), name, buffers)
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
    sizes = [(buffer.dtype.itemsize_bytes, count) for buffer, count in (read, write)]
    if sizes[0] == sizes[1]:
        return True
    texts = [f"{count} elements of {itemsize} bytes" for itemsize, count in sizes]
    message = f"An in-place pair needs equal itemsizes and counts: `read` has {texts[0]}, `write` {texts[1]}."
    names = (fields.values["read"], fields.values["write"])
    fields.collector.error("in-place-size", fields.at, message, *names)
    return False


def _unknown(collector: Collector, pointer: str, name: str, buffers: Known) -> None:
    message = f"There is no buffer {show(name)}; a full name is wanted.{collector.hint(name, buffers)}"
    collector.error("unknown-buffer", pointer, message)
