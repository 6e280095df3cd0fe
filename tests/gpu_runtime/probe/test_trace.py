"""The steps of a probe: loops gone round twice, quiet phases merged."""

from __future__ import annotations

import pytest

from gpu_runtime.probe.trace import ProbeTooLargeError, Step, trace


def walked(length: int, loops: list[tuple[int, int]], marks: list[int]) -> list[tuple[int, int | None]]:
    return [(step.phase, step.previous) for step in trace(length, loops, marks)]


def test_phases_in_which_nothing_happens_are_merged() -> None:
    assert walked(10, [], [3, 7]) == [(0, None), (3, 2), (7, 6)]


def test_a_loop_is_gone_round_twice_and_the_second_trip_comes_from_its_last_phase() -> None:
    assert walked(5, [(1, 4)], [2]) == [(0, None), (1, 0), (2, 1), (1, 3), (2, 1)]


def test_a_loop_that_is_the_whole_kernel_starts_from_nowhere_first() -> None:
    assert walked(3, [(0, 3)], []) == [(0, None), (0, 2)]


def test_an_inner_loop_is_entered_from_the_outer_ones_back_edge() -> None:
    assert walked(4, [(0, 4), (0, 2)], []) == [(0, None), (0, 1), (0, 3), (0, 1)]


def test_two_loops_in_a_row_are_both_walked() -> None:
    assert walked(6, [(3, 5), (1, 2)], [4]) == [(0, None), (1, 0), (1, 1), (3, 2), (4, 3), (3, 4), (4, 3)]


def test_no_phase_is_entered_more_often_than_loops_around_it_ask_for() -> None:
    steps = trace(8, [(0, 8), (2, 6), (3, 5)], range(8))
    assert [steps.count(Step(phase, phase - 1)) for phase in (1, 4, 6)] == [2, 8, 2]
    assert [sum(step.phase == phase for step in steps) for phase in range(8)] == [2, 2, 4, 8, 8, 4, 2, 2]


def test_a_tower_of_nested_loops_is_refused_with_the_limit_named() -> None:
    with pytest.raises(ProbeTooLargeError, match="200000 steps"):
        trace(40, [(start, 40) for start in range(20)], [])
