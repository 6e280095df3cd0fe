"""What a single change would save in a region: one buffer less, or a lifetime one phase shorter.

Changes that the proofs of the packing rule out are left out without a search. The others are packed by first fit, as
many as the size of the region allows, at least three. So a change that is reported as enough is enough. Others may be
enough too, unless all changes are settled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise
from operator import itemgetter
from typing import Any, TypeVar

from warpack.solver.answer.settling import Settling
from warpack.solver.answer.shorter import Shorter, shorter_lifetimes, unknown_in_loops, with_shorter
from warpack.solver.flatten.problem import FlatTimeline, RegionProblem
from warpack.solver.search.bounds.max_live import max_live
from warpack.solver.search.core.conflicts import puzzle_of, unit_of
from warpack.solver.search.core.packing import LowerBound, Packing
from warpack.solver.wire.units import Bytes, Phase

MOST_ITEMS = 256
"""Regions of more items are not examined."""

_LEAST_TRIED, _WORK = 3, 60_000
"""How many changes of one kind are packed: so many at least, and as many as `_WORK` pairs of items allow."""

_APART_KINDS = ("max-live", "all-apart")
"""Bounds whose pieces all lie apart from one another."""

_Kind = TypeVar("_Kind")


@dataclass(frozen=True)
class Enough:
    """Changes that are enough, and whether no other change of their kind is."""

    buffers: tuple[str, ...]
    buffers_settled: bool
    lifetimes: tuple[Shorter, ...]
    lifetimes_settled: bool


@dataclass(frozen=True)
class _Apart:
    """Bytes, by item, that lie apart from one another; in `phase`, if they do because of one phase."""

    sizes: dict[int, Bytes]
    total: Bytes
    phase: Phase | None


@dataclass(frozen=True)
class WhatIf:
    """Changes to one packed region. `peak` is its max-live bound."""

    problem: RegionProblem
    timeline: FlatTimeline
    packing: Packing
    peak: LowerBound

    @classmethod
    def of(cls, problem: RegionProblem, timeline: FlatTimeline, packing: Packing) -> WhatIf:
        peak = packing.bound if packing.bound.kind == "max-live" else max_live(problem)
        return cls(problem, timeline, packing, peak)

    @property
    def possible(self) -> bool:
        """Whether the region is one that is examined."""
        return 0 < len(self.problem.items) <= MOST_ITEMS and not self.problem.windows

    @cached_property
    def by_buffer(self) -> dict[str, tuple[int, ...]]:
        """The items of each buffer, smallest buffers first."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for number, item in enumerate(self.problem.items):
            found[item.buffer].append(number)
        items = self.problem.items
        return {
            name: tuple(numbers)
            for name, numbers in sorted(
                found.items(), key=lambda one: (sum(items[number].size_bytes for number in one[1]), one[0])
            )
        }

    @cached_property
    def live_bytes(self) -> tuple[tuple[Phase, Phase, Bytes], ...] | None:
        """The bytes live in each stretch of equal phases; None where some of them may share bytes nevertheless."""
        if self.problem.in_place or self.problem.alias_permits:
            return None
        change: defaultdict[Phase, Bytes] = defaultdict(int)
        for item in self.problem.items:
            for piece in item.pieces:
                for start, end in piece.occupied.spans:
                    change[start] += piece.size_bytes
                    change[end] -= piece.size_bytes
        edges, found, total = sorted(change), [], 0
        for start, end in pairwise(edges):
            total += change[start]
            found.append((start, end, total))
        return tuple(found)

    def peak_with(self, change: Shorter) -> Bytes | None:
        """The most bytes that would be live in any phase; None where `live_bytes` is."""
        if self.live_bytes is None:
            return None
        alone = (change.phase, change.phase + 1)
        rest = next((total for start, end, total in self._fullest if (start, end) != alone), 0)
        here = next((total for start, end, total in self._fullest if (start, end) == alone), 0)
        return max(rest, here - self._size(change))

    @cached_property
    def _fullest(self) -> tuple[tuple[Phase, Phase, Bytes], ...]:
        """`live_bytes`, most bytes first."""
        return tuple(sorted(self.live_bytes or (), key=itemgetter(2), reverse=True))

    def lowering(self) -> tuple[tuple[Shorter, Bytes], ...]:
        """The shorter lifetimes that lower the peak, each with the lower peak, lowest first. There are none where the
        peak lasts for more than one phase, or is reached twice."""
        if self.peak.phase is None or self.live_bytes is None:
            return ()
        top = self.peak.size_bytes
        if [end - start for start, end, total in self.live_bytes if total >= top] != [1]:
            return ()
        lower = ((change, self.peak_with(change) or 0) for change in self._changes if change.phase == self.peak.phase)
        return tuple(sorted(lower, key=lambda one: (one[1], self._name(one[0]))))

    def enough(self, target: Bytes, without: Mapping[str, Bytes]) -> Enough:
        """The single changes with which the region packs into `target` bytes. For the removal of a buffer that
        `without` names, the bytes given there count instead."""
        targets = {name: without.get(name, target) for name in self.by_buffer}
        buffers = [name for name, numbers in self.by_buffer.items() if self._may_go(numbers, targets[name])]
        over = [apart for apart in self._apart if apart.total > target]
        shorter = () if self._lasting(target) else self._by_size(target, over, self._core(target))
        tried = max(_LEAST_TRIED, _WORK // len(self.problem.items) ** 2)
        gone, gone_settled = _those_enough(buffers, tried, lambda name: self._packs_without(name, targets[name]))
        cut, cut_settled = _those_enough(shorter, tried, lambda change: self._packs_with(change, target))
        known = not unknown_in_loops(self.problem, self.timeline)
        return Enough(tuple(gone), gone_settled, tuple(cut), cut_settled and known)

    def _may_go(self, numbers: Sequence[int], target: Bytes) -> bool:
        """Whether no proof rules out that the region packs into `target` bytes without these items."""
        core = self._core(target)
        apart_enough = all(
            apart.total - sum(apart.sizes.get(i, 0) for i in numbers) <= target
            for apart in self._apart
            if apart.total > target
        )
        touched = core is None or any(i in core for i in numbers)
        return apart_enough and touched and self._live_without(numbers, target)

    @cached_property
    def _changes(self) -> tuple[Shorter, ...]:
        return tuple(shorter_lifetimes(self.problem, self.timeline))

    @cached_property
    def _masks(self) -> list[tuple[int, int]]:
        """Each piece's item, and the phases in which it is occupied."""
        return [(i, piece.occupied.mask) for i, item in enumerate(self.problem.items) for piece in item.pieces]

    @cached_property
    def _named(self) -> dict[str, tuple[int, Bytes]]:
        """The item and the bytes of each piece and each item. Proofs may be about parts where buffers were placed
        whole."""
        items = self.problem.items
        named = {piece.name: (i, piece.size_bytes) for i, item in enumerate(items) for piece in item.pieces}
        return named | {item.name: (i, item.size_bytes) for i, item in enumerate(items)}

    @cached_property
    def _apart(self) -> tuple[_Apart, ...]:
        """The bytes that lie apart by the bounds."""
        found = []
        for bound in (self.peak, self.packing.bound):
            if bound.kind not in _APART_KINDS:
                continue
            sizes: defaultdict[int, Bytes] = defaultdict(int)
            for name in bound.pieces:
                number, size = self._named[name]
                sizes[number] += size
            found.append(_Apart(dict(sizes), sum(sizes.values()), bound.phase))
        return tuple(found)

    def _core(self, target: Bytes) -> frozenset[int] | None:
        """The items that an exhausted search placed: its proof holds unless one of them changes."""
        search = self.packing.search
        if search is None or search.capacity_bytes < target:
            return None
        return frozenset(self._named[name][0] for name in (*search.core, *search.taken_out))

    def _live_without(self, gone: Sequence[int], target: Bytes) -> bool:
        """Whether at most `target` bytes are live in every phase without some items, as far as that is known."""
        pieces = [piece for number in gone for piece in self.problem.items[number].pieces]
        return all(
            total - sum(piece.size_bytes for piece in pieces if piece.occupied.mask >> start & 1) <= target
            for start, _, total in self.live_bytes or ()
            if total > target
        )

    def _lasting(self, target: Bytes) -> bool:
        """Whether more than `target` bytes are live for longer than the one phase that a lifetime can lose."""
        over = [end - start for start, end, total in self.live_bytes or () if total > target]
        return bool(over) and over != [1]

    def _by_size(self, target: Bytes, over: Sequence[_Apart], core: frozenset[int] | None) -> Iterator[Shorter]:
        """The shorter lifetimes that no proof rules out, of the largest pieces first."""
        changes = [change for change in self._changes if self._may_help(change, target, over, core)]
        changes.sort(key=lambda change: (-self._size(change), self._name(change)))
        return (change for change in changes if self._parts_some(change, over))

    def _may_help(self, change: Shorter, target: Bytes, over: Sequence[_Apart], core: frozenset[int] | None) -> bool:
        if core is not None and change.item not in core:
            return False
        for apart in over:
            if apart.phase is not None and apart.phase != change.phase:
                return False
            less = self._size(change) if apart.phase is not None else self.problem.items[change.item].size_bytes
            if change.item not in apart.sizes or apart.total - less > target:
                return False
        peak = self.peak_with(change)
        return peak is None or peak <= target

    def _parts_some(self, change: Shorter, over: Sequence[_Apart]) -> bool:
        """Whether it ends the conflict of two pieces, of items that lie apart where those need too many bytes."""
        before = self.problem.items[change.item].pieces[change.piece].occupied.mask
        alone = 1 << change.phase
        ended = {number for number, mask in self._masks if before & mask == alone and number != change.item}
        return bool(ended) and all(apart.phase is not None or ended & apart.sizes.keys() for apart in over)

    @cached_property
    def _unit(self) -> Bytes:
        """No change to a lifetime changes it."""
        return unit_of(self.problem)

    @cached_property
    def _settling(self) -> Settling:
        return Settling(self.packing.puzzle or puzzle_of(self.problem, self._unit))

    def _packs_without(self, buffer: str, target: Bytes) -> bool:
        gone = self.by_buffer[buffer]
        kept = [i for i in range(len(self.problem.items)) if i not in gone]
        return self._settling.packs(kept, self.packing.offsets, target // self._unit)

    def _packs_with(self, change: Shorter, target: Bytes) -> bool:
        offsets, changed = self.packing.offsets, puzzle_of(with_shorter(self.problem, change), self._unit)
        return Settling(changed).packs(range(len(offsets)), offsets, target // self._unit)

    def to_json(self, change: Shorter) -> dict[str, Any]:
        return {
            "name": self.problem.items[change.item].pieces[change.piece].name,
            "change": change.change,
            "phase": change.phase,
            "phase_name": self.timeline.names[change.phase],
        }

    def _size(self, change: Shorter) -> Bytes:
        return self.problem.items[change.item].pieces[change.piece].size_bytes

    def _name(self, change: Shorter) -> tuple[str, Phase]:
        return self.problem.items[change.item].pieces[change.piece].name, change.phase


def _those_enough(
    changes: Iterable[_Kind], most_tried: int, packs: Callable[[_Kind], bool]
) -> tuple[list[_Kind], bool]:
    """Those of the first changes that are enough, and whether all others are known not to be."""
    waiting = iter(changes)
    tried = list(islice(waiting, most_tried))
    found = [change for change in tried if packs(change)]
    return found, len(found) == len(tried) and next(waiting, None) is None
