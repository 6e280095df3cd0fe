"""Packing into a fixed capacity by ejection."""

from __future__ import annotations

from random import Random

import pytest

from tests.solver.search.puzzles import intervals, least, random_puzzle
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop, Stopped
from warpack.solver.search.heuristics.guided_local_search import GuidedLocalSearch

_PATIENT = Stop(float("inf"))


def _crowd(count: int, seed: int) -> tuple[Puzzle, int]:
    """Random intervals, and the largest sum of sizes in one phase."""
    random = Random(seed)
    rows = []
    for _ in range(count):
        start = random.randrange(30)
        rows.append((start, start + random.randint(1, 12), random.choice((1, 2, 3, 5, 8, 13, 21))))
    return intervals(rows), max(sum(size for a, b, size in rows if a <= t < b) for t in range(45))


@pytest.mark.parametrize("seed", range(3))
def test_a_packing_close_to_the_bound_is_found_and_keeps_every_rule(seed: int) -> None:
    puzzle, load = _crowd(60, seed)
    search = GuidedLocalSearch(puzzle, load + load // 20, seed=seed)
    assert search.search(50_000, _PATIENT)
    assert puzzle.allows(search.offsets)
    assert puzzle.top(search.offsets) <= load + load // 20


def test_the_search_can_be_taken_up_again_and_then_takes_the_same_course() -> None:
    puzzle, load = _crowd(60, 7)
    at_once, in_parts = GuidedLocalSearch(puzzle, load + 2, seed=3), GuidedLocalSearch(puzzle, load + 2, seed=3)
    at_once.search(3000, _PATIENT)
    for _ in range(30):
        in_parts.search(100, _PATIENT)
    assert at_once.offsets == in_parts.offsets


def test_a_capacity_below_the_load_is_never_packed() -> None:
    puzzle, load = _crowd(20, 1)
    assert not GuidedLocalSearch(puzzle, load - 1, seed=0).search(2000, _PATIENT)


def test_the_search_begins_with_the_packing_that_it_is_given() -> None:
    puzzle = intervals([(0, 2, 3), (1, 3, 4), (2, 4, 3)])
    search = GuidedLocalSearch(puzzle, 7, seed=0, start=(0, 3, 0))
    assert search.search(1, _PATIENT)
    assert search.offsets == (0, 3, 0)


def test_a_packing_that_is_too_high_is_pushed_into_the_capacity() -> None:
    puzzle = intervals([(0, 2, 3), (1, 3, 4), (2, 4, 3)])
    search = GuidedLocalSearch(puzzle, 7, seed=0, start=(0, 9, 20))
    assert search.search(1000, _PATIENT)
    assert puzzle.allows(search.offsets)


def test_a_wish_to_stop_is_heard() -> None:
    puzzle, load = _crowd(60, 1)
    with pytest.raises(Stopped):
        GuidedLocalSearch(puzzle, load - 1, seed=0).search(100_000, Stop(float("inf"), lambda: True))


@pytest.mark.parametrize("seed", range(40))
def test_puzzles_of_every_kind_are_packed_at_their_least_capacity(seed: int) -> None:
    puzzle = random_puzzle(Random(seed), with_pins=False)
    if not puzzle.count:
        return
    search = GuidedLocalSearch(puzzle, least(puzzle), seed=seed)
    assert search.search(20_000, _PATIENT)
    assert puzzle.allows(search.offsets)


def test_pins_and_very_many_offsets_are_left_to_others() -> None:
    plain = intervals([(0, 2, 4), (1, 3, 4)])
    assert GuidedLocalSearch.takes(plain, 8)
    pinned = Puzzle(plain.sizes, plain.alignments, (0, None), plain.forbidden, plain.stretches)
    assert not GuidedLocalSearch.takes(pinned, 8)
    assert not GuidedLocalSearch.takes(plain, 1 << 30)
