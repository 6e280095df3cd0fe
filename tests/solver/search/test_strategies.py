"""Every strategy, because it is registered: what it finds is legal, and what it proves is true."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.sweeps import times
from tests.solver.search.lanes.test_both_ends import rows
from tests.solver.search.puzzles import crowd, intervals, least, random_puzzle
from warpack.solver.search.core.laying import FirstFit
from warpack.solver.search.core.options import SearchOptions
from warpack.solver.search.core.puzzle import Puzzle, Solution
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.plan import ASKED_ONCE, PLANS, STRATEGIES, WHOLE_PUZZLE, can_be_left_out, kind_of
from warpack.solver.search.preprocess.case import Case
from warpack.solver.search.region.interval_search import IntervalSearch
from warpack.solver.search.strategy import Clique, Exhausted, Interval, Strategy

STOP = Stop(float("inf"))

EFFORT = 0.05


def small(random: Random) -> Puzzle:
    """Small enough to try everything."""
    if random.random() < 0.5:
        return random_puzzle(random, with_pins=False)
    return rows(random, random.randint(2, 4), 4)


def tight(random: Random) -> tuple[Puzzle, int]:
    """Eight to fourteen intervals cut out of a rectangle without a gap, some a unit lower than they could be; and the
    height of the rectangle, within which they fit."""
    width, height = random.randint(8, 12), random.randint(10, 16)
    tiles, wanted = [(0, width, 0, height)], random.randint(8, 14)
    while len(tiles) < wanted:
        at = max(range(len(tiles)), key=lambda n: (tiles[n][1] - tiles[n][0]) * (tiles[n][3] - tiles[n][2]))
        a, b, low, high = tiles.pop(at)
        if b - a >= high - low:
            cut = random.randint(a + 1, b - 1)
            tiles += [(a, cut, low, high), (cut, b, low, high)]
        else:
            cut = random.randint(low + 1, high - 1)
            tiles += [(a, b, low, cut), (a, b, cut, high)]
    return intervals([(a, b, high - low) for a, b, low, high in tiles]), height


def many(random: Random) -> tuple[Puzzle, int]:
    """More items than are searched by pairs."""
    return crowd(60, random)


def first(puzzle: Puzzle) -> Solution:
    return FirstFit(puzzle).run(range(puzzle.count))


def steps(strategy: type[Strategy], puzzle: Puzzle, bound: int, count: int = 4) -> list[Interval]:
    """The intervals of some steps at several capacities, from `bound` and a packing in the items' order; none where the
    strategy does not apply."""
    case = Case(puzzle, bound, seed=0)
    one, interval = strategy(case), Interval(first(puzzle), bound)
    found: list[Interval] = []
    for turn in range(count):
        capacity = (interval.best.top - 1, interval.bound, (interval.bound + interval.best.top - 1) // 2)[turn % 3]
        if interval.closed or capacity < interval.bound or case.too_large(capacity):
            continue
        if one.applies(interval, capacity):
            after = one.step(interval, capacity, EFFORT, STOP, found.append)
            found.append(after)
            interval = interval.joined(after)
    return found


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda one: one.name)
@given(random=st.randoms(use_true_random=False))
@settings(max_examples=times(15))
def test_a_strategy_keeps_to_the_least_packing_of_small_puzzles(strategy: type[Strategy], random: Random) -> None:
    puzzle = small(random)
    truth = least(puzzle)
    for interval in steps(strategy, puzzle, 0):
        assert interval.bound <= truth <= interval.best.top
        assert puzzle.allows(interval.best.offsets)
        assert puzzle.top(interval.best.offsets) == interval.best.top
        if isinstance(interval.proof, Clique):
            assert sum(puzzle.sizes[item] for item in interval.proof.items) == interval.bound
        if isinstance(interval.proof, Exhausted):
            assert interval.proof.capacity == interval.bound - 1
            assert set(interval.proof.core).isdisjoint(interval.proof.taken)


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda one: one.name)
def test_a_strategy_keeps_to_what_is_known_of_larger_puzzles(strategy: type[Strategy]) -> None:
    for make in (tight, many):
        puzzle, known = make(Random(7))
        for interval in steps(strategy, puzzle, 1):
            assert puzzle.allows(interval.best.offsets)
            assert interval.best.top >= known
            assert interval.bound <= interval.best.top


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda one: one.name)
def test_every_strategy_comes_to_something_somewhere(strategy: type[Strategy]) -> None:
    """So that the tests above test it."""
    puzzles = [(rows(Random(seed), 10, 12), 0) for seed in range(4)] + [(rows(Random(0), 40, 12), 0)]
    puzzles += [make(Random(seed)) for seed in range(4) for make in (tight, many)]
    starts = [(puzzle, bound) for puzzle, known in puzzles for bound in (0, known)]
    assert any(
        one.best.top < first(puzzle).top or one.bound > bound
        for puzzle, bound in starts
        for one in steps(strategy, puzzle, bound)
    )


@pytest.mark.parametrize("left_out", can_be_left_out())
@given(random=st.randoms(use_true_random=False))
@settings(max_examples=times(5))
def test_whatever_is_left_out_the_rest_ends_by_itself_and_claims_nothing_false(left_out: str, random: Random) -> None:
    puzzle = small(random)
    stop = Stop(float("inf"), effort=2.0, options=SearchOptions(without=frozenset({left_out})))
    interval = IntervalSearch(puzzle, seed=0, stop=stop, report=lambda _best, _bound: None).run(first(puzzle), 0)
    assert interval.bound <= least(puzzle) <= interval.best.top
    assert puzzle.allows(interval.best.offsets)
    assert left_out not in {account.strategy for account in stop.ledger.accounts if account.steps}


def test_the_plan_names_strategies_that_are_registered_and_all_of_them() -> None:
    registered = [one.name for one in STRATEGIES]
    assert len(set(registered)) == len(registered)
    asked = {name for plan in PLANS.values() for turn in (*plan.opening, *plan.cycle) for name in turn.strategies}
    assert asked | set(ASKED_ONCE) | set(WHOLE_PUZZLE) == set(registered)


def test_each_kind_of_set_has_a_plan_and_each_plan_a_kind() -> None:
    kinds = set()
    for puzzle in (
        rows(Random(1), 6, 8),
        rows(Random(1), 60, 12, (1,)),
        intervals([(0, 2, 3), (1, 3, 2)]),
        tight(Random(1))[0],
        many(Random(1))[0],
        intervals([(n % 20, n % 20 + 3 + n % 5, 100_003 + 977 * n) for n in range(60)]),
    ):
        kinds.add(kind_of(Case(puzzle, 1, seed=0), Interval(first(puzzle), 1)))
    assert kinds | {"windows"} == set(PLANS)


def test_the_page_about_the_search_has_a_row_for_each_kind_and_says_nothing_false_in_it() -> None:
    page = (Path(__file__).parents[3] / "docs" / "search.md").read_text(encoding="utf-8")
    table = page[page.index("| kind of set |") :]
    for kind, plan in PLANS.items():
        row = table.partition(f"\n| {kind} | ")[2].partition("\n")[0]
        turns = (*plan.opening, *plan.cycle)
        named = {one.name for one in STRATEGIES if one.name in row}
        assert named
        assert named <= {name for turn in turns for name in turn.strategies}, kind
        goals = dict.fromkeys(turn.goal for turn in turns)
        assert sorted(goals, key=row.index) == list(goals), kind


def test_the_ledger_adds_up_to_the_interval() -> None:
    puzzle, known = many(Random(3))
    start, stop = first(puzzle), Stop(float("inf"), effort=1.5)
    interval = IntervalSearch(puzzle, seed=0, stop=stop, report=lambda _best, _bound: None, unit_bytes=8).run(start, 1)
    accounts = stop.ledger.accounts
    assert sum(one.saved_bytes for one in accounts) == 8 * (start.top - interval.best.top) > 0
    assert sum(one.raised_bytes for one in accounts) == 8 * (interval.bound - 1)
    assert sum(one.proofs for one in accounts) == int(interval.closed)
    assert interval.bound <= known or interval.closed
