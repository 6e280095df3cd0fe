"""The loop over capacities: one packing after another below the best, until none is left or the search has to stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from warpack.solver.search.core.attempt import Attempt
from warpack.solver.search.core.cliques import heavy_clique
from warpack.solver.search.core.puzzle import Puzzle, Solution, solution
from warpack.solver.search.core.stop import Stop, Stopped
from warpack.solver.search.exact.bitset_dfs import search_bits
from warpack.solver.search.exact.cpsat_pairs import Hull, search_cpsat
from warpack.solver.search.exact.cpsat_stacking import Stacker
from warpack.solver.search.exact.skyline_search import Valleys, spans_of
from warpack.solver.search.heuristics.capacity_squeeze import Squeezing
from warpack.solver.search.heuristics.first_fit import FirstFit
from warpack.solver.search.heuristics.genetic import Genetic
from warpack.solver.search.heuristics.improving import Improver
from warpack.solver.search.preprocess.coarsening import coarsened
from warpack.solver.search.preprocess.reduction import reduce
from warpack.solver.search.region.bracket import Closed, Closer

_BIT_ITEMS, _BIT_UNITS, _BIT_NODES = 24, 1 << 13, 25_000
"""Limits of the bitset search: items, capacity and nodes. Some 10 µs a node: at most half of what importing CP-SAT takes."""

_FIRST_EFFORT = 0.5
"""CP-SAT's deterministic seconds for the first look at a capacity; they double from round to round."""

_STACKED_ITEMS, _STACKING_SHARE, _PAIRED_ITEMS = 40, 0.07, 128
"""Cores of so many items and more are stacked first, with this part of the effort (about a second on one core at first:
without a linear relaxation the deterministic clock runs slowly). For smaller ones booleans for each pair do better, and
beyond the last number they prove nothing any more."""

_GLANCE = 0.02
"""The effort of what goes before where puzzles with rows are closed from both ends (`closing`): most small ones need no more."""

_CLOSING_WORTH, _NODE_WORTH = 25.0, 1e-5
"""What a deterministic second of closing from both ends, and a node of the bitset search, count towards the effort of a search."""

_VALLEY_ITEMS, _TIGHT, _VALLEY_TURNS = 8, 0.97, 24
"""Cores of so many plain intervals and more, that fill this part of the area at the bound, are filled valley by valley
before each look at the bound, so many turns at a time."""


@dataclass(frozen=True)
class Exhausted:
    """A search that looked at everything: no packing within `capacity` units."""

    capacity: int
    method: str
    nodes: int
    core: tuple[int, ...]
    taken: tuple[int, ...]


@dataclass(frozen=True)
class Descent:
    """The best packing, the largest proven lower bound, and the search that proved it, where one did."""

    best: Solution
    bound: int
    exhausted: Exhausted | None
    clique: tuple[int, ...] = ()


Report = Callable[[Solution, int], None]
"""Called with each better packing and with each better bound."""


class Descender:
    """Closes the interval between a packing and a bound on one puzzle."""

    def __init__(self, puzzle: Puzzle, *, seed: int, stop: Stop, report: Report, hulls: Sequence[Hull] = ()) -> None:
        self._puzzle, self._seed, self._stop, self._report, self._hulls = puzzle, seed, stop, report, tuple(hulls)
        self._too_many_nodes: set[tuple[int, int]] = set()
        self._spent = 0.0

    def _reduce(self, bound: int) -> None:
        """Takes out what need not be searched for, now that nothing below `bound` is possible."""
        self._rows = _has_rows(self._puzzle)
        # of plain intervals little goes for a capacity, and the orders in which they are stacked are better left whole
        self._relaxed = reduce(self._puzzle, relaxed=True, capacity=bound if self._rows else None)
        self._core, self._unit = coarsened(self._relaxed.puzzle)
        self._large = self._core.count >= _STACKED_ITEMS and not self._hulls
        breeds = self._large and not self._rows and Genetic.takes(self._core)
        self._improver = Improver(self._core, self._room(bound), self._seed) if breeds else None
        self._squeezed: Solution | None = None

    def _prepare(self, bound: int) -> None:
        """Chooses how to search. That takes a tenth of a second where items are many: the first packings come before it."""
        seed = self._seed
        spans = spans_of(self._core) if self._core.count >= _VALLEY_ITEMS and not self._hulls else None
        closed = not self._hulls and spans is None and self._rows
        self._from_both_ends, self._least = closed, bound
        self._closer: Closer | None = None
        self._stacker = Stacker(self._core, seed) if self._large and not closed else None
        self._squeezing = None if self._stacker is None else Squeezing(self._core, self._stacker, seed, self._improver)
        self._valleys = None if spans is None else Valleys(self._core, spans)
        self._valley_turns = 0

    def run(self, best: Solution, bound: int) -> Descent:
        """Stops at a proof, or with the interval as it is when `stop` says so or its effort is spent."""
        clique: tuple[int, ...] = ()
        exhausted: Exhausted | None = None
        least = bound
        self._reduce(bound)
        bound = max(bound, self._relaxed.bound)
        if bound > least:
            clique = self._relaxed.bound_items
        try:
            best = self._breed(best, bound)
            if bound < best.top:
                heavy = heavy_clique(self._puzzle)
                heavy_size = sum(self._puzzle.sizes[i] for i in heavy)
                if heavy_size >= bound and heavy_size > least:
                    bound, clique = heavy_size, heavy
            self._report(best, bound)
            self._prepare(least)
            effort, turn = _GLANCE if self._from_both_ends else _FIRST_EFFORT, 0
            while bound < best.top and self._spent < self._stop.effort:
                if self._from_both_ends and (turn or self._large):
                    if self._closer is None:
                        self._closer = Closer(self._puzzle, self._least, self._seed)
                    self._spent += _CLOSING_WORTH * self._closer.effort
                    closed = self._closer.round(bound, best.top, self._stop)
                    best = best if closed.offsets is None else solution(self._puzzle, closed.offsets)
                    bound, exhausted = closed.bound, self._exhausted(closed) or exhausted
                    self._report(best, bound)
                    continue
                capacity, stacked = self._next(bound, best.top, turn)
                besides = turn > 0 or self._improver is not None
                attempt, core, taken = self._attempt(
                    capacity, effort, stacked=stacked, top=best.top if besides else None, lanes=1 if turn else 2
                )
                self._spend(attempt, effort)
                best = self._better_of(best)
                if attempt.verdict == "packed":
                    best, turn = solution(self._puzzle, attempt.offsets), 0 if self._stacker is None else 1
                elif attempt.verdict == "impossible":
                    bound, turn = capacity + 1, 0
                    exhausted = Exhausted(capacity, attempt.method, attempt.nodes, core, taken)
                else:
                    turn += 1
                    if turn % self._turns == 0:
                        effort *= 2
                    continue
                self._report(best, bound)
        except Stopped:
            best = self._better_of(best)
        return Descent(best, bound, exhausted, clique if exhausted is None else ())

    def _breed(self, best: Solution, bound: int) -> Solution:
        """The better of `best` and what the first bred orders come to, before anything that takes long."""
        if self._improver is not None and bound < best.top:
            top = self._core_top(best.top)
            self._improver.first(self._room(bound), top, self._stop, lambda found: self._squeezed_to(found, bound))
        return self._better_of(best)

    def _core_top(self, top: int) -> int:
        return -(-(top - self._relaxed.bottom) // self._unit)

    def _exhausted(self, closed: Closed) -> Exhausted | None:
        if closed.proof is None:
            return None
        core = self._relaxed
        return Exhausted(closed.bound - 1, closed.proof.method, closed.proof.nodes, core.kept, core.taken)

    def any_packing(self, capacity: int) -> Solution | None:
        """Some packing within `capacity`, where that is known to be enough for any; None where there is none. Raises Stopped where
        neither was found."""
        effort = _FIRST_EFFORT
        while True:
            attempt = self._attempt_whole(capacity, effort)
            self._spend(attempt, effort)
            if attempt.verdict == "packed":
                return solution(self._puzzle, attempt.offsets)
            if attempt.verdict == "impossible":
                return None
            if self._spent >= self._stop.effort:
                raise Stopped
            effort *= 2

    def _spend(self, attempt: Attempt, effort: float) -> None:
        bits = attempt.method == "offset-bitsets"
        self._spent += _NODE_WORTH * attempt.nodes if bits else effort

    @property
    def _turns(self) -> int:
        return 4 if self._stacker is not None and self._core.count <= _PAIRED_ITEMS else 3

    def _next(self, bound: int, top: int, turn: int) -> tuple[int, bool]:
        """The capacity to try, and whether by stacking. Just below the best first (a proof at once where the best is best),
        then at the bound (the same where that can be reached), then half-way. Where items are stacked or valleys filled, which
        finds packings and hardly ever proves that there is none, the bound comes first."""
        half = (bound + top - 1) // 2
        if self._stacker is None:
            first, second = (top - 1, bound) if self._valleys is None else (bound, top - 1)
            return (first, second, half)[turn % 3], False
        if self._squeezes(top):
            half = stacked = bound
        else:
            stacked = top - 1
        return ((bound, True), (half, True), (stacked, True), (top - 1, False))[turn % self._turns]

    def _squeezes(self, top: int) -> bool:
        """Whether packings below `top` are searched for by squeezing, so that stacking is left to search at the bound."""
        return self._squeezing is not None and self._squeezing.takes(self._core, self._room(top))

    def _room(self, capacity: int) -> int:
        return (capacity - self._relaxed.bottom) // self._unit

    def _better_of(self, best: Solution) -> Solution:
        return best if self._squeezed is None or self._squeezed.top >= best.top else self._squeezed

    def _attempt(
        self, capacity: int, effort: float, *, stacked: bool, top: int | None, lanes: int
    ) -> tuple[Attempt, tuple[int, ...], tuple[int, ...]]:
        """Tries the reduced core; what it proves impossible is so for the whole. Its packings are carried over where possible.
        With a `top`, packings below it are searched for besides where items are stacked."""
        everything = tuple(range(self._puzzle.count))
        if self._hulls:
            return self._attempt_whole(capacity, effort), everything, ()
        relaxed = self._relaxed
        room = self._room(capacity)
        if room < 0 or any(size > room for size in self._core.sizes):
            return Attempt("impossible", method="reduction"), relaxed.kept, relaxed.taken
        attempt = self._fill_valleys(room)
        if attempt.verdict != "unknown":
            pass
        elif stacked and top is not None and self._squeezing is not None and self._squeezes(top):
            attempt = self._squeezing.round(
                room,
                self._core_top(top),
                effort=effort,
                share=_STACKING_SHARE,
                stop=self._stop,
                better=lambda offsets: self._squeezed_to(offsets, capacity),
                lanes=lanes,
            )
        elif stacked and self._stacker is not None:
            attempt = self._stacker.search(room, effort=_STACKING_SHARE * effort, stop=self._stop)
        else:
            attempt = self._search(self._core, room, effort)
        if attempt.verdict != "packed":
            return attempt, relaxed.kept, relaxed.taken
        offsets = self._carry_over(attempt.offsets)
        if self._puzzle.top(offsets) <= capacity and self._puzzle.allows(offsets):
            return Attempt("packed", tuple(offsets), attempt.method, attempt.nodes), relaxed.kept, relaxed.taken
        return self._attempt_whole(capacity, effort), everything, ()

    def _fill_valleys(self, room: int) -> Attempt:
        """The next turns of the valley search, where the core fills so much of `room` that it is worth its while."""
        if self._valleys is None or self._valleys.fill(room) < _TIGHT:
            return Attempt("unknown")
        turns = range(self._valley_turns, self._valley_turns + _VALLEY_TURNS)
        self._valley_turns = turns.stop
        return self._valleys.search(room, turns, seed=self._seed, stop=self._stop)

    def _attempt_whole(self, capacity: int, effort: float) -> Attempt:
        if not self._hulls:
            return self._search(self._puzzle, capacity, effort)
        return search_cpsat(self._puzzle, capacity, effort=effort, seed=self._seed, stop=self._stop, hulls=self._hulls)

    def _search(self, puzzle: Puzzle, capacity: int, effort: float) -> Attempt:
        small = puzzle.count <= _BIT_ITEMS and capacity <= _BIT_UNITS
        if small and (puzzle.count, capacity) not in self._too_many_nodes:
            attempt = search_bits(puzzle, capacity, node_limit=_BIT_NODES, stop=self._stop)
            if attempt.verdict != "unknown":
                return attempt
            self._too_many_nodes.add((puzzle.count, capacity))
        return search_cpsat(puzzle, capacity, effort=effort, seed=self._seed, stop=self._stop)

    def _squeezed_to(self, core: Sequence[int], bound: int) -> None:
        offsets = self._carry_over(core)
        if self._relaxed.exact or self._puzzle.allows(offsets):
            found = solution(self._puzzle, offsets)
            if self._better_of(found) is found:
                self._squeezed = found
                self._report(found, bound)

    def _carry_over(self, core: Sequence[int]) -> list[int]:
        """A packing of the core as one of the whole: exactly where the reduction is exact, else by first fit in its order."""
        puzzle, reduced = self._puzzle, self._relaxed
        whole = reduced.restore(puzzle, [offset * self._unit for offset in core])
        if reduced.exact:
            return whole
        order = sorted(range(puzzle.count), key=lambda i: (whole[i], i))
        return list(FirstFit(puzzle).run(order).offsets)


def _has_rows(puzzle: Puzzle) -> bool:
    """Whether the items' strips are known, and tell more than whether two items are in each other's way."""
    if not puzzle.strips:
        return False
    return any(len(whole) < len(row) for whole, row in zip(puzzle.whole, puzzle.forbidden, strict=True))
