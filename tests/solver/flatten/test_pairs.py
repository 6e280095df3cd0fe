from __future__ import annotations

from typing import Any

import pytest

from tests.solver.flatten.documents import before, flat, live, said
from warpack.solver.flatten.pairs import conflict, forbidden_differences
from warpack.solver.flatten.problem import FlatManifest

WHOLE = ((-15, 15),)
CURED = ((-15, -1), (1, 15))


def differences(problems: FlatManifest, region: str = "run") -> tuple[tuple[int, int], ...]:
    problem = problems.run if region == "run" else problems.block
    found = forbidden_differences(problem, 0, 1)
    assert forbidden_differences(problem, 1, 0) == tuple(sorted((-high, -low) for low, high in found))
    assert conflict(problem, 0, 1) == bool(found) or problem.in_place
    return found


def test_lives_that_touch_do_not_conflict_and_lives_that_meet_do() -> None:
    assert differences(flat(live("a", (0, 2)), live("b", (2, 4)))) == ()
    assert differences(flat(live("a", (0, 3)), live("b", (2, 4)))) == WHOLE


def test_sizes_decide_how_far_apart_is_far_enough() -> None:
    assert differences(flat(live("a", (0, 3), size=2), live("b", (2, 4), dtype="float64"))) == ((-31, 7),)


def test_persistent_storage_meets_all_that_is_used_and_nothing_that_is_not() -> None:
    assert differences(flat({"name": "a", "persistent": True}, live("b", (2, 3)))) == WHOLE
    assert differences(flat({"name": "a", "persistent": True}, live("b"))) == ()


def test_buffers_kept_apart_conflict_even_if_one_is_never_used() -> None:
    assert differences(flat(live("a", (0, 1)), live("b"), apart=[["b", "a"]])) == WHOLE


def test_only_parts_that_are_live_together_forbid() -> None:
    parts = [{"offset": 0, "size": 4, "lifetime": [[0, 2]]}, {"offset": 4, "size": 4, "lifetime": [[2, 4]]}]
    rows = {"name": "a", "size": 8, "parts": parts}
    assert differences(flat(rows, live("b", (3, 5)))) == ((1, 31),)
    assert differences(flat(rows, live("b", (1, 3)))) == ((-15, 31),)
    both = [{"offset": 0, "size": 4, "lifetime": [[2, 4]]}, {"offset": 4, "size": 4, "lifetime": [[0, 2]]}]
    assert differences(flat(rows, {"name": "b", "size": 8, "parts": both})) == ((-31, -1), (1, 31))


@pytest.mark.parametrize(
    ("first", "second", "permitted"),
    [
        ({}, {}, True),
        ({"lifetime": [[0, 4]]}, {}, True),
        ({}, {"lifetime": [[0, 4]]}, True),
        ({"persistent": True}, {}, False),
        ({}, {"persistent": True}, False),
        ({"lifetime": [[0, 2]]}, {"lifetime": [[2, 4]]}, True),
    ],
)
def test_an_alias_takes_the_conflict_away_where_a_side_gives_no_lifetime(
    first: dict[str, Any], second: dict[str, Any], permitted: bool
) -> None:
    found = differences(flat({"name": "a"} | first, {"name": "b", "aliases": "a"} | second))
    assert found == (() if permitted else WHOLE)


def test_an_alias_is_not_transitive() -> None:
    problem = flat({"name": "a"}, {"name": "b", "aliases": "a"}, {"name": "c", "aliases": ["a"]}).run
    assert problem.alias_permits == {(0, 1), (0, 2)}
    assert forbidden_differences(problem, 1, 2) == WHOLE


def test_aliases_that_are_lost_are_named() -> None:
    persistent = flat({"name": "a", "persistent": True}, {"name": "b", "aliases": "a"})
    across = flat({"name": "a", "location": "local"}, {"name": "b", "aliases": "a"})
    for problems in (persistent, across):
        assert said(problems, "alias_lost") == [("b", "a")]
    assert not said(flat({"name": "a"}, {"name": "b", "aliases": "a"}), "alias_lost")


def pair(phase: int, read: str = "a", write: str = "b") -> dict[str, Any]:
    return {"phase": phase, "read": read, "write": write}


def test_an_in_place_pair_may_lie_exactly_on_one_another() -> None:
    problems = flat(live("a", (0, 3)), live("b", (2, 4)), in_place=[pair(2)])
    assert differences(problems) == CURED
    assert not said(problems, "in_place_no_effect")


def test_both_directions_listed_count_together() -> None:
    problems = flat(live("a", (0, 2), (3, 5)), live("b", (1, 4)), in_place=[pair(1), pair(3, "b", "a")])
    assert differences(problems) == CURED


@pytest.mark.parametrize("phases", [[2], [3], [2, 3]])
def test_two_phases_in_which_both_are_live_hand_nothing_on(phases: list[int]) -> None:
    """The read ends in the last of them, and the write begins in the first."""
    problems = flat(live("a", (0, 4)), live("b", (2, 5)), in_place=[pair(phase) for phase in phases])
    assert differences(problems) == WHOLE
    assert set(said(problems, "in_place_no_effect")) == {("a", "b")}


def test_a_listed_phase_in_which_one_is_dead_is_warned_of() -> None:
    assert said(flat(live("a", (0, 2)), live("b", (3, 4)), in_place=[pair(1)]), "in_place_no_effect") == [("a", "b")]


def test_a_row_of_a_store_may_be_taken_at_its_own_place_only() -> None:
    rows = [
        {"name": "r0", "offset": 0, "size": 4, "lifetime": [[0, 6]]},
        {"name": "r1", "offset": 4, "size": 4, "lifetime": [[0, 3]]},
    ]
    store = {"name": "a", "size": 8, "parts": rows}
    assert differences(flat(store, live("b", (2, 4)), in_place=[pair(2, "a#r1")])) == ((-15, 15), (17, 31))
    assert differences(flat(store, live("b", (1, 3)), in_place=[pair(1, "b", "a#r1"), pair(2, "b", "a#r1")])) == (
        (-15, 31),
    )
    later = {"name": "a", "size": 8, "parts": [rows[0], rows[1] | {"lifetime": [[2, 6]]}]}
    assert differences(flat(later, live("b", (1, 3)), in_place=[pair(2, "b", "a#r1")])) == ((-15, 15), (17, 31))


def test_whole_stores_lie_on_one_another_row_by_row() -> None:
    rows = [{"offset": 0, "size": 4, "lifetime": [[0, 3]]}, {"offset": 4, "size": 4, "lifetime": [[0, 3]]}]
    store = {"name": "a", "size": 8, "parts": rows}
    assert differences(flat(store, live("b", (2, 4), size=8), in_place=[pair(2)])) == ((-31, -1), (1, 31))


def test_where_threads_share_in_place_needs_a_barrier_directly_before_the_phase() -> None:
    buffers = live("a", (0, 3), scope="block"), live("b", (2, 4), scope="block")
    assert differences(flat(*buffers, in_place=[pair(2)], barriers=before(2)), "block") == CURED
    without = flat(*buffers, in_place=[pair(2)], barriers=before(1))
    assert differences(without, "block") == WHOLE
    assert said(without, "in_place_no_effect") == [("a", "b")]


def test_an_in_place_pair_that_only_alias_permission_decides_is_no_cause_for_a_warning() -> None:
    problems = flat({"name": "a"}, live("b", (2, 4), aliases="a"), in_place=[pair(2)])
    assert differences(problems) == ()
    assert not said(problems, "in_place_no_effect")


def test_local_and_persistent_buffers_have_no_in_place_pairs() -> None:
    for far in ({"location": "local"}, {"persistent": True}):
        assert said(flat({"name": "a"} | far, live("b", (2, 4)), in_place=[pair(2)]), "in_place_no_effect") == [
            ("a", "b")
        ]


def test_a_missing_barrier_that_prevents_sharing_is_warned_of() -> None:
    buffers = live("a", (0, 2), scope="block"), live("b", (4, 6), scope="block")
    without = flat(*buffers)
    assert differences(without, "block") == WHOLE
    assert said(without, "no_barrier_no_sharing") == [("a", "b")]
    assert not said(flat(*buffers, barriers=before(3)), "no_barrier_no_sharing")
    assert said(flat(*buffers, barriers=before(3, scope="run")), "no_barrier_no_sharing") == [("a", "b")]


def test_threads_of_a_run_need_barriers_too() -> None:
    buffers = live("a", (0, 2)), live("b", (4, 6))
    assert said(flat(*buffers, launch={"threads_per_run": 2}), "no_barrier_no_sharing") == [("a", "b")]
    assert not said(flat(*buffers), "no_barrier_no_sharing")


@pytest.mark.parametrize(
    ("read", "write", "cured"),
    [
        ([(0, 3)], [(2, 4)], True),
        ([(0, 4)], [(2, 3)], False),  # the read is needed in phase 3, after the write has died
        ([(0, 3), (3, 4)], [(2, 3)], True),  # it is written anew in phase 3
        ([(2, 3)], [(1, 4)], False),  # the write comes in with contents, and the read is filled over them
        ([(2, 3)], [(1, 2), (2, 4)], False),  # the read begins in the phase in which it is given away
        ([(0, 3)], [(2, 4), (5, 6)], True),
        ([(0, 4)], [(2, 4)], False),  # phase 3 is not listed
    ],
)
def test_an_in_place_pair_must_not_destroy_what_is_needed_again(
    read: list[tuple[int, int]], write: list[tuple[int, int]], cured: bool
) -> None:
    found = differences(flat(live("r", *read), live("w", *write), in_place=[pair(2, "r", "w")]))
    assert found == (CURED if cured else WHOLE)


def test_a_read_that_comes_round_the_loop_again_is_not_given_away() -> None:
    timeline = {"length": 4, "loops": [[0, 4]]}
    found = differences(flat(live("r", (0, 4)), live("w", (2, 3)), timeline=timeline, in_place=[pair(2, "r", "w")]))
    assert found == WHOLE
