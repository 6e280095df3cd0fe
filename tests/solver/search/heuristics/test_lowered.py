"""Bred packings lowered by ejection chains."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from tests.solver.search.puzzles import crowd
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop, Stopped
from warpack.solver.search.heuristics.genetic import Genetic
from warpack.solver.search.heuristics.improving import Improver
from warpack.solver.search.heuristics.lowered import Lowering

_PATIENT = Stop(float("inf"))


def _bred(puzzle: Puzzle, bound: int) -> tuple[Lowering, int]:
    """What lowers the packings of two generations, and the lowest top of these."""
    genetic = Genetic(puzzle, bound, 0)
    top = min(puzzle.top(genetic.generation()) for _ in range(2))
    assert puzzle.spans is not None
    lowering = Lowering(puzzle, puzzle.spans, 3)
    lowering.add(genetic.packings)
    return lowering, top


def _course(puzzle: Puzzle, bound: int, tries: int) -> list[tuple[int, ...]]:
    lowering, top = _bred(puzzle, bound)
    found: list[tuple[int, ...]] = []
    reached = lowering.lower(bound, top, tries * lowering.cost, _PATIENT, lambda one: found.append(tuple(one)))
    assert reached == min([top, *map(puzzle.top, found)])
    return found


@pytest.mark.parametrize("seed", [3, 6])
def test_lowered_packings_are_legal_and_better_one_after_another(seed: int) -> None:
    puzzle, bound = crowd(160, Random(seed))
    found = _course(puzzle, bound, 4)
    tops = [puzzle.top(offsets) for offsets in found]
    assert found
    assert all(puzzle.allows(offsets) for offsets in found)
    assert tops == sorted(set(tops), reverse=True)
    assert tops[-1] >= bound


def test_one_seed_lowers_along_one_course() -> None:
    puzzle, bound = crowd(100, Random(3))
    assert _course(puzzle, bound, 3) == _course(puzzle, bound, 3)


def test_nothing_is_lowered_where_there_is_nothing_or_the_bound_is_reached() -> None:
    puzzle, bound = crowd(60, Random(4))
    assert puzzle.spans is not None

    def never(_offsets: Sequence[int]) -> None:
        raise AssertionError

    assert Lowering(puzzle, puzzle.spans, 0).lower(bound, bound + 50, 10**6, _PATIENT, never) == bound + 50
    lowering, _ = _bred(puzzle, bound)
    assert lowering.lower(bound, bound, 10**6, _PATIENT, never) == bound


def test_lowering_that_is_cancelled_raises() -> None:
    puzzle, bound = crowd(160, Random(3))
    lowering, top = _bred(puzzle, bound)
    with pytest.raises(Stopped):
        lowering.lower(bound, top, 10**6, Stop(float("inf"), lambda: True), lambda _offsets: None)


@pytest.mark.parametrize("without", [frozenset[str](), frozenset({"lowering"})])
def test_improving_lowers_what_it_bred_unless_that_is_left_out(
    without: frozenset[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    puzzle, bound = crowd(200, Random(3))
    improver, asked = Improver(puzzle, bound, 0, without), list[int]()

    def lower(self: Lowering, _bound: int, top: int, *_rest: object) -> int:
        asked.append(top)
        return top

    monkeypatch.setattr(Lowering, "lower", lower)
    tops = [10**6]
    improver.first(bound, tops[0], _PATIENT, lambda offsets: tops.append(puzzle.top(offsets)))
    improver.squeeze(bound, tops[-1], 3000, _PATIENT, lambda offsets: tops.append(puzzle.top(offsets)))
    assert bool(asked) == (not without)
    assert all(top in tops for top in asked)
