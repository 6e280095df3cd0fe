from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from warpack.gpu_runtime.trace.positions import ArraySite, Path, Position
from warpack.gpu_runtime.trace.static import Lifetimes, LoopFound
from warpack.gpu_runtime.trace.verdicts import Recorded, Verdict, judge, kept_apart, only_observed


def at(line: int) -> Path:
    return (Position("kernel.py", line, 4),)


def array(name: str, line: int) -> ArraySite:
    return ArraySite(at(line), name, "shared", "float32", (8,))


A, B = array("a", 1), array("b", 2)
PAIR = frozenset((A, B))
APART = Lifetimes(
    arrays=(A, B),
    together={},
    unordered={},
    private=frozenset(),
    read_before_written=frozenset(),
    accesses={at(10): frozenset({A}), at(11): frozenset({B})},
    live={},
    loops=(LoopFound(at(9), None, PAIR),),
    unfollowed={},
)
TOGETHER = replace(APART, together={PAIR: at(11)})
UNORDERED = replace(APART, unordered={PAIR: (at(10), at(11))})
SEEN = Recorded(arrays=(A, B), together=frozenset(), ran=frozenset(APART.accesses), trips={at(9): 2})


def verdict(seen: Recorded, static: Lifetimes) -> tuple[Verdict, str]:
    (one,) = judge(seen, static)
    return one.verdict, one.because


@pytest.mark.parametrize("static", [APART, TOGETHER, UNORDERED])
def test_what_a_run_needed_together_is_together_whatever_else_is_said(static: Lifetimes) -> None:
    assert verdict(replace(SEEN, together=frozenset({PAIR})), static) == (Verdict.TOGETHER, "")


def test_what_no_way_needs_together_is_proved_though_not_all_of_it_ran() -> None:
    assert verdict(replace(SEEN, ran=frozenset(), trips={}), APART) == (Verdict.PROVED, "")


def test_what_some_way_may_need_together_is_an_observation() -> None:
    assert verdict(SEEN, TOGETHER) == (Verdict.OBSERVED, "both may be needed at line 11")


def test_a_line_that_never_ran_is_named_before_a_loop_of_one_trip() -> None:
    thin = replace(SEEN, trips={at(9): 1})
    assert verdict(thin, TOGETHER)[1] == "the loop of line 9 made one trip; it uses a"
    assert verdict(replace(thin, ran=frozenset({at(10)})), TOGETHER)[1] == "line 11 never ran; it uses b"


def test_a_loop_of_which_the_source_fixes_the_one_trip_hides_nothing() -> None:
    static = replace(TOGETHER, loops=(LoopFound(at(9), 1, PAIR),))
    assert verdict(replace(SEEN, trips={at(9): 1}), static)[0] is Verdict.OBSERVED


def test_a_missing_barrier_keeps_arrays_of_the_block_apart() -> None:
    assert verdict(SEEN, UNORDERED) == (Verdict.NOT_COVERED, "no barrier on some way from line 10 to line 11")


def test_a_missing_barrier_is_an_observation_where_each_thread_was_seen_to_use_its_own_elements() -> None:
    assert verdict(replace(SEEN, run_scoped=PAIR), UNORDERED)[0] is Verdict.OBSERVED
    assert verdict(replace(SEEN, run_scoped=frozenset({A})), UNORDERED)[0] is Verdict.NOT_COVERED


def test_arrays_of_runs_are_proved_apart_only_as_such() -> None:
    static = replace(UNORDERED, apart_as_runs=frozenset({PAIR}))
    assert verdict(replace(SEEN, run_scoped=PAIR), static)[0] is Verdict.PROVED
    assert verdict(SEEN, static)[0] is Verdict.NOT_COVERED


def test_an_array_that_the_source_does_not_show_is_an_observation() -> None:
    unknown = array("c", 3)
    found = judge(replace(SEEN, arrays=(A, unknown)), APART)
    assert [(one.verdict, one.because) for one in found] == [(Verdict.OBSERVED, "the static analysis does not know c")]


def test_the_way_of_calls_to_a_place_is_told() -> None:
    called = (Position("kernel.py", 30, 0), *at(11))
    static = replace(TOGETHER, together={PAIR: called})
    assert verdict(SEEN, static)[1] == "both may be needed at line 11, called in line 30"


def test_observations_may_share_unless_only_proofs_count() -> None:
    assert kept_apart(judge(SEEN, APART), proved_only=True) == frozenset()
    observed = judge(SEEN, TOGETHER)
    assert kept_apart(observed) == frozenset()
    assert kept_apart(observed, proved_only=True) == {PAIR}
    assert [one.pair for one in only_observed(observed)] == [PAIR]
    assert kept_apart(judge(SEEN, UNORDERED)) == {PAIR}


def test_every_pair_of_a_recording_has_one_verdict() -> None:
    arrays = tuple(array(name, line) for line, name in enumerate("abcd", 1))
    found = judge(replace(SEEN, arrays=arrays), APART)
    assert [one.pair for one in found] == [frozenset(pair) for pair in combinations(arrays, 2)]
