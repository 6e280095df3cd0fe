"""The hand-overs that a layout relies on: bytes that pass from one buffer to another, ordered by a barrier or by the
user's alias."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from warpack.solver.flatten.first_barriers import FirstBarriers, Passage
from warpack.solver.flatten.graph import Place
from warpack.solver.flatten.problem import FlatManifest, RegionProblem
from warpack.solver.flatten.reach import Cover
from warpack.solver.flatten.relation import Relation, Use
from warpack.solver.wire.layout import Handoff, Region
from warpack.solver.wire.manifest import Span
from warpack.solver.wire.units import Bytes, Phase


class Placed(NamedTuple):
    """A piece of item number `item` at the bytes `[start, end)`, and its use."""

    start: Bytes
    end: Bytes
    item: int
    name: str
    use: Use


class Handoffs:
    """Lists the hand-overs between pieces of one program."""

    def __init__(self, relation: Relation) -> None:
        self._relation = relation
        self._ways: dict[Cover, FirstBarriers] = {}
        self._known: dict[tuple[int, int, Cover], frozenset[Passage]] = {}

    def between(
        self, first: Placed, second: Placed, region: Region, at: Span, *, by_alias: bool = True
    ) -> Iterator[Handoff]:
        """Every hand-over between two pieces that have the bytes `at` in common, in both directions. `by_alias`: an
        alias may order them. Without an alias, a way without a barrier is no hand-over: it leads into a track that no
        thread of the run enters."""
        for source, destination in ((first, second), (second, first)):
            cover = self._relation.cover(source.use, destination.use)
            if cover is None or not source.use.life.accesses or not destination.use.life.accesses:
                continue
            key = id(source.use.life), id(destination.use.life), cover
            if key not in self._known:
                self._known[key] = self._passages(source.use, destination.use, cover)
            for phase, place in self._known[key]:
                if place is None and not by_alias:
                    continue
                yield self._handoff(source.name, destination.name, region, at, phase, place, cover.fence)

    def _passages(self, source: Use, destination: Use, cover: Cover) -> frozenset[Passage]:
        ways = self._ways.get(cover)
        if ways is None:
            relation = self._relation
            ways = self._ways[cover] = FirstBarriers(relation.unrolled.graph, relation.reach(cover))
        return ways.between(source.life.accesses, destination.life.accesses)

    def _handoff(
        self, source: str, destination: str, region: Region, at: Span, phase: Phase, place: Place | None, fence: bool
    ) -> Handoff:
        names = self._relation.unrolled.names
        if place is None:
            return Handoff(source, destination, region, *at, phase, names[phase], None, None, None, "alias", False)
        barrier = place // 2
        side: Literal["before", "after"] = "after" if place % 2 else "before"
        return Handoff(
            source, destination, region, *at, phase, names[phase], barrier, names[barrier], side, "barrier", fence
        )


def list_handoffs(flat: FlatManifest, problem: RegionProblem, offsets: Sequence[Bytes]) -> tuple[Handoff, ...]:
    """Every hand-over of a region whose items lie at `offsets` (bytes, in the order of `problem.items`).

    Each is about two pieces that share bytes, and a way from an access of the first to the next access of the second
    with no access of either between. It names the first covering barrier on that way, or none where an alias promises
    the order. Buffers that only one thread uses need no hand-over, except to asynchronous accesses. The offsets must be
    those of a layout that keeps the rules.
    """
    uses, relation = flat.uses, flat.relation
    if relation is None or (problem.private_to_thread and not any(use.asynchronous for use in uses.values())):
        return ()
    found: set[Handoff] = set()
    listing = Handoffs(relation)
    for a, b in sharing(placed(problem, offsets, uses)):
        at = max(a.start, b.start), min(a.end, b.end)
        by_alias = (min(a.item, b.item), max(a.item, b.item)) in problem.alias_permits
        found.update(listing.between(a, b, problem.region, at, by_alias=by_alias))
    return tuple(sorted(found, key=lambda one: (*one.order, one.start_bytes)))


def placed(problem: RegionProblem, offsets: Sequence[Bytes], uses: Mapping[str, Use]) -> list[Placed]:
    """The pieces of a region that are ever used, at their bytes."""
    return [
        Placed(start, start + piece.size_bytes, index, piece.name, uses[piece.name])
        for index, item in enumerate(problem.items)
        for piece in item.pieces
        if piece.accesses
        for start in (offsets[index] + piece.offset_bytes,)
    ]


def sharing(pieces: list[Placed]) -> Iterator[tuple[Placed, Placed]]:
    """Pieces of different items with bytes in common: a sweep over the region."""
    open_now: list[Placed] = []
    for piece in sorted(pieces, key=lambda one: one[:3]):
        open_now = [one for one in open_now if one.end > piece.start]
        yield from ((other, piece) for other in open_now if other.item != piece.item)
        open_now.append(piece)
