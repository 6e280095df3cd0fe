"""First packings by filling the skyline, and where they stand in improving."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.solver.search.puzzles import crowd, intervals
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop, Stopped
from warpack.solver.search.heuristics.filled import fillings
from warpack.solver.search.heuristics.improving import Improver

_PATIENT = Stop(float("inf"))
_CANCELLED = Stop(float("inf"), lambda: True)


def _filled(puzzle: Puzzle, bound: int, stop: Stop = _PATIENT) -> list[tuple[int, ...]]:
    spans = puzzle.spans
    assert spans is not None
    return list(fillings(puzzle, spans, bound, stop))


@given(st.integers(1, 40), st.integers(0, 1000))
def test_every_filling_is_a_packing(count: int, seed: int) -> None:
    puzzle, bound = crowd(count, Random(seed))
    found = _filled(puzzle, bound)
    assert found
    for offsets in found:
        assert puzzle.allows(offsets)
        assert puzzle.top(offsets) >= bound


def test_fillings_do_not_depend_on_the_clock() -> None:
    puzzle, bound = crowd(90, Random(5))
    assert _filled(puzzle, bound) == _filled(puzzle, bound)


def test_manners_differ() -> None:
    puzzle, bound = crowd(90, Random(6))
    assert len(set(_filled(puzzle, bound))) > 1


def test_fillings_that_are_cancelled_before_one_is_done_raise() -> None:
    puzzle, bound = crowd(300, Random(1))
    with pytest.raises(Stopped):
        _filled(puzzle, bound, _CANCELLED)


def test_the_first_packings_are_as_good_as_the_best_filling() -> None:
    puzzle, bound = crowd(120, Random(2))
    tops: list[int] = []

    def better(offsets: Sequence[int]) -> None:
        assert puzzle.allows(offsets)
        tops.append(puzzle.top(offsets))

    reached = Improver(puzzle, bound, 0).first(bound, 10**9, _PATIENT, better)
    assert reached == tops[-1] <= min(puzzle.top(offsets) for offsets in _filled(puzzle, bound))
    assert tops == sorted(set(tops), reverse=True)


def test_a_pile_without_a_hole_is_packed_at_once() -> None:
    rows = [(column, column + 1, size) for column in range(30) for size in (3, 4)]
    puzzle, tops = intervals(rows), list[int]()
    first = Improver(puzzle, 7, 0).first(7, 10**9, _PATIENT, lambda offsets: tops.append(puzzle.top(offsets)))
    assert first == 7
    assert tops == [7]
