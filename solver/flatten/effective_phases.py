"""In which phases an in-place pair takes effect, and whether its two pieces conflict anywhere else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from warpack.solver.flatten.cut import Cut
from warpack.solver.flatten.lifetimes import Life
from warpack.solver.flatten.problem import Phases
from warpack.solver.flatten.reach import Cover
from warpack.solver.flatten.relation import Relation, Use
from warpack.solver.flatten.spans import NO_PHASES, difference, holds, intersection, meet, phases_of, within
from warpack.solver.wire.manifest import Span, Zero
from warpack.solver.wire.units import Phase


@dataclass(frozen=True)
class Pair:
    """Two pieces of an in-place pair, and which of their buffers are zeroed. `private`: one thread alone uses them."""

    read: Use
    write: Use
    read_zero: Zero
    write_zero: Zero
    private: bool

    def turned(self) -> Pair:
        return Pair(self.write, self.read, self.write_zero, self.read_zero, self.private)


class EffectivePhases:
    """Judges pairs by SEMANTICS.md section 6."""

    def __init__(self, relation: Relation) -> None:
        self._relation = relation
        self._graph = relation.unrolled.graph
        self._cuts: dict[tuple[Span, ...], Cut] = {}

    def phases_of(self, pair: Pair, listed: Iterable[Span], reverse: Iterable[Span]) -> tuple[Phases, str | None]:
        """The effective phases, and why the pair may not share bytes, if it may not. `listed` are phases in which the
        second is written from the first, `reverse` those in which the first is written from the second."""
        onward, back = sorted(listed), sorted(reverse)
        why = ""
        good: list[list[Span]] = [[], []]
        for direction, (one, spans) in enumerate(((pair, onward), (pair.turned(), back))):
            for span in spans:
                reason = self._why_not(one, span)
                if reason is None:
                    good[direction].append(span)
                else:
                    why = why or reason
        effective = phases_of([*good[0], *good[1]])
        blocked = self._elsewhere(pair, effective, phases_of(good[0]), phases_of(good[1]))
        if blocked is None:
            return effective, None
        return effective, why or blocked

    def _why_not(self, pair: Pair, span: Span) -> str | None:
        """Why a listed phase has no effect; None where it has."""
        read, write = pair.read.life, pair.write.life
        start, end = span
        name = self._relation.unrolled.names[start]
        if not holds(read.accesses.spans, start) or not holds(write.accesses.spans, start):
            return f"they are not both live in the phase {name}"
        if pair.write_zero != "none":
            return "the write is zeroed, which wipes the read"
        if end - 1 not in read.ends:
            return f"no interval of the read ends in phase {name}"
        if start in read.begins:
            return f"the interval of the read that ends in phase {name} begins there too"
        if start not in write.begins and not (write.dropped and start in self._returns(write)):
            return f"no interval of the write begins in phase {name}"
        if read.dropped and start in self._returns(read):
            return f"the read is come back to in phase {name}, where nothing of it is kept"
        if read.starts and self._zeros_last(start):
            return (
                f"a way comes to phase {name} before phase 0, where the zeros from the program's start are still needed"
            )
        if not self._gone(read, end):
            return f"after phase {name} what the read holds is found again, and would have been written over"
        for track in self._relation.unrolled.tracks:
            if track.start <= start < track.end and not _inside(track[:2], read, write):
                return f"phase {name} lies in a track, and not all of their phases do"
        cover = self._relation.cover(pair.read, pair.write)
        if cover is not None and not self._waits_before(cover, start):
            return "several threads share them, and no barrier that covers them stands directly before the phase"
        if not pair.private and pair.read_zero == "interval":
            return "several threads share them, and the read is zeroed at each interval"
        return None

    def _returns(self, life: Life) -> set[Phase]:
        """The phases at which ways come back to a life that they left, and at which no interval begins."""
        cut = self._cut_at(life.accesses.spans)
        left = cut.gaps(cut.ahead(cut.behind(lambda _first, _beyond: True)))
        return cut.arrivals(cut.ahead(left)) - life.begins

    def _cut_at(self, fixed: tuple[Span, ...]) -> Cut:
        known = self._cuts.get(fixed)
        if known is None:
            known = self._cuts[fixed] = Cut(self._graph, fixed)
        return known

    def _zeros_last(self, phase: Phase) -> bool:
        """Whether a way from the program's start reaches a phase before it reaches phase 0."""
        cut = self._cut_at(((0, 1),))
        return phase > 0 and holds(cut.phases(cut.ahead(cut.start)).spans, phase)

    def _gone(self, read: Life, end: int) -> bool:
        """Whether every way from the end of a phase next meets the read at the beginning of an interval. With
        `dropped`, coming back to it also counts as a beginning."""
        fixed: list[Span] = []
        for first, beyond in read.accesses.spans:
            fixed += [(first, end), (end, beyond)] if first < end < beyond else [(first, beyond)]
        cut = self._cut_at(tuple(fixed))
        behind = cut.behind(lambda _first, beyond: beyond == end)
        return cut.arrivals(cut.directly(behind) if read.dropped else cut.ahead(behind)) <= read.begins

    def _waits_before(self, cover: Cover, phase: int) -> bool:
        """Whether on every way into a phase a covering barrier stands directly before it."""
        graph, reach = self._graph, self._relation.reach(cover)
        node = graph.node_of(phase)
        places = reach.places
        if 2 * phase in places:
            return True
        if phase > graph.starts[node]:
            return 2 * phase - 1 in places
        here = Phases(((phase, phase + 1),))
        nodes = [node, *(copy for copy in graph.copies if graph.starts[copy] == phase)]
        before = [self._before(one) for one in nodes]
        return not any(
            last is None or meet(reach.after([(last, last + 1)]), here)  # None: the program's start
            for phases in before
            for last in phases
        )

    def _before(self, node: int) -> set[Phase | None]:
        """The phases from which a way leads straight to the start of a node; None is the program's start."""
        graph = self._graph
        into: dict[int, list[int]] = {}
        for source in range(len(graph)):
            for target in (*graph.edges[source], *graph.breaks[source]):
                into.setdefault(target, []).append(source)
        for call in graph.calls:
            into.setdefault(call.leave, []).append(call.last)
        found: set[Phase | None] = {None} if node == graph.entry else set()
        seen, waiting = {node}, [node]
        while waiting:
            for source in into.get(waiting.pop(), ()):
                if graph.starts[source] < graph.ends[source]:
                    found.add(graph.ends[source] - 1)
                elif source not in seen:
                    if source == graph.entry:
                        found.add(None)
                    seen.add(source)
                    waiting.append(source)
        return found

    def _elsewhere(self, pair: Pair, effective: Phases, onward: Phases, back: Phases) -> str | None:
        """Why the two conflict outside the effective phases; None where they do not."""
        relation, first, second = self._relation, pair.read, pair.write
        a, b = first.life, second.life
        both = phases_of((*intersection(a.accesses, b.live).spans, *intersection(a.live, b.accesses).spans))
        if not within(both, effective) or (a.starts and b.starts):
            return "they are both live in other phases too, and those are not listed"
        if relation.beside_in(difference(a.accesses, effective), difference(b.accesses, effective), first, second):
            return "they are accessed in two tracks, arms or components that nothing orders"
        for one, other, handed in ((first, second, onward), (second, first, back)):
            cover = relation.cover(one, other)
            if cover is None:
                continue
            reach = relation.reach(cover)
            after = relation.after_spans(cover, difference(one.life.accesses, handed))
            begun = reach.from_entry() if one.life.starts else NO_PHASES
            later = difference(other.life.accesses, effective)
            if meet(after, later) or meet(begun, other.life.accesses):
                return "several threads share them, and no barrier parts their lives elsewhere"
        return None


def _inside(track: Span, *lives: Life) -> bool:
    return all(track[0] <= life.live.spans[0][0] and life.live.spans[-1][1] <= track[1] for life in lives)
