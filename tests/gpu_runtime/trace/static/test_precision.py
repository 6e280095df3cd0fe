"""What is plainly apart is proved apart, and what is not is not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gpu_runtime.trace.static import not_written, plain
from tests.gpu_runtime.trace.static.finding import found_in, line_of, names, site

BLOCK = (plain.T, 1, 1)


def name_of(kernel: Any) -> str:
    return kernel.py_func.__name__ if hasattr(kernel, "py_func") else "apart"


@pytest.mark.parametrize(
    ("kernel", "apart"),
    [
        (plain.one_after_the_other, {("a", "c"), ("b", "c")}),
        (plain.parts, {("a", "b")}),
        (plain.rows, {("row", "table")}),
        (plain.constant_branch, {("a", "b")}),
    ],
    ids=name_of,
)
def test_a_loop_that_writes_all_of_an_array_ends_what_was_in_it(kernel: Any, apart: set[tuple[str, ...]]) -> None:
    assert names(found_in(kernel).proved_apart) == apart


@pytest.mark.parametrize("kernel", [plain.by_all_threads, plain.by_strides, plain.behind_guards], ids=name_of)
def test_threads_that_together_write_all_of_an_array_end_what_was_in_it(kernel: Any) -> None:
    found = found_in(kernel, BLOCK)
    assert names(found.proved_apart) == {("a", "b")}
    assert not found.read_before_written


def test_threads_that_are_fewer_than_the_step_of_their_loop_do_not_write_all_of_it() -> None:
    assert not found_in(plain.by_strides, (16, 1, 1)).proved_apart


def test_elements_that_nobody_writes_are_read_before_they_are_written() -> None:
    assert {one.name for one in found_in(plain.by_all_threads, (16, 1, 1)).read_before_written} == {"a", "b"}


def test_where_some_threads_have_left_their_elements_are_not_overwritten() -> None:
    found = found_in(plain.some_threads_leave, BLOCK)
    assert names(found.together) == {("a", "b")}


@pytest.mark.parametrize("kernel", [plain.no_barrier, plain.a_barrier_that_may_be_left_out], ids=name_of)
def test_without_a_barrier_on_some_way_two_arrays_of_a_block_are_unordered(kernel: Any) -> None:
    found = found_in(kernel, BLOCK)
    assert not found.together
    assert names(found.unordered) == {("a", "b")}
    assert not found.proved_apart


def test_the_places_without_a_barrier_between_are_named() -> None:
    (places,) = found_in(plain.no_barrier, BLOCK).unordered.values()
    lines = [path[-1].line for path in places]
    assert lines == [line_of(plain.no_barrier, "the other thread's"), line_of(plain.no_barrier, "while others")]


def test_one_thread_alone_needs_no_barrier() -> None:
    assert names(found_in(plain.no_barrier, (1, 1, 1)).proved_apart) == {("a", "b")}


def test_rows_of_which_each_thread_has_its_own_need_no_barrier() -> None:
    found = found_in(plain.own_rows, BLOCK)
    assert {one.name for one in found.private} == {"a", "b"}
    assert names(found.apart_as_runs) == {("a", "b")}
    assert not found.proved_apart  # in the block's memory one thread's row of `a` may be another's of `b`


def test_rows_that_threads_along_another_axis_share_are_not_their_own() -> None:
    assert not found_in(plain.own_rows, (plain.T, 2, 1)).private


def test_two_arms_that_threads_run_at_the_same_time_are_not_apart() -> None:
    assert not found_in(plain.two_sides, BLOCK).proved_apart


def test_two_arms_that_threads_run_at_the_same_time_do_not_meet_where_elements_are_their_own() -> None:
    assert names(found_in(plain.own_sides, BLOCK).apart_as_runs) == {("a", "b")}


def test_an_atomic_reads_and_writes() -> None:
    found = found_in(plain.atomics, BLOCK)
    assert names(found.proved_apart) == {("after", "bins")}
    assert not found.read_before_written & {site(found, "bins")}


def test_trips_that_are_fixed_when_the_kernel_is_compiled_are_known() -> None:
    found = found_in(plain.one_after_the_other)
    trips = {path[-1].line: count for path, count in found.fixed_trips.items()}
    assert trips[line_of(plain.one_after_the_other, "range(1, N)")] == plain.N - 1
    assert line_of(plain.one_after_the_other, "each step") not in trips


def test_slices_of_dynamic_shared_memory_are_told_apart() -> None:
    found = found_in(plain.carved, BLOCK, dynamic_bytes=4 * 3 * plain.T)
    memory = {pair for pair in names(found.together) if "memory" in pair}
    assert names(found.together) - memory == {("first", "table"), ("second", "table")}
    assert names(found.proved_apart) == {("first", "second")}
    assert site(found, "first").shape == (plain.T,)


def test_slices_of_memory_of_which_the_size_is_not_known_are_taken_as_together() -> None:
    assert ("first", "second") in names(found_in(plain.carved, BLOCK).together)


@pytest.mark.parametrize("kernel", not_written.ALONE, ids=name_of)
def test_what_some_way_does_not_write_anew_is_still_needed(kernel: Any) -> None:
    assert names(found_in(kernel).together) == {("a", "b")}


@pytest.mark.parametrize("kernel", not_written.OF_A_BLOCK, ids=name_of)
def test_what_some_thread_does_not_write_anew_is_still_needed(kernel: Any) -> None:
    assert names(found_in(kernel, BLOCK).together) == {("a", "b")}


def test_a_call_that_all_threads_make_writes_for_all_of_them() -> None:
    found = found_in(plain.by_a_call, BLOCK)
    assert names(found.proved_apart) == {("a", "b")}


def test_elements_that_each_thread_has_for_itself_may_lie_over_those_of_another() -> None:
    found = found_in(not_written.elements_of_other_threads, BLOCK)
    assert not found.proved_apart
    assert names(found.apart_as_runs) == {("a", "b")}
