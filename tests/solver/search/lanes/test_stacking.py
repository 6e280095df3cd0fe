"""Stacking at the bound, while packings are squeezed beside it."""

from __future__ import annotations

from random import Random

import pytest

from tests.solver.search.puzzles import crowd, first_fitted
from warpack.solver.search.core.attempt import Attempt
from warpack.solver.search.core.puzzle import Solution
from warpack.solver.search.core.stop import Stop, Stopped
from warpack.solver.search.exact.cpsat_stacking import StackingSearch
from warpack.solver.search.lanes.stacking import Stacking
from warpack.solver.search.preprocess.case import Case
from warpack.solver.search.region.interval_search import IntervalSearch
from warpack.solver.search.strategy import Interval

_PATIENT = Stop(float("inf"))


def test_a_step_never_claims_more_than_is_true_and_its_packings_are_legal() -> None:
    puzzle, bound = crowd(45, Random(4))
    first = first_fitted(puzzle, bound)
    heard: list[Interval] = []
    stacking = Stacking(Case(puzzle, bound, seed=0))
    after = stacking.step(Interval(first, bound - 5), bound - 1, 0.1, _PATIENT, heard.append)
    assert after.bound in (bound - 5, bound)  # nothing is below the largest sum of sizes in one phase
    assert bound <= after.best.top <= first.top
    assert all(puzzle.allows(one.best.offsets) for one in (*heard, after))


def test_a_step_that_is_cancelled_raises() -> None:
    puzzle, bound = crowd(45, Random(4))
    first = first_fitted(puzzle, bound)
    stacking = Stacking(Case(puzzle, bound, seed=0))
    with pytest.raises(Stopped):
        stacking.step(Interval(first, bound), bound, 1.0, Stop(float("inf"), lambda: True), lambda _better: None)


def test_a_descent_that_is_cut_short_keeps_the_best_squeezed_packing(monkeypatch: pytest.MonkeyPatch) -> None:
    puzzle, bound = crowd(90, Random(1))
    first = first_fitted(puzzle, bound)
    reported: list[int] = []

    def report(found: Solution, _bound: int) -> None:
        reported.append(found.top)

    monkeypatch.setattr(StackingSearch, "search", lambda *_arguments, **_options: Attempt("unknown"))
    stop = Stop(float("inf"), lambda: len(reported) >= 3)
    descent = IntervalSearch(puzzle, seed=0, stop=stop, report=report).run(first, bound)
    assert descent.best.top == min(reported) < first.top
    assert puzzle.allows(descent.best.offsets)
    assert descent.bound == bound
