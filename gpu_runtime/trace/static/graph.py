"""The whole kernel as one graph: a copy of each function's steps for each way of calls that leads to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from warpack.gpu_runtime.trace.positions import Path
from warpack.gpu_runtime.trace.static.evaluate import Evaluated
from warpack.gpu_runtime.trace.static.functions import Functions
from warpack.gpu_runtime.trace.static.joining import views_in
from warpack.gpu_runtime.trace.static.template import Node, Template
from warpack.gpu_runtime.trace.static.values import Base, Elements, Made, Param, View, Views

Bound = tuple[tuple[View, ...], bool]
"""The views, in terms of the kernel, that a parameter may be, and whether it is certain which."""


@dataclass(kw_only=True)
class Place:
    """One step of the kernel. `frame`: of which call; `inside`: the regions it lies in, by index."""

    path: Path
    inside: tuple[int, ...]
    reads: tuple[Elements, ...] = ()
    writes: tuple[Elements, ...] = ()
    kills: tuple[Elements, ...] = ()
    known: tuple[Elements, ...] = ()
    barrier: bool = False
    next: list[int] = field(default_factory=list)


@dataclass
class KernelRegion:
    """A region of one call. `late`: places behind it at which what it wrote as a whole is certainly overwritten."""

    loop: Any
    path: Path
    trips: int | None
    late: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Frame:
    template: Template
    path: Path
    bound: tuple[Bound, ...]
    known: tuple[Elements, ...]
    by_all: bool
    inside: tuple[int, ...]


class Graph:
    """`places[0]` is where the kernel starts. `parted`: what only some threads run, and what only the others run.
    `parts`: by the place of a slice of dynamic shared memory, what it may be."""

    def __init__(self, functions: Functions, kernel: Evaluated) -> None:
        self.functions = functions
        self.places: list[Place] = []
        self.regions: list[KernelRegion] = []
        self.parted: list[tuple[list[range], list[range]]] = []
        self.unfollowed: dict[Path, str] = {}
        self.parts: dict[Path, dict[Elements, None]] = {}
        self._call(_Frame(functions.template(kernel), (), (), (), True, ()))

    def _call(self, frame: _Frame) -> tuple[int, int]:
        """Adds the steps of a call; its first and its last place."""
        template, offset = frame.template, len(self.regions)
        for region in template.regions:
            path = (*frame.path, region.position) if region.position else frame.path
            self.regions.append(KernelRegion(region.loop, path, region.trips))
        first: list[int] = []
        last: list[int] = []
        spans: list[range] = []
        for node in template.nodes:
            start = len(self.places)
            head, tail = self._node(frame, node, offset)
            first.append(head)
            last.append(tail)
            spans.append(range(start, len(self.places)))
        for number, node in enumerate(template.nodes):
            self.places[last[number]].next.extend(first[target] for target in node.next)
        for node_number, region_number in template.late:
            self.regions[offset + region_number].late.append(last[node_number])
        for one, other in template.parted:
            self.parted.append(([spans[n] for n in one], [spans[n] for n in other]))
        return first[0], last[template.end]

    def _node(self, frame: _Frame, node: Node, offset: int) -> tuple[int, int]:
        step = node.step
        path = (*frame.path, step.position if step else frame.template.position)
        inside = (*frame.inside, *(offset + region for region in node.regions))
        reads: tuple[Elements, ...] = ()
        writes: tuple[Elements, ...] = ()
        known: tuple[Elements, ...] = ()
        if step and (step.reads or step.call):
            known = (*frame.known, *self._certain(frame, node.known))
        if step:
            reads, writes = self._all(frame, step.reads), self._all(frame, step.writes)
            for view in self._bound(frame, step.part)[0] if step.part else ():
                if isinstance(view.base, Made) and view.base.space == "dynamic":
                    self.parts.setdefault(path, {})[view.elements()] = None
            if step.unfollowed:
                self.unfollowed[path] = step.unfollowed
        place = Place(
            path=path,
            inside=inside,
            reads=reads,
            writes=writes,
            kills=self._certain(frame, node.kills),
            known=known,
            barrier=bool(step and step.barrier),
        )
        self.places.append(place)
        here = len(self.places) - 1
        if step is None or step.call is None:
            return here, here
        bound = tuple(self._bound(frame, view) for view in step.bound)
        by_all = frame.by_all and not node.some_threads
        entry, end = self._call(_Frame(self.functions.template(step.call), path, bound, known, by_all, inside))
        place.next.append(entry)
        return here, end

    def _bound(self, frame: _Frame, value: View | Views) -> Bound:
        found: list[View] = []
        certain = not (isinstance(value, Views) and (value.others or len(value.views) > 1))
        for view in views_in(value):
            if isinstance(view.base, Param):
                views, sure = frame.bound[view.base.number]
                certain = certain and sure
                found.extend(_on(view, base) for base in views)
            else:
                found.append(replace(view, base=_absolute(frame, view.base)))
        return tuple(found), certain and len(found) == 1

    def _placed(self, frame: _Frame, elements: Elements) -> list[Elements]:
        if not isinstance(elements.base, Param):
            return [replace(elements, base=_absolute(frame, elements.base))]
        views, certain = frame.bound[elements.base.number]
        found = [elements.within(view) for view in views]
        return found if certain else [replace(one, exact=False) for one in found]

    def _all(self, frame: _Frame, several: tuple[Elements, ...]) -> tuple[Elements, ...]:
        return tuple(one for elements in several for one in self._placed(frame, elements))

    def _certain(self, frame: _Frame, facts: tuple[Elements, ...]) -> tuple[Elements, ...]:
        """The facts of which it is known in the kernel's terms which elements they are."""
        placed = [one for fact in facts for one in self._placed(frame, fact) if one.exact]
        if frame.by_all:
            return tuple(placed)
        return tuple(replace(one, by_all=False) for one in placed if not one.shared_only)


def _absolute(frame: _Frame, base: Base) -> Base:
    return replace(base, path=(*frame.path, *base.path)) if isinstance(base, Made) else base


def _on(view: View, base: View) -> View:
    """A view of a view."""
    if view.axes is None or base.axes is None:
        return View(base.base)
    return View(base.base, base.offset.plus(view.offset), view.axes, view.spread + base.spread)
