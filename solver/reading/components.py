"""Reads the components, their timelines and active phases, and answers against which timeline a lifetime counts."""

from __future__ import annotations

from typing import Any, Literal

from solver.reading.clock import Clock
from solver.reading.collector import Collector, show
from solver.reading.fields import Fields
from solver.reading.names import path_fault
from solver.reading.timelines import read_timeline
from solver.wire.manifest import Component, Lifetime

_KNOWN = frozenset(("path", "active", "window", "timeline", "called_in"))


class ComponentTree:
    """The components as read. `sound` is False where the list was wrong in itself: then nothing is held against it."""

    def __init__(self, root: Clock) -> None:
        self.components: list[Component] = []
        self.sound = True
        self.listed: dict[str, Component | None] = {}
        self._reachable: set[str] = {""}
        self._clocks: dict[str, Clock] = {"": root}
        self._owners: dict[str, str] = {"": ""}

    def add_path(self, path: str) -> None:
        self.listed[path] = None
        while path:
            self._reachable.add(path)
            path = path.rpartition("/")[0]

    def add_clock(self, path: str, clock: Clock) -> None:
        self._clocks[path] = clock

    def knows(self, path: str) -> bool:
        """Whether a buffer may belong to this path: nothing was listed, or the path or one below it was."""
        return not self.listed or path in self._reachable

    def owner(self, path: str) -> str:
        """The nearest path at or above this one with a timeline of its own."""
        known = self._owners.get(path)
        if known is None:
            known = path if path in self._clocks else self.owner(path.rpartition("/")[0])
            self._owners[path] = known
        return known

    def clock(self, path: str) -> Clock:
        return self._clocks[self.owner(path)]

    def active(self, path: str) -> Lifetime | None:
        component = self.listed.get(path)
        return None if component is None else component.active


def read_components(collector: Collector, values: list[Any] | None, root: Clock) -> ComponentTree:
    tree = ComponentTree(root)
    rows: list[tuple[str, Fields]] = []
    for index, value in enumerate(values or ()):
        at = f"/components/{index}"
        fields = Fields(collector, value, at, _KNOWN, ("path",))
        path = _path(fields, tree)
        if path is None:
            tree.sound = False
            continue
        tree.add_path(path)
        rows.append((path, fields))
        if "timeline" in fields:
            tree.add_clock(path, read_timeline(collector, fields.values["timeline"], f"{at}/timeline"))
    for path, fields in rows:
        component = _component(path, fields, tree)
        tree.listed[path] = component
        tree.components.append(component)
    return tree


def _path(fields: Fields, tree: ComponentTree) -> str | None:
    collector = fields.collector
    if "path" not in fields:
        return None
    path = fields.values["path"]
    pointer = fields.pointer("path")
    if not isinstance(path, str):
        collector.wrong_type(pointer, path, 'a string such as "loop/algorithm"')
        return None
    fault = "is empty: the root needs no entry" if path == "" else path_fault(path)
    if fault is not None:
        collector.error("bad-name", pointer, f"The component path {show(path)} {fault}.")
        return None
    if path in tree.listed:
        collector.error("duplicate-name", pointer, f"The component {path} is listed twice.", path)
        return None
    return path


def _component(path: str, fields: Fields, tree: ComponentTree) -> Component:
    collector, at = fields.collector, fields.at
    own = tree.clock(path)
    active = own.lifetime(fields.values["active"], f"{at}/active") if "active" in fields else None
    window: Literal["flat", "contiguous"] = fields.choice("window", "flat", ("flat", "contiguous"))
    if "timeline" not in fields:
        if "called_in" in fields:
            message = f"`called_in` is for components with a `timeline` of their own, and {path} has none."
            collector.error("called-in-without-timeline", f"{at}/called_in", message, path)
        return Component(path, active, window)
    if "called_in" not in fields:
        message = f"{path} has a timeline of its own: `called_in` must name the phases of its parent in which it runs."
        collector.error("missing-field", f"{at}/called_in", message, path)
    parent = tree.clock(path.rpartition("/")[0])
    phases: set[int] = set()
    for index, value in enumerate(fields.sequence("called_in") or ()):
        pointer = f"{at}/called_in/{index}"
        phase = parent.phase(value, pointer)
        if phase is not None and phase in phases:
            collector.error("duplicate-phase", pointer, f"{path} is called in phase {show(value)} twice.", path)
        elif phase is not None:
            phases.add(phase)
    return Component(path, active, window, own.timeline, tuple(sorted(phases)))
