"""From stated lifetimes to the phases in which contents must not be disturbed: those that a way leaves and comes back
to are carried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from warpack.solver.verifier.graph import Graph
from warpack.solver.verifier.spans import Spans, common, covers, merged, without
from warpack.solver.verifier.stated import Stated
from warpack.solver.verifier.stops import NOWHERE, AtPhases
from warpack.solver.verifier.walking import Start, Walk, backwards, exits, forwards
from warpack.solver.wire.manifest import Reentry
from warpack.solver.wire.units import Phase

FIRST: Spans = ((0, 1),)


class Why(NamedTuple):
    """Why a piece is needed in a phase. `stated`: the manifest says so. `carried`: a way left it after `left` and comes
    back to it in `found`. `between`: the phase lies between the write in `left` and the read in `found`. `entry`: it
    was zeroed at the program's start, and phase 0 has not been reached yet. `left` is None for the program's start."""

    reason: str
    left: Phase | None = None
    found: Phase | None = None


@dataclass(frozen=True)
class Lives:
    """Works out what is carried. Pieces with equal statements have the same answer."""

    graph: Graph
    choices: tuple[Spans, ...] = ((),)
    _known: dict[tuple[Stated, bool, bool, bool], Spans] = field(default_factory=dict)

    def carried(self, stated: Stated, reentry: Reentry, *, entry: bool, of_run: bool = False) -> Spans:
        """The phases, apart from the stated ones, in which contents are needed. `entry`: zeros are written at the
        program's start. `of_run`: a single run uses the piece, and stays in one track of those that split no run
        (`choices`: the phases of the others)."""
        if not stated.accesses and not entry:
            return ()
        kept = reentry == "kept"
        if len(self.graph.holders) < 2 and not stated.by_access:  # no way comes back
            return ()
        key = (stated, kept, entry, of_run)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._carried(stated, kept=kept, entry=entry, of_run=of_run)
        return found

    def _carried(self, stated: Stated, *, kept: bool, entry: bool, of_run: bool) -> Spans:
        added: list[tuple[Phase, Phase]] = []
        for closed in self.choices if of_run else ((),):
            if stated.by_access or kept:
                behind, ahead = self._both_ways(stated.leaving_out(closed), closed, entry=entry)
                if behind is not None:
                    added += common(ahead.phases, behind.phases)
            if entry:
                stops, shut = AtPhases(merged((*FIRST, *closed))), self.graph.gates_in(closed)
                added += forwards(self.graph, [self.head], stops, shut).phases
        return without(merged(added), stated.accesses)

    def _both_ways(self, stated: Stated, closed: Spans, *, entry: bool) -> tuple[Walk | None, Walk]:
        """Walks back from where contents are needed, and forward from where some were left; no way enters phases in
        `closed`."""
        shut = self.graph.gates_in(closed)
        if stated.by_access:
            kills = AtPhases(merged((*stated.kills, *closed)))
            behind = backwards(self.graph, self._arrivals(stated.wants, ()), kills, shut)
            starts = [*exits(self.graph, stated.brings), *([self.head] if entry else [])]
            return behind, forwards(self.graph, starts, AtPhases(closed) if closed else NOWHERE, shut)
        arrivals = list(self._arrivals(stated.accesses, stated.begins))
        if not arrivals:
            return None, Walk()
        lives = AtPhases(merged((*stated.accesses, *closed)))
        behind = backwards(self.graph, arrivals, lives, shut)
        if not behind.phases:
            return None, Walk()
        return behind, forwards(self.graph, exits(self.graph, stated.accesses), lives, shut)

    def why(self, stated: Stated, reentry: Reentry, phase: Phase, *, entry: bool) -> Why | None:
        """The reason why a piece is needed in a phase; None where it is not."""
        if covers(stated.accesses, phase):
            return Why("stated")
        if not covers(self.carried(stated, reentry, entry=entry), phase):
            return None  # a run that stays in one track needs no more
        here = ((self.graph.node_of(phase), 3 * phase + 1),)
        if stated.by_access or reentry == "kept":
            behind, ahead = self._both_ways(stated, (), entry=entry)
            if behind is not None and covers(common(ahead.phases, behind.phases), phase):
                sources = stated.brings if stated.by_access else stated.accesses
                wanted = stated.wants if stated.by_access else stated.accesses
                left = backwards(self.graph, here, AtPhases(sources)).stopped
                stops = AtPhases(merged([*stated.kills, *wanted]))
                found = (place // 3 for place in forwards(self.graph, here, stops).stopped)
                wants = [at for at in found if covers(wanted, at) and (stated.by_access or at not in stated.begins)]
                reason = "between" if stated.by_access else "carried"
                return Why(reason, max(left) // 3 if left else None, min(wants, default=None))
        return Why("entry", None, 0)

    @property
    def head(self) -> Start:
        """The program's start."""
        return self.graph.head, 0

    def _arrivals(self, spans: Spans, begins: tuple[Phase, ...]) -> Iterator[Start]:
        """The places where ways arrive in these phases, except at beginnings."""
        graph, begun = self.graph, frozenset(begins)
        for node, first, _ in graph.holding(spans):
            if first not in begun:
                yield node, 3 * first + 1
