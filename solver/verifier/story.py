"""What happens to every buffer in the course of the program, derived from the manifest alone.

The verifier checks layouts against it, and the probe is planned from it. It shares nothing with the optimiser but the
wire types. Shared, `auto` and local buffers all have their pieces here; callers filter by the regions of a layout.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from warpack.solver.verifier import tree
from warpack.solver.verifier.barriers import Barriers, Threads
from warpack.solver.verifier.building import graph_of
from warpack.solver.verifier.conflicts import Conflict
from warpack.solver.verifier.curing import Curing, Handing
from warpack.solver.verifier.graph import Graph
from warpack.solver.verifier.in_place import InPlaceRanges, in_place_ranges
from warpack.solver.verifier.lanes import Lanes, lanes_of
from warpack.solver.verifier.lives import Lives, Why
from warpack.solver.verifier.ordering import Ordering
from warpack.solver.verifier.piece_builder import PieceBuilder
from warpack.solver.verifier.pieces import Segment, StoryPiece
from warpack.solver.verifier.program import Fence, write_out
from warpack.solver.verifier.spans import Span, Spans, common, covers, meet, merged
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes, Phase

__all__ = ["Conflict", "Handing", "Segment", "Story", "StoryPiece", "Why", "derive"]


@dataclass(frozen=True)
class Story:
    """The program with every call expanded, and the pieces in it. `tree` is for walking along chosen ways; `graph` has
    all ways. `apart` and `aliases` are pairs of full buffer names."""

    length: int
    phase_names: tuple[str, ...]
    tree: tree.Sequence
    fences: tuple[Fence, ...]
    pieces: tuple[StoryPiece, ...]
    in_place: tuple[InPlaceRanges, ...] = ()
    apart: frozenset[frozenset[str]] = frozenset()
    aliases: frozenset[frozenset[str]] = frozenset()
    graph: Graph = field(repr=False, kw_only=True)
    lanes: Lanes = field(repr=False, kw_only=True)
    ordering: Ordering = field(repr=False, kw_only=True)
    lives: Lives = field(repr=False, kw_only=True)
    _known: dict[tuple[str, Threads], Spans] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def pieces_of(self) -> dict[str, tuple[StoryPiece, ...]]:
        """Pieces by the full name of their buffer; buffers of no bytes have none."""
        found: dict[str, list[StoryPiece]] = defaultdict(list)
        for piece in self.pieces:
            found[piece.buffer].append(piece)
        return {name: tuple(pieces) for name, pieces in found.items()}

    @cached_property
    def piece_by_name(self) -> dict[str, StoryPiece]:
        return {piece.name: piece for piece in self.pieces}

    @cached_property
    def loops(self) -> tuple[Span, ...]:
        """The spans of all loops, sorted, outer before inner."""
        found: set[Span] = set()
        waiting = list(self.tree)
        while waiting:
            item = waiting.pop()
            if isinstance(item, tree.Loop):
                found.add((item.start, item.end))
            for sequence in tree.children(item):
                waiting.extend(sequence)
        return tuple(sorted(found, key=lambda loop: (loop[0], -loop[1])))

    @cached_property
    def barriers(self) -> dict[Phase, frozenset[str]]:
        """The scopes of the barriers directly before a phase, or directly after the one before it."""
        found: dict[Phase, set[str]] = defaultdict(set)
        for fence in self.fences:
            found[fence.phase + fence.after].add(fence.scope)
        return {phase: frozenset(scopes) for phase, scopes in sorted(found.items())}

    @cached_property
    def _in_place_by_pair(self) -> dict[frozenset[str], list[InPlaceRanges]]:
        found: dict[frozenset[str], list[InPlaceRanges]] = defaultdict(list)
        for ranges in self.in_place:
            found[frozenset((ranges.read, ranges.write))].append(ranges)
        return dict(found)

    def writes(self, piece: StoryPiece, previous: Phase | None, phase: Phase) -> bool:
        """Whether `piece` gets new contents when control passes from phase `previous` (None: the kernel starts) to
        `phase`."""
        if not covers(piece.live, phase):
            return False
        return previous is None or not covers(piece.live, previous) or phase in piece.begins

    def why(self, piece: StoryPiece, phase: Phase) -> Why | None:
        """Why a piece is needed in a phase; None where it is not."""
        if not covers(piece.live, phase):
            return None
        return self.lives.why(piece.stated, "dropped" if piece.dropped else "kept", phase, entry=piece.entry)

    def threads_of(self, a: StoryPiece, b: StoryPiece) -> Threads:
        """The threads whose accesses have to be ordered if the two share bytes."""
        if a.threads == b.threads:
            return a.threads
        if a.scope != b.scope or "block" in (a.threads, b.threads):
            return "block"
        shared = self.lanes.track_of(merged((*a.accesses, *b.accesses)))
        return "block" if shared is None else shared

    def occupied(self, piece: StoryPiece, threads: Threads) -> Spans:
        """Where a piece excludes others, if all these threads share its bytes."""
        if threads == piece.threads:
            return piece.occupied
        found = self._known.get((piece.name, threads))
        if found is None:
            reached = self.ordering.reached(piece.accesses, threads)
            beside = self.ordering.beside(piece.accesses, threads)
            found = self._known[piece.name, threads] = merged((*piece.live, *reached, *beside))
        return found

    def conflict(self, a: StoryPiece, b: StoryPiece) -> Conflict | None:
        """Why `a` and `b` must not share a byte; None where they may. Not for two pieces of one buffer: see
        `conflict_unless_permitted`."""
        if a.buffer == b.buffer:
            return None
        pair = frozenset((a.buffer, b.buffer)) if self.apart or self.aliases or self.in_place else frozenset()
        if pair in self.apart:
            return Conflict(merged((*common(a.accesses, b.live), *common(a.live, b.accesses))), (), True, "apart")
        if not a.accesses or not b.accesses or self._permits(a, b, pair):
            return None
        found = self.conflict_unless_permitted(a, b)
        if found is None or found.reason == "persistent" or pair not in self._in_place_by_pair:
            return found
        return Conflict(found.phases, self._cured_differences(a, b, pair), reason=found.reason)

    def conflicts(self, a: StoryPiece, b: StoryPiece) -> bool:
        """Whether `conflict` finds one: most pairs are settled without asking where."""
        permitted = self.apart or self.aliases or self.in_place
        if not permitted and a.buffer != b.buffer and not (a.persistent or b.persistent) and _needed_together(a, b):
            return True
        return self.conflict(a, b) is not None

    def conflict_unless_permitted(self, a: StoryPiece, b: StoryPiece) -> Conflict | None:
        """The same without regard to aliases and in-place pairs, also for two parts of one buffer that lie apart."""
        if not a.accesses or not b.accesses:
            return None
        if a.persistent or b.persistent:
            return Conflict(common(a.accesses, b.accesses), reason="persistent")
        if _needed_together(a, b):
            return Conflict(merged((*common(a.accesses, b.live), *common(a.live, b.accesses))))
        if a.entry and b.entry:
            return Conflict(((0, 1),), reason="entry")
        threads = self.threads_of(a, b)
        occupied = self.occupied(a, threads), self.occupied(b, threads)
        if meet(occupied[0], b.accesses) or meet(a.accesses, occupied[1]):
            met = merged((*common(occupied[0], b.accesses), *common(a.accesses, occupied[1])))
            lanes = meet(self.ordering.beside(a.accesses, threads), b.accesses)
            return Conflict(met, reason="lanes" if lanes else "unordered")
        for source, target in ((a, b), (b, a)):
            if target.asynchronous and not source.asynchronous:
                met = common(self.ordering.reached(source.accesses, threads, fenced=True), target.accesses)
                if met:
                    return Conflict(met, reason="unordered")
        return None

    def permits(self, a: StoryPiece, b: StoryPiece) -> bool:
        """Whether an alias lets the two share bytes, whatever else is stated."""
        pair = frozenset((a.buffer, b.buffer))
        return pair not in self.apart and self._permits(a, b, pair)

    def _permits(self, a: StoryPiece, b: StoryPiece, pair: frozenset[str]) -> bool:
        if pair not in self.aliases:
            return False
        stated = (one.accesses if one.accesses_in is None else one.live for one in (a, b))
        return not (a.given and b.given and meet(*stated))

    def handings(self, a: StoryPiece, b: StoryPiece) -> tuple[Handing, ...]:
        """The phases in which one of two pieces at the same bytes hands them on to the other in place; sorted."""
        curing, threads = Curing(self.ordering), self.threads_of(a, b)
        listed = self._in_place_by_pair.get(frozenset((a.buffer, b.buffer)), ())
        found = [one for ranges in listed for one in curing.handings(a, b, ranges, threads)[0]]
        return tuple(sorted(found, key=lambda one: (one.span, one.read.name)))

    def _cured_differences(self, a: StoryPiece, b: StoryPiece, pair: frozenset[str]) -> tuple[Bytes, ...]:
        found: dict[Bytes, list[InPlaceRanges]] = defaultdict(list)
        for ranges in self._in_place_by_pair[pair]:
            difference = ranges.difference_of(a.buffer, a.offset_bytes, a.size_bytes, b.offset_bytes, b.size_bytes)
            if difference is not None:
                found[difference].append(ranges)
        curing, threads = Curing(self.ordering), self.threads_of(a, b)
        cured = [at for at, listed in found.items() if curing.reason_against(a, b, listed, threads) is None]
        return tuple(sorted(cured))


def _needed_together(a: StoryPiece, b: StoryPiece) -> bool:
    """Whether one is accessed while the other is live."""
    return meet(a.accesses, b.live) or meet(a.live, b.accesses)


def derive(manifest: Manifest) -> Story:
    """The story of every buffer of `manifest`, in its order; parts in the order of the buffer's."""
    program = write_out(manifest)
    graph, lanes = graph_of(program.body), lanes_of(program.body, manifest.launch)
    ordering = Ordering(graph, lanes, Barriers(program.fences, lanes))
    lives = Lives(graph, lanes.choices())
    builder = PieceBuilder(manifest, program, ordering, lives)
    return Story(
        length=program.length,
        phase_names=program.phase_names,
        tree=program.body,
        fences=program.fences,
        pieces=tuple(piece for buffer in manifest.buffers for piece in builder.pieces(buffer)),
        in_place=in_place_ranges(manifest, program),
        apart=frozenset(frozenset(pair) for pair in manifest.apart),
        aliases=frozenset(_aliases(manifest)),
        graph=graph,
        lanes=lanes,
        ordering=ordering,
        lives=lives,
    )


def _aliases(manifest: Manifest) -> list[frozenset[str]]:
    """The pairs that an alias is about; persistent storage is never shared."""
    found = []
    for buffer in manifest.buffers:
        for name in buffer.aliases:
            target = manifest.by_name.get(name)
            if target is not None and target is not buffer and not (buffer.persistent or target.persistent):
                found.append(frozenset((buffer.full_name, target.full_name)))
    return found
