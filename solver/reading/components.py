"""Reads the components, their timelines and active phases, and says in which timeline a lifetime counts."""

from __future__ import annotations

from typing import Any, Literal

from warpack.solver.reading.barriers import add_barriers
from warpack.solver.reading.branches import check_tracks
from warpack.solver.reading.clock import Clock
from warpack.solver.reading.collector import Collector, show
from warpack.solver.reading.fields import Fields
from warpack.solver.reading.intervals import held
from warpack.solver.reading.statements import read_lifetime
from warpack.solver.reading.surroundings import ALONE, Surroundings, check_calls, of_calls
from warpack.solver.reading.timelines import read_timeline
from warpack.solver.wire.manifest import Component, Launch, Lifetime, Span
from warpack.solver.wire.names import path_fault
from warpack.solver.wire.units import Phase

_KNOWN = frozenset(("path", "active", "window", "timeline", "called_in"))


class ComponentTree:
    """The components as read. `sound` is False where the list itself was wrong: then nothing is checked against it."""

    def __init__(self, root: Clock) -> None:
        self.components: list[Component] = []
        self.sound = True
        self.listed: dict[str, Component | None] = {}
        self._reachable: set[str] = {""}
        self._clocks: dict[str, Clock] = {"": root}
        self._owners: dict[str, str] = {"": ""}
        self._active: dict[str, list[Span]] = {}

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

    def active_phases(self, path: str) -> list[Span]:
        """The phases of the component's active intervals, sorted; empty where it gives none."""
        if path not in self._active:
            tree = self.clock(path).tree
            self._active[path] = sorted(span for one in self.active(path) or () for span in held(tree, one).spans)
        return self._active[path]


def read_components(
    collector: Collector, values: list[Any] | None, root: Clock, root_barriers: Any, launch: Launch | None
) -> ComponentTree:
    """Reads the components; then, when the callers of each timeline are known, the barriers of all timelines
    (`root_barriers`: of the root's)."""
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
            with collector.about(path):
                tree.add_clock(path, read_timeline(collector, fields.values["timeline"], f"{at}/timeline", launch))
    called: dict[str, tuple[Phase, ...]] = {}
    for path, fields in rows:
        with collector.about(path):
            called[path] = _called_in(path, fields, tree)
    _read_all_barriers(collector, tree, rows, called, root_barriers, launch)
    for path, fields in rows:
        with collector.about(path):
            component = _component(path, fields, tree, called[path])
        tree.listed[path] = component
        tree.components.append(component)
    return tree


def _read_all_barriers(
    collector: Collector,
    tree: ComponentTree,
    rows: list[tuple[str, Fields]],
    called: dict[str, tuple[Phase, ...]],
    root_barriers: Any,
    launch: Launch | None,
) -> None:
    """From the root down: the surroundings of a timeline's calls depend on those of its parent's calls."""
    root = tree.clock("")
    check_tracks(collector, root, ALONE)
    add_barriers(collector, root, root_barriers, "/timeline/barriers", ALONE, launch)
    around: dict[str, Surroundings] = {"": ALONE}
    with_timeline = [(path, fields) for path, fields in rows if "timeline" in fields]
    for path, fields in sorted(with_timeline, key=lambda row: row[0].count("/")):
        above = path.rpartition("/")[0]
        around[path] = of_calls(tree.clock(above), around[tree.owner(above)], called[path], launch)
        timeline = fields.values["timeline"]
        barriers = timeline.get("barriers", []) if isinstance(timeline, dict) else []
        with collector.about(path):
            at = f"{fields.at}/timeline"
            check_tracks(collector, tree.clock(path), around[path])
            add_barriers(collector, tree.clock(path), barriers, f"{at}/barriers", around[path], launch)


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


def _called_in(path: str, fields: Fields, tree: ComponentTree) -> tuple[Phase, ...]:
    """The phases of the parent's timeline in which the component's own timeline runs."""
    collector, at = fields.collector, f"{fields.at}/called_in"
    if "timeline" not in fields:
        if "called_in" in fields:
            message = f"`called_in` is for components with a `timeline` of their own, and {path} has none."
            collector.error("called-in-without-timeline", at, message, path)
        return ()
    if "called_in" not in fields:
        message = f"{path} has a timeline of its own: `called_in` must name the phases of its parent in which it runs."
        collector.error("missing-field", at, message, path)
        return ()
    parent = tree.clock(path.rpartition("/")[0])
    values = fields.sequence("called_in")
    if values == []:
        message = (
            f"{path} is called in no phase, so that its timeline never runs: name the phases of its parent in which it does, or leave "
            "the component and its buffers away."
        )
        collector.error("never-called", at, message, path)
    phases: dict[Phase, str] = {}
    for index, value in enumerate(values or ()):
        pointer = f"{at}/{index}"
        phase = parent.phase(value, pointer)
        if phase is not None and phase in phases:
            collector.error("duplicate-phase", pointer, f"{path} is called in phase {show(value)} twice.", path)
        elif phase is not None:
            phases[phase] = pointer
    check_calls(collector, path, parent, phases.items())
    return tuple(sorted(phases))


def _component(path: str, fields: Fields, tree: ComponentTree, called_in: tuple[Phase, ...]) -> Component:
    own = tree.clock(path)
    active = read_lifetime(own, fields.values["active"], f"{fields.at}/active") if "active" in fields else None
    window: Literal["flat", "contiguous"] = fields.choice("window", "flat", ("flat", "contiguous"))
    if "timeline" not in fields:
        return Component(path, active, window)
    return Component(path, active, window, own.timeline, called_in)
