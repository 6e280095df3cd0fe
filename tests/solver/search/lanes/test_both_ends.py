"""Puzzles with rigid rows: strips and pairs hold all that is forbidden and nothing else, and what is found and proven
is right."""

from __future__ import annotations

from random import Random
from threading import Timer

import pytest

from tests.solver.search.puzzles import least
from warpack.solver.search.core.conflicts import mirrored
from warpack.solver.search.core.laying import FirstFit
from warpack.solver.search.core.puzzle import Gaps, Puzzle, Solution, Strip
from warpack.solver.search.core.stop import Stop, Stopped
from warpack.solver.search.core.strips import overlapping, stacks_of
from warpack.solver.search.exact.cpsat_strips import StripsSearch
from warpack.solver.search.heuristics.first_fit import construct
from warpack.solver.search.lanes.both_ends import BothEnds
from warpack.solver.search.preprocess.case import Case
from warpack.solver.search.preprocess.coarsening import coarsened
from warpack.solver.search.region.interval_search import IntervalSearch
from warpack.solver.search.strategy import Interval

COLUMNS = 5


def rows(random: Random, count: int, longest: int, alignments: tuple[int, ...] = (1, 1, 1, 2)) -> Puzzle:
    """Items of one strip to three; some pairs may share bytes all the same, at one difference or at any, and some
    never."""
    strips = [_strips(random, longest) for _ in range(count)]
    sizes = [sum(size for _, size, _ in of_item) for of_item in strips]
    forbidden: list[dict[int, Gaps]] = [{} for _ in strips]
    for i in range(count):
        for j in range(i + 1, count):
            gaps = _gaps(random, sizes, (i, j), strips)
            if gaps:
                forbidden[i][j], forbidden[j][i] = gaps, mirrored(gaps)
    return Puzzle(
        tuple(sizes),
        tuple(random.choice(alignments) for _ in strips),
        (None,) * count,
        tuple(forbidden),
        tuple(_all(of_item) for of_item in strips),
        tuple(strips),
    )


def _strips(random: Random, longest: int) -> tuple[Strip, ...]:
    strips: list[Strip] = []
    for _ in range(random.choice((1, 1, 2, 3))):
        first = random.randrange(COLUMNS)
        last = random.randint(first, COLUMNS - 1)
        start = sum(size for _, size, _ in strips)
        strips.append((start, random.randint(1, longest), (2 << last) - (1 << first)))
    return tuple(strips)


def _all(strips: tuple[Strip, ...]) -> int:
    times = 0
    for strip in strips:
        times |= strip[2]
    return times


def _gaps(random: Random, sizes: list[int], pair: tuple[int, int], strips: list[tuple[Strip, ...]]) -> Gaps:
    i, j = pair
    kind = random.random()
    if kind < 0.05:
        return ((1 - sizes[j], sizes[i] - 1),)
    if kind < 0.1:
        return ()
    blocked: set[int] = set()
    for p in strips[i]:
        for q in strips[j]:
            if p[2] & q[2]:
                low, high = overlapping((i, p[0], p[1]), (j, q[0], q[1]))
                blocked |= set(range(low, high + 1))
    if kind < 0.2:
        blocked.discard(0)
    gaps: list[tuple[int, int]] = []
    for difference in sorted(blocked):
        if gaps and gaps[-1][1] == difference - 1:
            gaps[-1] = (gaps[-1][0], difference)
        else:
            gaps.append((difference, difference))
    return tuple(gaps)


@pytest.mark.parametrize("seed", range(40))
def test_sets_of_strips_and_pairs_forbid_what_the_puzzle_forbids(seed: int) -> None:
    puzzle = rows(Random(seed), 7, 4)
    stacks = stacks_of(puzzle)
    forbidden = {
        (i, j): {d for low, high in gaps for d in range(low, high + 1)}
        for i, row in enumerate(puzzle.forbidden)
        for j, gaps in row.items()
    }
    said = {pair: set(forbidden[pair]) for pair in stacks.pairs}
    for one in stacks.sets:
        for p in one:
            for q in one:
                if p[0] < q[0]:
                    low, high = overlapping(p, q)
                    said.setdefault((p[0], q[0]), set()).update(range(low, high + 1))
    assert said == {pair: differences for pair, differences in forbidden.items() if pair[0] < pair[1]}


@pytest.mark.parametrize("seed", range(30))
def test_closing_ends_at_the_least_capacity(seed: int) -> None:
    puzzle = rows(Random(seed), 4, 3)
    interval = Interval(FirstFit(puzzle).run(range(puzzle.count)), 0)
    both_ends = BothEnds(Case(puzzle, 0, seed=seed))
    while not interval.closed:
        interval = both_ends.step(interval, 0, 0.0, Stop.after(3600), lambda _better: None)
        assert puzzle.allows(interval.best.offsets)
        assert puzzle.top(interval.best.offsets) == interval.best.top
    assert interval.bound == interval.best.top == least(puzzle)


@pytest.mark.parametrize("seed", range(30))
def test_every_way_of_asking_packs_at_the_least_capacity_and_not_below(seed: int) -> None:
    puzzle = rows(Random(100 + seed), 4, 3)
    answer, stop = least(puzzle), Stop.after(3600)
    fitter, order = StripsSearch(puzzle), list(range(puzzle.count))
    for found in (
        fitter.find(answer, order, 0, effort=1.0, seed=0, stop=stop),
        fitter.prove(answer, effort=1.0, seed=0, stop=stop),
    ):
        assert found.verdict == "packed"
        assert puzzle.allows(found.offsets)
        assert puzzle.top(found.offsets) == answer
    assert fitter.find(answer - 1, order, 0, effort=1.0, seed=0, stop=stop).verdict == "impossible"
    assert fitter.prove(answer - 1, effort=1.0, seed=0, stop=stop).verdict == "impossible"


def test_counting_in_a_larger_unit_leaves_strips_inside_what_they_were() -> None:
    sizes = (6, 4)
    forbidden: tuple[dict[int, Gaps], ...] = ({1: ((-3, 5),)}, {0: ((-5, 3),)})
    puzzle = Puzzle(sizes, (1, 1), (None, None), forbidden, (1, 1), (((0, 3, 1), (3, 3, 1)), ((0, 4, 1),)))
    coarse, unit = coarsened(puzzle)
    assert unit == 2
    assert coarse.strips == (((0, 1, 1), (2, 1, 1)), ((0, 2, 1),))


def test_large_puzzles_with_rows_are_closed_by_the_descent() -> None:
    puzzle = rows(Random(1), 44, 30, (1,))
    start = construct(puzzle, good_enough=0, tries=0, random=Random(0), stop=Stop.after(3600))
    heard: list[tuple[int, int]] = []
    search = IntervalSearch(
        puzzle, seed=0, stop=Stop.after(2), report=lambda best, bound: heard.append((best.top, bound))
    )
    descent = search.run(start, 0)
    assert puzzle.allows(descent.best.offsets)
    assert descent.bound <= descent.best.top <= start.top
    assert heard[-1] == (descent.best.top, descent.bound)


def test_rounds_end_when_they_are_told_to() -> None:
    puzzle = rows(Random(5), 60, 40, (1,))
    told: list[bool] = []
    Timer(0.2, lambda: told.append(True)).start()
    stop, both_ends = Stop.after(3600, lambda: bool(told)), BothEnds(Case(puzzle, 0, seed=0))
    interval = Interval(Solution((), 4 * sum(puzzle.sizes)), 0)
    rounds = iter(lambda: both_ends.step(interval, 0, 0.0, stop, lambda _better: None), None)
    with pytest.raises(Stopped):
        sum(1 for _ in rounds)
