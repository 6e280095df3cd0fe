from __future__ import annotations

from tests.solver.flatten.documents import before, flat, live, piece, said


def occupied(
    *intervals: tuple[int, int], barriers: object = (), loops: object = (), length: int = 8, scope: str = "block"
) -> object:
    problem = flat(live("a", *intervals, scope=scope), barriers=barriers, loops=loops, length=length).block
    return piece(problem, "a").occupied.spans


def test_a_wrapped_interval_is_live_at_both_ends_of_its_loop() -> None:
    assert piece(flat(live("a", (5, 3)), loops=[[1, 7]]).run, "a").live.spans == ((1, 3), (5, 7))


def test_a_wrapped_interval_takes_the_innermost_loop_that_holds_both_ends() -> None:
    loops = [[0, 8], [2, 6]]
    assert piece(flat(live("a", (5, 3), reentry="dropped"), loops=loops).run, "a").live.spans == ((2, 3), (5, 6))
    assert piece(flat(live("a", (5, 2), reentry="dropped"), loops=loops).run, "a").live.spans == ((0, 2), (5, 8))


def test_a_private_buffer_is_occupied_while_it_is_live_and_no_longer() -> None:
    one = piece(flat(live("a", (1, 3)), loops=[[0, 8]]).run, "a")
    assert one.occupied == one.live


def test_a_persistent_buffer_is_live_in_every_phase_and_an_unused_one_in_none() -> None:
    problem = flat({"name": "a", "persistent": True}, live("b")).run
    assert piece(problem, "a").live.spans == ((0, 8),)
    assert not piece(problem, "b").live
    assert not piece(problem, "b").occupied


def test_shared_bytes_stay_occupied_up_to_the_next_barrier() -> None:
    assert occupied((1, 3), barriers=before(2, 5, 7)) == ((1, 5),)


def test_without_a_barrier_shared_bytes_stay_occupied_to_the_end() -> None:
    assert occupied((1, 3)) == ((1, 8),)


def test_a_barrier_where_the_life_ends_frees_at_once() -> None:
    assert occupied((1, 3), barriers=before(3)) == ((1, 3),)


def test_occupancy_runs_past_the_loops_end_and_round_it() -> None:
    assert occupied((4, 5), loops=[[2, 6]], barriers=before(3, 7)) == ((2, 3), (4, 7))


def test_a_back_edge_is_stopped_by_a_barrier_at_the_loops_head() -> None:
    assert occupied((4, 5), loops=[[2, 6]], barriers=before(2)) == ((4, 8),)


def test_life_in_a_loops_last_phase_that_is_not_carried_ends_on_the_back_edge_too() -> None:
    assert occupied((4, 7), loops=[[2, 6]], barriers=before(3)) == ((2, 3), (4, 8))


def test_nested_loops_are_gone_round_each() -> None:
    assert occupied((5, 6), loops=[[1, 7], [4, 6]], barriers=before(3, 7)) == ((1, 3), (4, 7))


def test_a_barrier_of_the_runs_scope_frees_buffers_of_runs_only() -> None:
    barriers = before(4, scope="run")
    problems = flat(
        live("a", (1, 3)), live("b", (1, 3), scope="block"), barriers=barriers, launch={"threads_per_run": 2}
    )
    assert piece(problems.run, "a").occupied.spans == ((1, 4),)
    assert piece(problems.block, "b").occupied.spans == ((1, 8),)


def test_buffers_without_bytes_local_ones_and_auto_ones_off_chip_are_left_out() -> None:
    buffers = [
        {"name": "none", "size": 0},
        {"name": "far", "location": "local"},
        {"name": "either", "location": "auto"},
        {"name": "near"},
    ]
    assert [item.name for item in flat(*buffers).run.items] == ["near"]
    assert [item.name for item in flat(*buffers, on_chip=frozenset({"either"})).run.items] == ["either", "near"]


def test_parts_are_pieces_at_their_place_and_empty_ones_are_left_out() -> None:
    parts = [
        {"offset": 4, "size": 0},
        {"name": "tail", "offset": 4, "size": 4, "lifetime": [[0, 2]]},
        {"name": "head", "offset": 0, "size": 4, "lifetime": []},
    ]
    problem = flat({"name": "a", "size": 8, "dtype": "float64", "parts": parts}).run
    assert [(one.name, one.offset_bytes, one.size_bytes) for one in problem.items[0].pieces] == [
        ("a#tail", 32, 32),
        ("a#head", 0, 32),
    ]


def test_contents_that_a_loop_leaves_and_comes_back_to_are_kept_and_warned_of() -> None:
    loops = [[2, 6]]
    kept = flat(live("a", (1, 4)), loops=loops)
    assert said(kept, "carried") == [("a",)]
    assert piece(kept.run, "a").live.spans == ((1, 6),)
    assert piece(kept.run, "a").accesses.spans == ((1, 4),)
    dropped = flat(live("a", (1, 4), reentry="dropped"), loops=loops)
    assert not said(dropped, "carried")
    assert piece(dropped.run, "a").live.spans == ((1, 4),)
    for plain in ([(1, 6)], [(1, 2), (2, 4)]):
        assert not said(flat(live("a", *plain), loops=loops), "carried")


def test_a_way_from_the_start_that_finds_nothing_written_is_warned_of_but_not_one_that_skips_a_loop() -> None:
    branch = {"length": 4, "branches": [{"arms": [[0, 1], [1, 2]]}]}
    assert said(flat(live("a", (0, 3)), timeline=branch), "read_before_written") == [("a",)]
    assert not said(flat(live("a", (0, 3), (1, 3)), timeline=branch), "read_before_written")
    assert not said(flat(live("a", (0, 3)), length=4, loops=[[0, 2]]), "read_before_written")
    wrapped = {"length": 4, "loops": [[0, 4]]}
    assert said(flat(live("a", (3, 1)), timeline=wrapped), "read_before_written") == [("a",)]


def test_items_of_a_contiguous_component_and_of_those_below_form_a_window() -> None:
    components = [{"path": "a", "window": "contiguous"}, {"path": "a/b"}, {"path": "ab"}]
    buffers = [{"name": "x", "component": path} for path in ("ab", "a", "a/b", "")]
    windows = flat(*buffers, components=components).run.windows
    assert [(window.path, window.items) for window in windows] == [("a", (1, 2))]
