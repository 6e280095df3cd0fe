"""Squeezing packings into less and less."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from tests.solver.search.puzzles import crowd, first_fitted
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.heuristics.capacity_squeeze import Squeezer

_PATIENT = Stop(float("inf"))


def test_packings_get_better_one_after_another() -> None:
    puzzle, bound = crowd(90, Random(1))
    first = first_fitted(puzzle, bound)
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
    puzzle, bound = crowd(60, Random(2))
    top = first_fitted(puzzle, bound).top

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
    puzzle, bound = crowd(30, Random(3))
    tried: list[int] = []

    class Resisting:
        def __init__(self, _puzzle: Puzzle, capacity: int, *, seed: int, start: Sequence[int]) -> None:
            tried.append(capacity)

        def search(self, _looks: int, _stop: Stop) -> bool:
            return False

    monkeypatch.setattr("warpack.solver.search.heuristics.capacity_squeeze.GuidedLocalSearch", Resisting)
    Squeezer(puzzle, 0, patience=50).squeeze(bound, bound + 12, 350, _PATIENT, lambda _offsets: None)
    assert [one - bound for one in tried] == [9, 11, 9, 11, 9, 11, 9]


def test_every_other_search_begins_with_the_packing_that_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    puzzle, bound = crowd(30, Random(3))
    begun: list[tuple[int, ...]] = []

    class Resisting:
        def __init__(self, _puzzle: Puzzle, _capacity: int, *, seed: int, start: Sequence[int]) -> None:
            begun.append(tuple(start))

        def search(self, _looks: int, _stop: Stop) -> bool:
            return False

    monkeypatch.setattr("warpack.solver.search.heuristics.capacity_squeeze.GuidedLocalSearch", Resisting)
    given = tuple(range(30))
    squeezer = Squeezer(puzzle, 0, patience=50)
    squeezer.squeeze(bound, bound + 12, 600, _PATIENT, lambda _offsets: None, given)
    assert begun[:4] in ([given, (), given, ()], [(), given, (), given])
