"""Destructive lower bounds (Klein and Scholl 1999): a capacity is assumed, and shown to be too small.

A puzzle is looked at in its coarsest units first (`coarsening`), and of each question only the fullest columns, then
more of them (`columns`). Each of these relaxations is reduced for the capacity in question, and what is left of it
asked of CP-SAT. One that is impossible proves it for the puzzle; one that has a packing says nothing, unless nothing
was left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from warpack.solver.search.core.attempt import Attempt
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.exact.cpsat_strips import StripsSearch
from warpack.solver.search.preprocess.coarsening import coarsened, levels, relaxed_to
from warpack.solver.search.preprocess.columns import fullest_columns, in_columns
from warpack.solver.search.preprocess.reduction import Reduced, Reductions, reduce

_FEWEST, _MORE = 4, 3
"""Columns of the smallest relaxation, and how many times as many the next ones have."""

_FIRST_SLICE, _SLICE_GROWTH = 0.003, 4.0
"""CP-SAT's deterministic seconds for one relaxation at first, and how they grow where that was not enough for a
question."""

_LEAST_COST, _PASSING_COST = 0.001, 1e-5
"""What a question counts at least, for making its model, and what a level that has none left does."""


@dataclass(frozen=True)
class Narrowed:
    """No packing lies below `bound`; `proof` is the last search that raised it. `offsets` are a packing where one came
    up."""

    bound: int
    proof: Attempt | None
    offsets: tuple[int, ...] | None


@dataclass
class _Level:
    """What a reduction left, in one unit. From the capacity `feasible` on there are packings. `relaxed`: alignments may
    go."""

    unit: int
    bottom: int
    puzzle: Puzzle
    restore: Callable[[Sequence[int]], Sequence[int]] | None = None
    """Makes offsets of the whole from those of `puzzle`, where that is possible at all."""
    relaxed: bool = True
    columns: list[int] = field(default_factory=list)
    feasible: int | None = None
    ahead: int = 1
    """How far above the bound the next question is: it doubles with each proof, and is halved by each failure."""
    proven_by: int = 0
    """So many columns made the last proof."""

    def __post_init__(self) -> None:
        self.columns = fullest_columns(self.puzzle)

    def capacity(self, whole: int) -> int:
        return (whole - self.bottom) // self.unit

    def steps(self, slice_: float) -> Iterator[int]:
        """How many columns to take, one attempt after another: what made the last proof; and where there is time for
        more, a few, all, and numbers between."""
        total = len(self.columns)
        counts = [self.proven_by or total, _FEWEST]
        if slice_ > _FIRST_SLICE:
            counts.append(total)
            between = _FEWEST * _MORE
            while between < total:
                counts.append(between)
                between *= _MORE
        yield from dict.fromkeys(min(count, total) for count in counts)

    def question(self, bound: int, top: int) -> int | None:
        """The capacity to ask about next; None where none is open from `bound` to below `top` (of the whole)."""
        highest = self.capacity(top - 1)
        if self.feasible is not None:
            highest = min(highest, self.feasible - 1)
        lowest = self.capacity(bound)
        if lowest > highest:
            return None
        self.ahead = min(self.ahead, highest - lowest + 1)
        return lowest + self.ahead - 1

    def gives_up(self) -> bool:
        """Whether what was not answered was the lowest question; the next one is nearer to the bound."""
        self.ahead //= 2
        if self.ahead:
            return False
        self.ahead = 1
        return True


class DestructiveBounds:
    """Works on one puzzle whose strips are known."""

    def __init__(self, reductions: Reductions, seed: int, halted: Callable[[], bool]) -> None:
        self._puzzle, self._seed, self._halted = reductions.whole, seed, halted
        self._least, self._at, self._slice = reductions.relaxed.bound, 0, _FIRST_SLICE
        self._levels = _made(reductions)
        self._fitter: StripsSearch | None = None
        self.spent = 0.0
        """CP-SAT's deterministic seconds so far."""

    def halt(self) -> None:
        if self._fitter is not None:
            self._fitter.halt()

    def narrow(self, bound: int, top: int, effort: float, stop: Stop) -> Narrowed:
        """Raises `bound` as far as `effort` lasts; packings below `top` may come up besides."""
        end = self.spent + effort
        proof: Attempt | None = None
        offsets: tuple[int, ...] | None = None
        if bound < self._least:
            bound, proof = self._least, Attempt("impossible", method="reduction")
        while bound < top:
            if self.spent >= end or self._halted():
                break
            level = self._levels[self._at]
            capacity = level.question(bound, top)
            if capacity is None:
                self.spent += _PASSING_COST
                self._go_on()
                continue
            attempt = self._decide(level, capacity, end, stop)
            if attempt.verdict == "impossible":
                bound, proof = max(bound, (capacity + 1) * level.unit + level.bottom), attempt
                level.ahead *= 2
            elif attempt.verdict == "packed":
                level.feasible, level.ahead = capacity, 1
                if level.restore is not None:
                    whole = level.restore(attempt.offsets)
                    if self._puzzle.allows(whole) and self._puzzle.top(whole) < top:
                        offsets, top = tuple(whole), self._puzzle.top(whole)
            elif level.gives_up():
                self._go_on()
        return Narrowed(bound, proof, offsets)

    def _go_on(self) -> None:
        """To the next finer level, and from the finest to the coarsest with more patience."""
        self._at += 1
        if self._at == len(self._levels):
            self._at, self._slice = 0, self._slice * _SLICE_GROWTH

    def _decide(self, level: _Level, capacity: int, end: float, stop: Stop) -> Attempt:
        self.spent += _LEAST_COST
        if capacity < 0 or any(size > capacity for size in level.puzzle.sizes):
            return Attempt("impossible", method="reduction")
        asked: set[tuple[int, ...]] = set()
        for count in level.steps(self._slice) if level.relaxed and not level.puzzle.pinned else (len(level.columns),):
            if self._halted() or self.spent >= end:
                break
            everything = count == len(level.columns)
            columns = sum(1 << bit for bit in level.columns[:count])
            part = level.puzzle if everything else in_columns(level.puzzle, columns)
            reduced = reduce(part, relaxed=level.relaxed, capacity=capacity)
            if reduced.bound > capacity:
                return Attempt("impossible", method="reduction")
            if not everything and (reduced.puzzle.count == 0 or reduced.puzzle.sizes in asked):
                continue
            asked.add(reduced.puzzle.sizes)
            found = self._search(reduced, capacity, stop)
            if found.verdict == "impossible":
                level.proven_by = count
                return found
            if found.verdict == "packed" and everything:
                return replace(found, offsets=tuple(reduced.restore(part, found.offsets)))
        return Attempt("unknown")

    def _search(self, reduced: Reduced, capacity: int, stop: Stop) -> Attempt:
        core, unit = coarsened(reduced.puzzle)
        room = (capacity - reduced.bottom) // unit
        if room < 0 or any(size > room for size in core.sizes):
            return Attempt("impossible", method="reduction")
        if not core.count:
            return Attempt("packed")
        self._fitter = StripsSearch(core)
        found = self._fitter.prove(room, effort=self._slice, seed=self._seed, stop=stop)
        self.spent += self._fitter.spent
        return replace(found, offsets=tuple(offset * unit for offset in found.offsets))


def _made(reductions: Reductions) -> list[_Level]:
    """From the coarsest relaxation down to the puzzle itself, of which nothing is relaxed any more."""
    reduced = reductions.relaxed
    core, unit = coarsened(reduced.puzzle)
    coarser = () if core.pinned else levels(core)[:-1]
    return [
        *(_Level(coarse * unit, reduced.bottom, relaxed_to(core, coarse)) for coarse in coarser),
        _finest(reductions.whole, reduced, relaxed=True),
        _finest(reductions.whole, reductions.exact, relaxed=False),
    ]


def _finest(puzzle: Puzzle, reduced: Reduced, *, relaxed: bool) -> _Level:
    core, unit = coarsened(reduced.puzzle)

    def restore(offsets: Sequence[int]) -> Sequence[int]:
        return reduced.restore(puzzle, [offset * unit for offset in offsets])

    return _Level(unit, reduced.bottom, core, restore, relaxed)
