"""Reads the fields that name other buffers: aliases and pairs kept apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpack.solver.reading.buffer_rows import Row
from warpack.solver.reading.collector import Collector, show
from warpack.solver.wire.manifest import Buffer

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
            message = f"There is no buffer {show(name)} for {row.full_name or row.name} to share storage with.{collector.hint(name, names)}"
            collector.error("alias-unknown", pointer, message, *((row.full_name,) if row.full_name else ()))
        elif full_name == row.full_name:
            collector.error("alias-self", pointer, f"{full_name} cannot be an alias of itself.", full_name)
        else:
            found[full_name] = None
    return tuple(found)


def check_alias_graph(collector: Collector, rows: Mapping[str, Row], aliases: Mapping[str, tuple[str, ...]]) -> None:
    """A problem for every cycle of aliases, at the alias of its first buffer."""
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
    for name in left:  # all that is left leads into a cycle
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


def read_apart(
    collector: Collector, values: list[Any] | None, buffers: Known, aliased: Mapping[frozenset[str], str]
) -> tuple[tuple[str, str], ...]:
    """`aliased`: the pairs that are aliases, each with its place in the document."""
    pairs: dict[tuple[str, str], None] = {}
    for index, value in enumerate(values or ()):
        at = f"/apart/{index}"
        if not isinstance(value, list) or len(value) != 2 or not all(isinstance(name, str) for name in value):
            collector.wrong_type(at, value, "a pair of full buffer names")
            continue
        unknown = [step for step, name in enumerate(value) if name not in buffers]
        for step in unknown:
            unknown_buffer(collector, f"{at}/{step}", value[step], buffers)
        if unknown:
            continue
        if value[0] == value[1]:
            collector.error("apart-self", at, f"{value[0]} cannot be kept apart from itself.", value[0])
        elif (alias := aliased.get(frozenset(value))) is not None:
            message = f"{value[0]} and {value[1]} are aliases ({alias}) and kept apart: take one of the two away."
            collector.error("apart-alias", at, message, *value)
        else:
            pairs[min(value), max(value)] = None
    return tuple(sorted(pairs))


def unknown_buffer(collector: Collector, pointer: str, name: str, buffers: Known) -> None:
    message = f"There is no buffer {show(name)}; a full name is wanted.{collector.hint(name, buffers)}"
    collector.error("unknown-buffer", pointer, message)
