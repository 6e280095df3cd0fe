from __future__ import annotations

from typing import Any

import pytest

from tests.gpu_runtime.trace.static import tricky
from tests.gpu_runtime.trace.static.finding import found_in, line_of, names, site
from warpack.gpu_runtime.trace.static import Lifetimes, NotAnalysedError
from warpack.gpu_runtime.trace.verdicts import PairVerdict, Recorded, Verdict, judge


@pytest.mark.parametrize(
    "kernel",
    [tricky.rare_branch, tricky.one_trip, tricky.indirect, tricky.swapped, tricky.early_return, tricky.recursive],
    ids=lambda kernel: kernel.py_func.__name__,
)
def test_no_pair_is_falsely_proved_apart(kernel: Any) -> None:
    assert names(found_in(kernel).together) == {("a", "b")}


def recorded(found: Lifetimes, *, without_line: int = 0, trips: int = 2) -> Recorded:
    """A recording that saw all arrays apart, and everything run but one line."""
    return Recorded(
        arrays=found.arrays,
        together=frozenset(),
        ran=frozenset(path for path in found.accesses if path[-1].line != without_line),
        trips={loop.path: trips for loop in found.loops},
    )


def verdict(found: Lifetimes, seen: Recorded) -> PairVerdict:
    (one,) = judge(seen, found)
    return one


def test_a_branch_that_never_ran_is_the_cause_by_its_line() -> None:
    found = found_in(tricky.rare_branch)
    line = line_of(tricky.rare_branch, "# rare")
    said = verdict(found, recorded(found, without_line=line))
    assert said.verdict is Verdict.NOT_COVERED
    assert said.because == f"line {line} never ran; it uses a"
    assert said.where is not None
    assert said.where[-1].line == line


def test_what_comes_after_an_early_return_is_the_cause_by_its_line() -> None:
    found = found_in(tricky.early_return)
    line = line_of(tricky.early_return, "# after the return")
    assert verdict(found, recorded(found, without_line=line)).because.startswith(f"line {line} never ran")


def test_a_loop_of_one_trip_is_the_cause_by_its_line() -> None:
    found = found_in(tricky.one_trip)
    line = line_of(tricky.one_trip, "# one trip")
    said = verdict(found, recorded(found, trips=1))
    assert said.verdict is Verdict.NOT_COVERED
    assert said.because.startswith(f"the loop of line {line} made one trip")


@pytest.mark.parametrize("kernel", [tricky.indirect, tricky.swapped], ids=lambda kernel: kernel.py_func.__name__)
def test_what_depends_on_data_is_an_observation_at_most(kernel: Any) -> None:
    found = found_in(kernel)
    said = verdict(found, recorded(found))
    assert said.verdict is Verdict.OBSERVED
    assert said.because.startswith("both may be needed at line ")


def test_a_value_that_only_a_break_leads_to_is_carried_round_the_loop() -> None:
    found = found_in(tricky.while_with_break)
    assert names(found.together) == {("a", "b")}
    line = line_of(tricky.while_with_break, "# only now")
    assert verdict(found, recorded(found, without_line=line)).verdict is Verdict.NOT_COVERED


def test_a_device_function_called_twice_makes_two_arrays_and_each_is_found() -> None:
    found = found_in(tricky.called_twice)
    made = [(site.name, [place.line for place in site.path]) for site in found.arrays]
    assert len({site.path for site in found.arrays}) == 5
    assert sorted(name for name, _ in made) == ["a", "kept", "kept", "rest", "rest"]
    first, second = line_of(tricky.called_twice, "left ="), line_of(tricky.called_twice, "right =")
    meets = {tuple(sorted((one.name, one.path[0].line) for one in pair)) for pair in found.together}
    a = ("a", site(found, "a").path[0].line)
    assert meets == {
        (a, ("kept", first)),
        (a, ("rest", first)),
        (("kept", first), ("rest", first)),
        (("kept", second), ("rest", second)),
    }


@pytest.mark.parametrize(
    "kernel", [tricky.recursive, tricky.unknown_call, tricky.inner_function], ids=lambda kernel: kernel.py_func.__name__
)
def test_a_call_that_cannot_be_followed_says_its_line_and_takes_the_array_as_used(kernel: Any) -> None:
    found = found_in(kernel)
    line = line_of(kernel, "# not followed")
    assert names(found.together) == {("a", "b")}
    assert [path[-1].line for path in found.unfollowed] == [line]
    assert f"line {line}: arrays go to" in next(iter(found.unfollowed.values()))


def test_a_function_that_calls_itself_with_constants_is_followed_to_its_end() -> None:
    found = found_in(tricky.counts_down)
    assert not found.unfollowed
    assert names(found.proved_apart) == {("a", "b")}


def test_what_is_no_kernel_is_refused() -> None:
    with pytest.raises(NotAnalysedError, match="is no kernel"):
        found_in(3)
