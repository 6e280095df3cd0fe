"""Squeezing packings while the bound is searched by stacking."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from tests.solver.search.puzzles import intervals
from warpack.solver.search.core.puzzle import Puzzle, Solution
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.heuristics.capacity_squeeze import Squeezer
from warpack.solver.search.heuristics.first_fit import construct

_PATIENT = Stop(float("inf"))


def _crowd(count: int, seed: int) -> tuple[Puzzle, int]:
    """Random intervals, all of a size of their own, and the largest sum of sizes in one phase."""
    random = Random(seed)
    rows = []
    for _ in range(count):
        start = random.randrange(40)
        rows.append((start, min(48, start + random.randint(3, 20)), random.randint(1, 60)))
    return intervals(rows), max(sum(size for a, b, size in rows if a <= t < b) for t in range(48))


def _first(puzzle: Puzzle, bound: int) -> Solution:
    return construct(puzzle, good_enough=bound, tries=10, random=Random(0), stop=_PATIENT)


def test_packings_get_better_one_after_another() -> None:
    puzzle, bound = _crowd(90, 1)
    first = _first(puzzle, bound)
    tops: list[int] = []

    def better(offsets: Sequence[int]) -> None:
        assert puzzle.allows(offsets)
        tops.append(puzzle.top(offsets))

    Squeezer(puzzle, 0).squeeze(bound, first.top, 30_000, _PATIENT, better)
    assert tops
    assert tops == sorted(set(tops), reverse=True)
    assert tops[0] < first.top
    assert tops[-1] >= bound


def test_one_seed_gives_one_course_of_packings() -> None:
    puzzle, bound = _crowd(60, 2)
    top = _first(puzzle, bound).top

    def course() -> list[tuple[int, ...]]:
        found: list[tuple[int, ...]] = []
        squeezer = Squeezer(puzzle, 5)
        squeezer.squeeze(bound, top, 5000, _PATIENT, lambda offsets: found.append(tuple(offsets)))
        return found

    assert course() == course()


def test_a_capacity_that_resists_is_given_up_for_a_larger_one_and_tried_again_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("warpack.solver.search.heuristics.capacity_squeeze._GROWTH", 1.0)
    puzzle, bound = _crowd(30, 3)
    tried: list[int] = []

    class Resisting:
        def __init__(self, _puzzle: Puzzle, capacity: int, *, seed: int) -> None:
            tried.append(capacity)

        def search(self, _looks: int, _stop: Stop) -> bool:
            return False

    monkeypatch.setattr("warpack.solver.search.heuristics.capacity_squeeze.Ejector", Resisting)
    Squeezer(puzzle, 0, patience=50).squeeze(bound, bound + 12, 350, _PATIENT, lambda _offsets: None)
    assert [one - bound for one in tried] == [9, 11, 9, 11, 9, 11, 9]
