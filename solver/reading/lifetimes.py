"""Reads when a buffer is live: one lifetime for all of it, or parts with a lifetime each."""

from __future__ import annotations

from typing import Any, NamedTuple

from solver.flatten.lifetimes import unwrapped
from solver.flatten.spans import holds
from solver.reading.clock import Clock
from solver.reading.collector import show
from solver.reading.components import ComponentTree
from solver.reading.fields import Fields
from solver.reading.names import name_fault
from solver.wire.manifest import Interval, Lifetime, Part
from solver.wire.units import Phase

_PART_FIELDS = ("name", "offset", "size", "lifetime")


class Lives(NamedTuple):
    """`given`: the user wrote a lifetime or parts."""

    lifetime: Lifetime | None
    parts: tuple[Part, ...]
    given: bool
    sound: bool = True

    @property
    def starts(self) -> frozenset[Phase]:
        """The phases at which an interval starts."""
        lifetimes = (self.lifetime or (), *(part.lifetime for part in self.parts))
        return frozenset(interval.start for lifetime in lifetimes for interval in lifetime)


_UNSOUND = Lives(None, (), True, sound=False)
_NOT_GIVEN = Lives(None, (), False)


def read_lives(fields: Fields, component: str, tree: ComponentTree, size: int | None, persistent: bool) -> Lives:
    alone, in_parts = "lifetime" in fields.values, "parts" in fields.values
    if persistent and (alone or in_parts):
        key = "lifetime" if alone else "parts"
        message = f"A persistent buffer is live in every phase: it has no `{key}`."
        fields.collector.error("persistent-with-lifetime", fields.pointer(key), message)
        return _UNSOUND
    if alone and in_parts:
        message = "A buffer has either a `lifetime` or `parts` with a lifetime each, not both."
        fields.collector.error("lifetime-and-parts", fields.pointer("parts"), message)
        return _UNSOUND
    if in_parts:
        return _of_parts(fields, component, tree, size)
    if not alone:
        return _NOT_GIVEN
    lifetime = _lifetime(fields, component, tree)
    if lifetime is None:
        return _UNSOUND
    return Lives(lifetime, (), True)


def _lifetime(fields: Fields, component: str, tree: ComponentTree) -> Lifetime | None:
    """The lifetime under the key `lifetime` of a buffer or part: a list of intervals, or "active"."""
    collector, pointer = fields.collector, fields.pointer("lifetime")
    value = fields.values["lifetime"]
    active = tree.active(component)
    if value == "active":
        if active is None and tree.sound:
            message = f'"active" means the active phases of the component, and {component or "the root"} gives none.'
            collector.error("no-active-phases", pointer, message, component)
        return active
    clock = tree.clock(component)
    lifetime = clock.lifetime(value, pointer)
    if lifetime is None or active is None:
        return lifetime
    carried = _carried_into(clock, lifetime)
    return lifetime if _starts_active(fields, value, clock, active, carried, component) else None


def _carried_into(clock: Clock, lifetime: Lifetime) -> frozenset[Phase]:
    """The loop heads at which an interval is no new write: its contents come round from the loop's last phase."""
    live = sorted(unwrapped(clock.loops, lifetime))
    return frozenset(head for head, end in clock.timeline.loops if holds(live, end - 1))


def _starts_active(
    fields: Fields, values: list[Any], clock: Clock, active: Lifetime, carried: frozenset[Phase], component: str
) -> bool:
    spans = sorted(unwrapped(clock.loops, active))
    fine = True
    for index, value in enumerate(values):
        start = value[0] if type(value[0]) is int else clock.phase(value[0], "")
        if start is not None and start not in carried and not holds(spans, start):
            fine = False
            message = f"{component} is not active in phase {show(value[0])}, so nothing can be written there."
            fields.collector.error("starts-while-inactive", f"{fields.pointer('lifetime')}/{index}", message, component)
    return fine


def _of_parts(fields: Fields, component: str, tree: ComponentTree, size: int | None) -> Lives:
    values = fields.sequence("parts")
    if values is None:
        return _UNSOUND
    before = len(fields.collector.problems)
    parts: list[Part] = []
    names: set[str] = set()
    for index, value in enumerate(values):
        part = _part(fields, index, value, component, tree, names)
        if part is not None:
            parts.append(part)
    if len(fields.collector.problems) > before or len(parts) < len(values):
        return _UNSOUND
    if size is not None:
        _cover(fields, parts, size)
    return Lives(None, tuple(parts), True, sound=len(fields.collector.problems) == before)


def _part(outer: Fields, index: int, value: Any, component: str, tree: ComponentTree, names: set[str]) -> Part | None:
    collector = outer.collector
    at = f"{outer.at}/parts/{index}"
    fields = Fields(collector, value, at, _PART_FIELDS, ("offset", "size"))
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
    if "lifetime" in fields:
        lifetime = _lifetime(fields, component, tree)
    else:
        lifetime = (Interval(0, tree.clock(component).timeline.length),)
    return None if lifetime is None else Part(name, offset, size, lifetime)


def _cover(fields: Fields, parts: list[Part], size: int) -> None:
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
