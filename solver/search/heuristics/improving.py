"""Better and better packings of many items. The skyline is filled; orders are bred for the lowest-first rule; bred
packings are lowered; packings are squeezed.

The first two find in a tenth of a second what squeezing needs many seconds for. The others still find better packings
when orders do not help any longer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from warpack.solver.search.core.puzzle import Puzzle, Span
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.exact.skyline_search import SkylineSearch
from warpack.solver.search.heuristics.capacity_squeeze import Better, Squeezer
from warpack.solver.search.heuristics.filled import fillings
from warpack.solver.search.heuristics.genetic import Genetic
from warpack.solver.search.heuristics.lowered import Lowering

_QUICKLY_BRED = 256
"""With fewer items than this, a generation takes less time than a filling, and soon finds what no filling does."""

_FIRST_GENERATIONS, _FIRST_QUICK_GENERATIONS = 12, 30
"""So many generations are bred before all slow searches. Two fillings come before them, and the other fillings after
them. If items are quickly bred, one filling comes before more generations."""

_TIGHT = 0.97
"""If intervals fill this part of the area under the bound, a short turn of valley filling often packs them at it."""

_SKYLINE_NODES = 2
"""The length of that turn, in choices for each item."""

_FIRST_SHARE, _SHARE = 0.6, 0.15
"""Breeding's share of the looks, in the first call and later. It finds most in the first second."""

_LOWERING_SHARE = 0.25
"""The share of the looks for lowering bred packings."""

_PATIENCE, _GROWTH = 200_000, 1.25
"""Looks before squeezing first gives a capacity up, and the factor by which they grow then. The looks that a capacity
needs vary so much that a new beginning pays."""


class Improver:
    """Improves packings of one puzzle, which has none below `bound`. What a call learns serves the next. `by` names the
    part that made the packing handed on ("skyline", "filling", "breeding", "lowering", "squeezing"). Any part but
    breeding may be left out."""

    def __init__(self, puzzle: Puzzle, bound: int, seed: int, without: frozenset[str] = frozenset()) -> None:
        self._puzzle, self._seed, self._without = puzzle, seed, without
        self._quick = puzzle.count < _QUICKLY_BRED
        self.by = "breeding"
        self._genetic = Genetic(puzzle, bound, seed)
        self._squeezer = Squeezer(puzzle, seed, patience=_PATIENCE, growth=_GROWTH)
        self._lowering: Lowering | None = None
        self._best: Sequence[int] = ()
        self._share = _FIRST_SHARE

    def first(self, bound: int, top: int, stop: Stop, better: Better) -> int:
        """The first packings, in a tenth of a second or two. Returns the best top."""
        stop.check()
        for offsets in self._first(bound, stop):
            if self._puzzle.top(offsets) < top:
                top, self._best = self._puzzle.top(offsets), tuple(offsets)
                better(offsets)
            if top <= bound:
                break
            stop.check()
        return top

    def squeeze(self, bound: int, top: int, looks: int, stop: Stop, better: Better) -> None:
        """Spends about `looks` looks (see `guided_local_search`) on packings below `top`, and ends early at `bound`.
        May raise Stopped."""
        share, self._share = self._share, _SHARE

        def taken(offsets: Sequence[int]) -> None:
            self._best = tuple(offsets)
            better(offsets)

        top = self._breed(bound, top, int(share * looks), stop, taken)
        spans = self._puzzle.spans
        if top > bound and spans is not None and "lowering" not in self._without:
            self.by = "lowering"
            lowering = self._lowering = self._lowering or Lowering(self._puzzle, spans, self._seed)
            lowering.add(self._genetic.packings)
            top = lowering.lower(bound, top, int(_LOWERING_SHARE * looks), stop, taken)
        if top > bound and "squeezing" not in self._without:
            self.by = "squeezing"
            start = self._best if self._best and self._puzzle.top(self._best) == top else ()
            self._squeezer.squeeze(bound, top, int((1 - share - _LOWERING_SHARE) * looks), stop, taken, start)

    def _first(self, bound: int, stop: Stop) -> Iterator[Sequence[int]]:
        """The first packings: generations, and fillings before and after them if the items are plain intervals."""
        spans = self._puzzle.spans
        if spans is not None and "skyline" not in self._without:
            yield from self._try_skyline(spans, bound, stop)
        if "filling" in self._without:
            spans = None
        for number, offsets in enumerate(() if spans is None else fillings(self._puzzle, spans, bound, stop)):
            self.by = "filling"
            yield offsets
            if number == (0 if self._quick else 1):
                yield from self._generations()
        if spans is None:
            yield from self._generations()

    def _generations(self) -> Iterator[Sequence[int]]:
        for _ in range(_FIRST_QUICK_GENERATIONS if self._quick else _FIRST_GENERATIONS):
            self.by = "breeding"
            yield self._genetic.generation()

    def _try_skyline(self, spans: Sequence[Span], bound: int, stop: Stop) -> Iterator[Sequence[int]]:
        """A packing at the bound, if one short turn of valley filling finds it."""
        valleys = SkylineSearch(self._puzzle, spans)
        if valleys.fill(bound) >= _TIGHT:
            attempt = valleys.search(bound, range(1), seed=self._seed, stop=stop, nodes_per_item=_SKYLINE_NODES)
            if attempt.verdict == "packed":
                self.by = "skyline"
                yield attempt.offsets

    def _breed(self, bound: int, top: int, looks: int, stop: Stop, better: Better) -> int:
        self.by = "breeding"
        while looks > 0 and top > bound:
            stop.check()
            looks -= self._genetic.cost
            offsets = self._genetic.generation()
            if self._puzzle.top(offsets) < top:
                top = self._puzzle.top(offsets)
                better(offsets)
        return top
