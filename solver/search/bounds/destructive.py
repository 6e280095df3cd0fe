"""Destructive lower bounds (Klein and Scholl 1999): a capacity is assumed, and shown to be too small.

The puzzle is relaxed in two ways: to coarse units first (`coarsening`), and to the fullest columns first (`columns`).
Each relaxation is reduced for the assumed capacity, and CP-SAT is asked about the rest. If a relaxation is impossible,
so is the puzzle. If it has a packing, that proves nothing, unless nothing was relaxed.
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
"""The columns of the smallest relaxation, and the factor by which the next ones have more."""

_FIRST_SLICE, _SLICE_GROWTH = 0.003, 4.0
"""CP-SAT's deterministic seconds for one relaxation at first, and the factor by which they grow after all levels were
asked."""

_LEAST_COST, _PASSING_COST = 0.001, 1e-5
"""The least effort that a question counts, for making its model; and the effort of passing a level without a
question."""


@dataclass(frozen=True)
class Narrowed:
    """No packing lies below `bound`. `proof` is the last search that raised it. `offsets` are a better packing, if one
    was found on the way."""

    bound: int
    proof: Attempt | None
    offsets: tuple[int, ...] | None


@dataclass
class _Level:
    """The reduced puzzle in one unit. There are packings at the capacity `feasible` and above. `relaxed`: alignments
    may be weakened further."""

    unit: int
    bottom: int
    puzzle: Puzzle
    restore: Callable[[Sequence[int]], Sequence[int]] | None = None
    """Turns offsets of `puzzle` into offsets of the whole, if that is possible."""
    relaxed: bool = True
    columns: list[int] = field(default_factory=list)
    feasible: int | None = None
    ahead: int = 1
    """How far above the bound the next question is. It doubles with each proof, and halves with each failure."""
    proven_by: int = 0
    """The number of columns in the last proof."""

    def __post_init__(self) -> None:
        self.columns = fullest_columns(self.puzzle)

    def capacity(self, whole: int) -> int:
        return (whole - self.bottom) // self.unit

    def steps(self, slice_: float) -> Iterator[int]:
        """The numbers of columns to try, one after another: that of the last proof, and a few. If there is time for
        more, also all, and numbers between."""
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
        """The capacity to ask about next. None if no capacity from `bound` to below `top` (of the whole) is open."""
        highest = self.capacity(top - 1)
        if self.feasible is not None:
            highest = min(highest, self.feasible - 1)
        lowest = self.capacity(bound)
        if lowest > highest:
            return None
        self.ahead = min(self.ahead, highest - lowest + 1)
        return lowest + self.ahead - 1

    def gives_up(self) -> bool:
        """Halves the distance to the next question, after one was not answered. Returns whether that one was the lowest
        already."""
        self.ahead //= 2
        if self.ahead:
            return False
        self.ahead = 1
        return True


class DestructiveBounds:
    """Raises the bound of one puzzle whose strips are known."""

    def __init__(self, reductions: Reductions, seed: int, halted: Callable[[], bool]) -> None:
        self._puzzle, self._seed, self._halted = reductions.whole, seed, halted
        self._least, self._at, self._slice = reductions.relaxed.bound, 0, _FIRST_SLICE
        self._levels = _levels_of(reductions)
        self._fitter: StripsSearch | None = None
        self.spent = 0.0
        """CP-SAT's deterministic seconds so far."""

    def halt(self) -> None:
        """Ends the question in progress. Another thread may call it."""
        if self._fitter is not None:
            self._fitter.halt()

    def narrow(self, bound: int, top: int, effort: float, stop: Stop) -> Narrowed:
        """Raises `bound` as far as `effort` lasts. It may also find packings below `top`."""
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
        """Goes on to the next finer level; after the finest, to the coarsest with more effort for each question."""
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


def _levels_of(reductions: Reductions) -> list[_Level]:
    """The levels, from the coarsest relaxation to the puzzle itself, in which nothing is relaxed."""
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
