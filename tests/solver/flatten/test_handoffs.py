from __future__ import annotations

from typing import Any

from tests.solver.flatten.documents import before, flat, live
from warpack.solver.flatten.handoffs import list_handoffs


def handed(
    *buffers: dict[str, Any], offsets: tuple[int, ...] = (0, 0), **fields: Any
) -> list[tuple[str, str, int, int]]:
    problems = flat(*({"scope": "block"} | buffer for buffer in buffers), **fields)
    found = list_handoffs(problems, problems.block, offsets)
    return [(one.source, one.destination, one.phase, one.barrier) for one in found]


def test_bytes_that_change_hands_name_the_first_barrier_between() -> None:
    assert handed(live("a", (0, 2)), live("b", (5, 6)), barriers=before(1, 3, 4)) == [("a", "b", 5, 3)]


def test_round_a_loop_bytes_go_back() -> None:
    found = handed(live("a", (2, 3)), live("b", (4, 5)), loops=[[1, 7]], barriers=before(3, 6))
    assert found == [("b", "a", 2, 6), ("a", "b", 4, 3)]


def test_a_way_that_leads_past_the_own_life_again_is_no_hand_over_of_the_first() -> None:
    assert handed(live("a", (2, 3)), live("b", (6, 7)), loops=[[1, 5]], barriers=before(1, 5)) == [("a", "b", 6, 5)]


def test_the_way_on_and_the_way_round_a_loop_are_listed_each_with_its_barrier() -> None:
    found = handed(live("a", (1, 2), (5, 6)), live("b", (3, 4)), loops=[[0, 5]], barriers=before(0, 3, 5))
    assert found == [("b", "a", 1, 0), ("a", "b", 3, 3), ("b", "a", 5, 5)]


def test_a_third_user_between_does_not_hide_a_hand_over() -> None:
    found = handed(live("a", (0, 1)), live("b", (2, 3)), live("c", (4, 5)), offsets=(0, 0, 0), barriers="every")
    assert found == [("a", "b", 2, 1), ("a", "c", 4, 1), ("b", "c", 4, 3)]


def test_buffers_side_by_side_hand_nothing_over() -> None:
    assert handed(live("a", (0, 2)), live("b", (5, 6)), offsets=(0, 16), barriers=before(3)) == []


def test_the_bytes_in_common_are_told() -> None:
    buffers = live("a", (0, 2), scope="block", size=8), live("b", (5, 6), scope="block")
    problems = flat(*buffers, barriers=before(3))
    (only,) = list_handoffs(problems, problems.block, (0, 24))
    assert (only.region, only.start_bytes, only.end_bytes, only.phase_name, only.barrier_name) == (
        "block",
        24,
        32,
        "5",
        "3",
    )


def test_in_place_hand_overs_are_not_listed() -> None:
    pair = {"phase": 2, "read": "a", "write": "b"}
    assert handed(live("a", (0, 3)), live("b", (2, 4)), barriers=before(2), in_place=[pair]) == []


def test_aliased_pairs_are_not_listed() -> None:
    assert handed({"name": "a"}, live("b", (2, 4), aliases="a"), barriers="every") == []


def test_private_buffers_need_no_hand_over() -> None:
    problems = flat(live("a", (0, 2)), live("b", (5, 6)))
    assert list_handoffs(problems, problems.run, (0, 0)) == ()
