"""Which two lives conflict: because one is accessed while the other is needed, because the two run at the same time, or
because no barrier orders them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from warpack.solver.flatten.groups import Membership, in_two
from warpack.solver.flatten.lifetimes import Life
from warpack.solver.flatten.problem import Phases
from warpack.solver.flatten.reach import Cover, Reach
from warpack.solver.flatten.spans import NO_PHASES, difference, intersection, meet, phases_of
from warpack.solver.flatten.unroll import Unrolled
from warpack.solver.wire.manifest import Manifest, Scope, Span
from warpack.solver.wire.units import Phase


@dataclass(frozen=True)
class Use:
    """A life, and who uses it: the scope of the buffer, and whether TMA, bulk copies or wgmma touch it. `home`: the
    track that holds all accesses, -1 where none does."""

    life: Life
    scope: Scope
    asynchronous: bool = False
    home: int = -1


class Relation:
    """Conflicts of the lives in one program. Rules in the order of SEMANTICS.md section 5."""

    def __init__(self, manifest: Manifest, unrolled: Unrolled) -> None:
        self.unrolled = unrolled
        self.single = manifest.launch.threads_per_run == 1
        self.groups = unrolled.groups
        self._membership = Membership(unrolled.groups)
        self._reaches: dict[tuple[Cover, frozenset[int]], Reach] = {}
        self._after: dict[tuple[Cover, int], Phases] = {}
        self._members: dict[int, dict[int, int]] = {}
        self._kept: list[Life] = []  # so that their ids are not reused
        tracks = unrolled.tracks
        self._aligned_tracks = frozenset(number for number, track in enumerate(tracks) if track.aligned)
        self._every_track = frozenset(range(len(tracks)))

    def use(self, life: Life, scope: Scope, asynchronous: bool) -> Use:
        home = -1
        spans = life.accesses.spans
        if scope == "block" and self.unrolled.tracks and spans and not life.starts:
            for number, track in enumerate(self.unrolled.tracks):
                if track.start <= spans[0][0] and spans[-1][1] <= track.end:
                    home = number  # inner tracks come later
        return Use(life, scope, asynchronous, home)

    def private(self, first: Use, second: Use) -> bool:
        """Whether only one thread uses both."""
        return self.single and first.scope == second.scope == "run"

    def cover(self, first: Use, second: Use) -> Cover | None:
        """The barriers that order accesses of the first before later ones of the second; None where program order
        does."""
        fence = second.asynchronous and not first.asynchronous
        if self.private(first, second):
            return Cover(True, self._every_track, True) if fence else None
        if first.scope != second.scope:
            return Cover(fence=fence)
        if first.scope == "run":
            return Cover(True, self._aligned_tracks, fence)
        return Cover(False, frozenset((first.home,)) if first.home == second.home >= 0 else frozenset(), fence)

    def after(self, cover: Cover, life: Life) -> Phases:
        """The phases that may run after the accesses of a life and before the next covering barrier."""
        key = cover, id(life)
        known = self._after.get(key)
        if known is None:
            self._kept.append(life)
            known = self.after_spans(cover, life.accesses)
            if life.starts:
                known = phases_of((*known.spans, *self.reach(cover).from_entry().spans))
            self._after[key] = known
        return known

    def after_spans(self, cover: Cover, accesses: Phases) -> Phases:
        """The same for accesses in some phases. Where tracks split no run, the threads of one track never enter
        another."""
        if not (cover.runs and self._aligned_tracks):
            return self.reach(cover).after(accesses.spans)
        found: list[Span] = []
        for some, closed in self._by_track(accesses):
            found += self.reach(cover, closed).after(some.spans).spans
        return phases_of(found)

    def _by_track(self, accesses: Phases) -> list[tuple[Phases, frozenset[int]]]:
        """Phases by the tracks that they lie in, each with the gates of the other tracks of the group."""
        parts = [(accesses, frozenset[int]())]
        for group in self.groups:
            if group.kind != "tracks" or not group.aligned:
                continue
            hull = Phases(((group.members[0][0], group.members[-1][1]),))
            split = [(difference(some, hull), closed) for some, closed in parts]
            for track in group.members:
                beside = self._gates_beside(hull, track)
                split += [(intersection(some, Phases((track,))), closed | beside) for some, closed in parts]
            parts = [(some, closed) for some, closed in split if some]
        return parts

    def _gates_beside(self, hull: Phases, track: Span) -> frozenset[int]:
        graph = self.unrolled.graph
        spans = difference(hull, Phases((track,))).spans
        return frozenset(
            gate for gate, first in graph.gates.items() if any(start <= first < end for start, end in spans)
        )

    def reach(self, cover: Cover, closed: frozenset[int] = frozenset()) -> Reach:
        if (cover, closed) not in self._reaches:
            self._reaches[cover, closed] = Reach(self.unrolled.graph, cover, closed)
        return self._reaches[cover, closed]

    def waits(self, scope: Scope) -> frozenset[Phase]:
        """The phases directly before which a barrier stands that orders accesses to all buffers of a scope."""
        graph = self.unrolled.graph
        if not graph.barriers:
            return frozenset()
        places = graph.covering(Cover(scope == "run", self._aligned_tracks if scope == "run" else frozenset()).covers)
        before = {place // 2 for place in places if place % 2 == 0}
        behind = {place // 2 + 1 for place in places if place % 2}
        into = Counter(target for edges in (*graph.edges, *graph.breaks) for target in edges) if behind else Counter()
        alone = set()
        for phase in behind:
            if phase < self.unrolled.length:
                node, last = graph.node_of(phase), graph.node_of(phase - 1)
                if node == last or (into[node] == 1 and node in graph.edges[last]):
                    alone.add(phase)
        return frozenset(before | alone)

    def parting(self, first: Use, second: Use) -> frozenset[int]:
        """The groups whose members run at the same time, or instead of one another, for a pair like this one."""
        crossing, private = first.scope != second.scope, self.private(first, second)
        block = first.scope == "block"
        return frozenset(number for number, group in enumerate(self.groups) if group.parts(crossing, block, private))

    def members(self, life: Life) -> dict[int, int]:
        """The members of groups in which a life is accessed."""
        known = self._members.get(id(life))
        if known is None:
            self._kept.append(life)
            known = self._members[id(life)] = self._membership.of(life.accesses.spans)
        return known

    def beside(self, first: Use, second: Use) -> bool:
        """Whether they are accessed in two tracks, arms or components that nothing orders."""
        if not self.groups:
            return False
        return in_two(self.members(first.life), self.members(second.life), self.parting(first, second))

    def beside_in(self, one: Phases, other: Phases, first: Use, second: Use) -> bool:
        """The same for some of their accesses."""
        if not self.groups:
            return False
        members = self._membership
        return in_two(members.of(one.spans), members.of(other.spans), self.parting(first, second))

    def unordered(self, first: Use, second: Use) -> bool:
        """Whether some way leads from an access of the first to a later one of the second without a barrier that orders
        them."""
        cover = self.cover(first, second)
        return cover is not None and meet(self.after(cover, first.life), second.life.accesses)

    def conflict(self, first: Use, second: Use) -> bool:
        a, b = first.life, second.life
        if not a.accesses or not b.accesses:
            return False
        return (
            meet(a.accesses, b.live)
            or meet(a.live, b.accesses)
            or (a.starts and b.starts)
            or self.beside(first, second)
            or self.unordered(first, second)
            or self.unordered(second, first)
        )


def occupied(relation: Relation, use: Use, like: Use) -> Phases:
    """The phases in which a use excludes one like `like`: where it is needed, and where its accesses may still be going
    on."""
    cover = relation.cover(use, like)
    after = NO_PHASES if cover is None else relation.after(cover, use.life)
    return use.life.live if not after else phases_of((*use.life.live.spans, *after.spans))


def edges_of(sets: Sequence[Phases]) -> list[Phase]:
    """Where any of these sets begins or ends."""
    return sorted({edge for one in sets for span in one.spans for edge in span})
