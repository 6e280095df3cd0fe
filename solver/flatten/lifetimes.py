"""When a piece is accessed, when its contents are needed, and where they begin: lifetimes and accesses in the flattened
program."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from warpack.solver.flatten.cut import Cut
from warpack.solver.flatten.problem import Phases
from warpack.solver.flatten.spans import NO_PHASES, difference, holds, phases_of
from warpack.solver.flatten.structure import spans_of
from warpack.solver.flatten.unroll import Unrolled
from warpack.solver.wire.manifest import Accesses, Buffer, Interval, Lifetime, Manifest, Part, Reentry, Span
from warpack.solver.wire.units import Phase

Stated = Lifetime | Accesses | None
Key = tuple[str, Stated, Reentry, bool, bool]


@dataclass(frozen=True, eq=False)
class Life:
    """`accesses`: the phases in which the sharing threads may access the piece. `live`: these, and those in which its
    contents are needed in between. `begins`: the first phases of its intervals, its writes. `ends`: the last phases of
    its intervals, the reads of `accesses_in`. `carried`: phases that are live only because contents are kept until a
    way comes back. `dropped`: coming back counts as a beginning. `starts`: zeroed at the program's start, which counts
    as an access there. `derived`: from `accesses_in`."""

    accesses: Phases
    live: Phases
    begins: frozenset[Phase]
    ends: frozenset[Phase]
    carried: Phases = NO_PHASES
    dropped: bool = False
    starts: bool = False
    derived: bool = False

    @property
    def stated(self) -> Phases:
        """The phases that an alias must not contradict: the stated ones, or the lifetime that follows from
        `accesses_in`."""
        return self.live if self.derived else self.accesses


_NEVER = Life(NO_PHASES, NO_PHASES, frozenset(), frozenset())


class Lives:
    """Lives of buffers and parts in the flattened program; equal statements share one life. `stopped` is asked before
    each life that takes a search. Once it returns True, lives are assumed to last for the whole program, and
    `cut_short` is set."""

    def __init__(self, manifest: Manifest, unrolled: Unrolled, stopped: Callable[[], bool] = lambda: False) -> None:
        self._manifest, self._unrolled, self._stopped = manifest, unrolled, stopped
        self._owners: dict[str, str] = {}
        self._known: dict[Key, Life] = {}
        self._spans: dict[tuple[str, Lifetime | None], list[Span]] = {}
        self._firsts: dict[Phases, Phases] = {}
        self.every = Phases(((0, unrolled.length),))
        self.cut_short = False

    def owner(self, component: str) -> str:
        """Whose timeline the component's lifetimes count in."""
        if component not in self._owners:
            self._owners[component] = self._manifest.timeline_owner(component)
        return self._owners[component]

    def of(self, buffer: Buffer, part: Part | None = None) -> Life:
        """The life of a buffer, or of a part of it."""
        owner, starts = self.owner(buffer.component), buffer.zero == "entry" and (part is None or _begins_at_once(part))
        if buffer.persistent:
            key: Key = ("", None, "kept", starts, False)
            life = self._known.get(key)
            if life is None:
                zero, length = frozenset((0,)), self._unrolled.length
                life = self._known[key] = Life(self.every, self.every, zero, frozenset((length - 1,)), starts=starts)
            return life
        told: Part | Buffer = buffer if part is None else part
        stated: Stated = told.lifetime if told.accesses_in is None else told.accesses_in
        key = (owner, stated, told.reentry, starts, buffer.scope == "run" and len(self._unrolled.choices) > 1)
        life = self._known.get(key)
        if life is None:
            life = self._known[key] = self._made(
                owner, stated, told.reentry == "dropped", starts, self._choices(key[-1])
            )
        return life

    @property
    def known(self) -> Collection[Life]:
        """Every life that was asked for."""
        return self._known.values()

    def phase_name(self, phase: Phase) -> str:
        return self._unrolled.names[phase]

    def of_phase(self, component: str, phase: Phase) -> list[Span]:
        """The flattened phases that a phase of the component's timeline stands for, call by call."""
        owner = self.owner(component)
        starts = self._unrolled.bodies[owner].starts
        return [(base + starts[phase], base + starts[phase + 1]) for base in self._unrolled.calls[owner]]

    def _choices(self, by_track: bool) -> tuple[Phases, ...]:
        """The phases that ways never enter, one set for each choice of tracks. A single set where several threads share
        a piece, or where there are no tracks."""
        return self._unrolled.choices if by_track else (NO_PHASES,)

    def _made(self, owner: str, stated: Stated, dropped: bool, starts: bool, choices: tuple[Phases, ...]) -> Life:
        if isinstance(stated, Accesses):
            return self._of_accesses(owner, stated, starts, choices)
        return self._of_lifetime(owner, stated, dropped, starts, choices)

    def _of_lifetime(
        self, owner: str, lifetime: Lifetime | None, dropped: bool, starts: bool, choices: tuple[Phases, ...]
    ) -> Life:
        body = self._unrolled.bodies[owner]
        stated = (Interval(0, body.timeline.length),) if lifetime is None else lifetime
        if not stated:
            return _NEVER
        whole = lifetime is None
        graph, at, bases = self._unrolled.graph, body.starts, self._unrolled.calls[owner]
        if (graph.straight or (dropped and not starts)) and self._unbranched(owner) and not _wraps(stated):
            accesses = Phases(stated) if len(stated) == 1 else phases_of(stated)  # most lives of most programs
            begins = frozenset([start for start, _ in stated])
            return Life(
                accesses, accesses, begins, frozenset([end - 1 for _, end in stated]), NO_PHASES, dropped, starts
            )
        local = (
            [(0, body.timeline.length)]
            if whole
            else [span for interval in stated for span in spans_of(body.structures, interval)]
        )
        accesses = phases_of((base + at[start], base + at[end]) for base in bases for start, end in local)
        begins = frozenset(base + at[interval.start] for base in bases for interval in stated)
        ends = frozenset(base + at[interval.end] - 1 for base in bases for interval in stated)
        carried = NO_PHASES
        if not dropped and not self._plain(accesses, begins):
            if self._stopped():
                self.cut_short = True
                return Life(accesses, self.every, begins, ends, starts=starts)
            carried = phases_of(span for closed in choices for span in self._kept(accesses, begins, closed).spans)
        needed = carried
        if starts:
            first = (span for closed in choices for span in difference(self._until_first(closed), accesses).spans)
            needed = phases_of((*carried.spans, *first))
        live = accesses if not needed else phases_of((*accesses.spans, *needed.spans))
        return Life(accesses, live, begins, ends, carried, dropped, starts)

    def _unbranched(self, owner: str) -> bool:
        """Whether the phases of a timeline are those of the program, and an interval holds all phases between its
        ends."""
        body = self._unrolled.bodies[owner]
        return not owner and not body.called and not body.timeline.branches

    def _plain(self, accesses: Phases, begins: frozenset[Phase]) -> bool:
        """Whether it is obvious that ways come back to these phases only where an interval begins: each stretch of them
        lies in one node and is entered only at its start."""
        graph = self._unrolled.graph
        if graph.straight:
            return True
        return all(start in begins and graph.ends[graph.node_of(start)] >= end for start, end in accesses.spans)

    def _kept(self, accesses: Phases, begins: frozenset[Phase], closed: Phases) -> Phases:
        """The phases on ways from these phases back to them, if no interval begins where the way arrives."""
        inside = difference(accesses, closed) if closed else accesses
        cut = Cut(self._unrolled.graph, inside.spans, closed=closed)
        ahead = cut.ahead(cut.behind(lambda _first, _beyond: True))
        return cut.phases(cut.leading_to(ahead, lambda first, _beyond: first not in begins))

    def _until_first(self, closed: Phases) -> Phases:
        """The phases in which zeros from the program's start are needed: on every way from there to its first visit of
        phase 0."""
        found = self._firsts.get(closed)
        if found is None:
            cut = Cut(self._unrolled.graph, ((0, 1),), closed=closed)
            found = self._firsts[closed] = cut.phases(cut.ahead(cut.start))
        return found

    def _of_accesses(self, owner: str, stated: Accesses, starts: bool, choices: tuple[Phases, ...]) -> Life:
        at = self._unrolled.bodies[owner].starts
        bases = self._unrolled.calls[owner]

        def spans(phases: Iterable[Phase]) -> Iterator[Span]:
            return ((base + at[phase], base + at[phase + 1]) for base in bases for phase in phases)

        fixed = tuple(sorted({*spans(stated.writes), *spans(stated.updates), *spans(stated.reads)}))
        accesses = phases_of(fixed)
        if not accesses:
            return _NEVER
        writes, brings = phases_of(spans(stated.writes)), phases_of(spans((*stated.writes, *stated.updates)))
        begins = frozenset(start for start, _ in spans(stated.writes))
        reads = frozenset(end - 1 for _, end in spans({*stated.reads, *stated.updates} - set(stated.writes)))
        if self._stopped():
            self.cut_short = True
            return Life(accesses, self.every, begins, reads, starts=starts, derived=True)
        needed = phases_of(
            span for closed in choices for span in self._between(fixed, brings, writes, closed, starts).spans
        )
        live = phases_of((*accesses.spans, *needed.spans))
        return Life(accesses, live, begins, reads, needed, starts=starts, derived=True)

    def _between(self, fixed: tuple[Span, ...], brings: Phases, writes: Phases, closed: Phases, starts: bool) -> Phases:
        """The phases on ways from a write or update, or from the program's start, to a read or update before a
        write."""
        graph = self._unrolled.graph
        inside = tuple(span for span in fixed if not holds(closed.spans, span[0])) if closed else fixed
        onward, back = Cut(graph, inside, through=True, closed=closed), Cut(graph, inside, closed=closed)
        begun = onward.behind(lambda first, _beyond: holds(brings.spans, first)) + (onward.start if starts else [])
        ahead = onward.ahead(begun)
        return back.phases(back.leading_to(ahead, lambda first, _beyond: not holds(writes.spans, first)))


def _wraps(lifetime: Lifetime) -> bool:
    return any(start >= end for start, end in lifetime)


def _begins_at_once(part: Part) -> bool:
    """Whether zeros from the program's start are for this part: it is accessed from phase 0 on."""
    told = part.accesses_in
    if told is not None:
        return 0 in (*told.writes, *told.updates, *told.reads)
    return part.lifetime is None or any(interval.start == 0 for interval in part.lifetime)
