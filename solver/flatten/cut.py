"""The program cut at some fixed phases: which other phases lie on a way from a fixed phase to a fixed phase, and where
such ways arrive."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from warpack.solver.flatten.graph import Graph, Passing, leads, passing_edges, pieces_in
from warpack.solver.flatten.problem import Phases
from warpack.solver.flatten.spans import NO_PHASES, holds, phases_of
from warpack.solver.wire.manifest import Span
from warpack.solver.wire.units import Phase


class Cut:
    """A graph of segments: each stretch of phases, split into its fixed and its other parts. A way ends at a fixed
    segment and continues after one only where it starts there; with `through` it runs through all of them."""

    def __init__(
        self,
        graph: Graph,
        fixed: tuple[Span, ...],
        *,
        through: bool = False,
        skipping: bool = True,
        closed: Phases = NO_PHASES,
    ) -> None:
        """`fixed` may touch: each is then a segment of its own. `skipping` False leaves out the ways that only skip a
        loop. No way enters tracks in `closed`."""
        self._starts: list[Phase] = []
        self._ends: list[Phase] = []
        self._fixed: list[bool] = []
        self._through = through
        firsts: list[int] = []
        lasts: list[int] = []
        for start, end in zip(graph.starts, graph.ends, strict=True):
            firsts.append(len(self._starts))
            self._add_node(start, end, pieces_in(fixed, start, end) if start < end else [])
            lasts.append(len(self._starts) - 1)
        self._on: list[list[int]] = [[segment + 1] for segment in range(len(self._starts))]
        for node, last in enumerate(lasts):
            self._on[last] = [
                firsts[target]
                for target in (*graph.edges[node], *graph.breaks[node])
                if (skipping or (node, target) not in graph.skips) and not self._shut(graph, target, closed)
            ]
        self._entry = firsts[graph.entry]
        calls = [
            Passing(lasts[call.last], firsts[call.leave], tuple((firsts[a], lasts[b]) for a, b in call.companions))
            for call in graph.calls
        ]
        passing_edges(calls, lambda last, leave: self._on[last].append(leave), self._passes)

    def _shut(self, graph: Graph, node: int, closed: Phases) -> bool:
        return bool(closed) and node in graph.gates and holds(closed.spans, graph.gates[node])

    def _add_node(self, start: Phase, end: Phase, fixed: list[Span]) -> None:
        at = start
        for first, beyond in fixed:
            if first > at:
                self._add(at, first, False)
            self._add(first, beyond, True)
            at = beyond
        if at < end or start == end:
            self._add(at, end, False)

    def _add(self, start: Phase, end: Phase, fixed: bool) -> None:
        self._starts.append(start)
        self._ends.append(end)
        self._fixed.append(fixed)

    def _passes(self, first: int, last: int) -> bool:
        return leads(self._on, first, last, (lambda _one: False) if self._through else self._fixed.__getitem__)

    def behind(self, source: Callable[[Phase, Phase], bool]) -> list[int]:
        """The segments after each fixed one for which `source` is true, given its first phase and the one after its
        last."""
        found = []
        for segment, fixed in enumerate(self._fixed):
            if fixed and source(self._starts[segment], self._ends[segment]):
                found += self._on[segment]
        return found

    @property
    def start(self) -> list[int]:
        """Where the program starts."""
        return [self._entry]

    def ahead(self, begun: Iterable[int]) -> set[int]:
        """The segments entered by ways that begin with these; a fixed one ends its way."""
        return self._reached(begun, lambda one: self._fixed[one] and not self._through)

    def _reached(self, begun: Iterable[int], ends: Callable[[int], bool]) -> set[int]:
        seen = set(begun)
        waiting = list(seen)
        while waiting:
            segment = waiting.pop()
            if ends(segment):
                continue
            for target in self._on[segment]:
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return seen

    def directly(self, begun: Iterable[int]) -> set[int]:
        """The same, through no phase at all."""
        return self._reached(begun, lambda one: self._starts[one] < self._ends[one])

    def leading_to(self, entered: Iterable[int], wanted: Callable[[Phase, Phase], bool]) -> set[int]:
        """Of the segments entered, those that are not fixed and lead to a fixed one for which `wanted` is true."""
        entered = set(entered)
        into: dict[int, list[int]] = {}
        waiting: list[int] = []
        for segment in entered:
            if self._fixed[segment] and wanted(self._starts[segment], self._ends[segment]):
                waiting.append(segment)
            for target in self._on[segment]:
                into.setdefault(target, []).append(segment)
        found: set[int] = set()
        while waiting:
            for source in into.get(waiting.pop(), ()):
                if source not in found and not self._fixed[source]:
                    found.add(source)
                    waiting.append(source)
        return found

    def arrivals(self, entered: Iterable[int]) -> set[Phase]:
        """The first phases of the fixed segments among these."""
        return {self._starts[segment] for segment in entered if self._fixed[segment]}

    def gaps(self, segments: Iterable[int]) -> set[int]:
        """Those among these that hold phases, none of them fixed."""
        return {one for one in segments if not self._fixed[one] and self._starts[one] < self._ends[one]}

    def phases(self, segments: Iterable[int]) -> Phases:
        """The phases of the segments that are not fixed."""
        return phases_of((self._starts[one], self._ends[one]) for one in segments if not self._fixed[one])
