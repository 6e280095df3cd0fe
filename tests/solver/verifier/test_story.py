"""The story of every buffer: live and occupied phases, writes, conflicts and what cures them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.solver.verifier.examples import PRIVATE, TWO_THREADS, buffer, meets, piece, story_of
from warpack.solver.verifier.story import Segment, Why, derive
from warpack.solver.wire.manifest import (
    Accesses,
    Barrier,
    Branch,
    Buffer,
    Component,
    Launch,
    Loop,
    Timeline,
    Track,
)


def test_pieces_are_buffers_or_their_parts_in_the_manifests_order() -> None:
    story = derive(PRIVATE)
    assert [one.name for one in story.pieces] == [
        "loop/state",
        "loop/algorithm/rhs",
        "loop/algorithm/store#row0",
        "loop/algorithm/store#rest",
        "loop/window",
        "mask",
        "scratch",
        "seed",
    ]
    rest = piece(story, "loop/algorithm/store#rest")
    assert (rest.buffer, rest.offset_bytes, rest.size_bytes) == ("loop/algorithm/store", 40, 80)


def test_buffers_of_no_bytes_have_no_piece() -> None:
    assert story_of(buffer("a", 0, (0, 1))).pieces == ()


def test_a_wrapped_interval_is_carried_round_its_innermost_loop() -> None:
    story = story_of(buffer("a", 1, (4, 2)), timeline=Timeline(8, None, (Loop(0, 8), Loop(1, 6))))
    assert piece(story, "a").accesses == ((1, 2), (4, 6))
    # left after 1, 2 and 3 lie before a beginning; left after 5, a way leads round the outer loop to 1, where none
    # begins
    assert piece(story, "a").live == ((0, 2), (4, 8))
    assert piece(story, "a").segments == (Segment(0, 2, False), Segment(4, 8, True))


def test_an_interval_round_the_whole_loop_is_live_in_all_of_it() -> None:
    # in names: ["s1", "s0"], written in s1, last read in s0 of the next trip
    story = story_of(buffer("a", 1, (1, 1)), timeline=Timeline(3, ("s0", "s1", "s2"), (Loop(0, 3),)))
    assert piece(story, "a").segments == (Segment(0, 1, False), Segment(1, 3, True))
    assert piece(story, "a").live == ((0, 3),)


def test_contents_that_enter_a_loop_and_end_in_it_are_found_again_on_the_next_trip() -> None:
    story = story_of(buffer("a", 1, (0, 3)), timeline=Timeline(5, None, (Loop(1, 5),)))
    one = piece(story, "a")
    assert (one.accesses, one.live) == (((0, 3),), ((0, 5),))
    assert one.segments == (Segment(0, 5, True),)
    assert story.why(one, 2) == Why("stated")
    assert story.why(one, 4) == Why("carried", 2, 1)


def test_where_they_are_dropped_nothing_is_carried() -> None:
    story = story_of(buffer("a", 1, (0, 3), reentry="dropped"), timeline=Timeline(5, None, (Loop(1, 5),)))
    assert piece(story, "a").live == ((0, 3),)
    assert story.why(piece(story, "a"), 4) is None


def test_what_two_nested_loops_find_again_is_carried_round_both() -> None:
    story = story_of(buffer("a", 1, (0, 6)), timeline=Timeline(11, None, (Loop(2, 10), Loop(4, 8))))
    assert piece(story, "a").live == ((0, 10),)


def test_a_way_that_was_never_in_the_lifetime_brings_nothing() -> None:
    story = story_of(buffer("a", 1, (0, 3)), timeline=Timeline(5, None, (Loop(0, 2, at_least=0),)))
    assert piece(story, "a").live == ((0, 3),)


def test_what_one_arm_leaves_is_carried_through_the_other() -> None:
    timeline = Timeline(5, None, (), (), (Branch(((1, 2), (2, 3))),))
    story = story_of(buffer("a", 1, (0, 2), (1, 4)), buffer("z", 1, (1, 4)), timeline=timeline)
    assert piece(story, "a").accesses == ((0, 2), (3, 4))
    assert story.why(piece(story, "a"), 2) == Why("carried", 0, 3)
    assert piece(story, "z").live == ((1, 2), (3, 4))


def test_contents_live_all_through_a_loop_are_carried() -> None:
    story = story_of(buffer("a", 1, (0, 5)), buffer("b", 1, (1, 5)), timeline=Timeline(6, None, (Loop(1, 5),)))
    assert piece(story, "a").segments == (Segment(0, 5, True),)
    assert piece(story, "b").segments == (Segment(1, 5, True),)


def accessed(name: str, writes: tuple[int, ...], updates: tuple[int, ...], reads: tuple[int, ...]) -> Buffer:
    return buffer(name, 1, accesses_in=Accesses(writes, updates, reads))


def test_from_single_accesses_contents_are_needed_between_a_write_and_a_read() -> None:
    story = story_of(accessed("a", (1,), (), (4,)), accessed("b", (), (2,), ()), timeline=Timeline(6))
    assert piece(story, "a").accesses == ((1, 2), (4, 5))
    assert piece(story, "a").live == ((1, 5),)
    assert story.why(piece(story, "a"), 3) == Why("between", 1, 4)
    assert piece(story, "b").live == ((2, 3),)


def test_an_update_in_a_loop_needs_what_the_last_trip_left() -> None:
    story = story_of(accessed("a", (), (2,), ()), timeline=Timeline(6, None, (Loop(1, 4),)))
    assert piece(story, "a").live == ((1, 4),)


def test_a_phase_that_writes_first_needs_nothing_of_what_was_there() -> None:
    story = story_of(accessed("a", (0, 3), (), (3,)), timeline=Timeline(5))
    assert piece(story, "a").live == ((0, 1), (3, 4))


def test_before_a_phase_that_overwrites_everything_nothing_is_needed() -> None:
    story = story_of(accessed("a", (0, 2), (), (4,)), timeline=Timeline(5))
    assert piece(story, "a").live == ((0, 1), (2, 5))


def test_zeroes_from_the_programs_start_are_contents_that_may_be_wanted() -> None:
    zeroed = buffer("a", 1, accesses_in=Accesses((), (), (2,)), zero="entry")
    assert piece(story_of(zeroed, timeline=Timeline(4)), "a").live == ((0, 3),)


def test_two_that_are_zeroed_at_the_programs_start_are_apart() -> None:
    buffers = (buffer(name, 1, accesses_in=Accesses((at,), (), ()), zero="entry") for at, name in ((1, "a"), (2, "b")))
    story = story_of(*buffers, timeline=Timeline(3))
    found = story.conflict(*story.pieces)
    assert found is not None
    assert found.reason == "entry"


@pytest.mark.parametrize(("threads", "ordered"), [(64, True), (48, False)])
def test_a_barrier_of_a_track_orders_runs_that_lie_whole_in_it(threads: int, ordered: bool) -> None:
    tracks = (Track("load", 0, 2, threads), Track("work", 2, 3, None))
    timeline = Timeline(3, None, (), (Barrier(1, "track"),), (), (tracks,))
    story = story_of(
        buffer("a", 1, (0, 1)), buffer("b", 1, (1, 2)), timeline=timeline, launch=Launch(threads_per_run=32)
    )
    assert meets(story, "a", "b") is not ordered


@pytest.mark.parametrize(
    ("threads", "whole"),
    [((64, None), True), ((48, None), False), ((None, 32), True), ((None, 16), False), ((32, None, 48), False)],
)
def test_where_runs_lie_whole_in_tracks_is_known_from_either_end(threads: tuple[int | None, ...], whole: bool) -> None:
    tracks = tuple(Track(str(at), at, at + 1, count) for at, count in enumerate(threads))
    timeline = Timeline(len(threads), None, (), (), (), (tracks,))
    buffers = buffer("a", 1, (0, 1)), buffer("b", 1, (1, 2))
    story = story_of(*buffers, timeline=timeline, launch=Launch(threads_per_run=32))
    assert meets(story, "a", "b") is not whole
    assert meets(story_of(*(replace(one, scope="block") for one in buffers), timeline=timeline), "a", "b")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_way_past_a_call_meets_the_barriers_of_all_that_is_called(order: tuple[int, int]) -> None:
    called = (
        Component("k", timeline=Timeline(1, None, (), (Barrier(0),)), called_in=(1,)),
        Component("j", timeline=Timeline(1), called_in=(1,)),
    )
    buffers = (buffer(name, 1, (at, at + 1), scope="block") for at, name in ((0, "a"), (2, "b")))
    inside = buffer("j/c", 1, (0, 1), scope="block")
    story = story_of(*buffers, inside, timeline=Timeline(3), components=tuple(called[number] for number in order))
    assert not meets(story, "a", "b")
    assert meets(story, "a", "j/c")
    assert meets(story, "j/c", "b")


def test_zeroes_from_the_programs_start_are_needed_until_phase_0_has_come() -> None:
    timeline = Timeline(4, None, (Loop(0, 2),), (Barrier(2),))
    story = story_of(buffer("z", 1, (0, 1), zero="entry", scope="block"), timeline=timeline)
    assert piece(story, "z").live == ((0, 1), (2, 4))  # where the loop is skipped
    assert story.why(piece(story, "z"), 3) == Why("entry", None, 0)


def test_touching_intervals_are_two_writes_of_one_life() -> None:
    story = story_of(buffer("a", 1, (0, 2), (2, 3)), timeline=Timeline(4))
    assert piece(story, "a").segments == (Segment(0, 2, True), Segment(2, 3, True))
    assert piece(story, "a").live == ((0, 3),)


def test_contents_are_written_where_control_comes_from_a_phase_without_them() -> None:
    story = story_of(buffer("a", 1, (2, 5)), timeline=Timeline(9, None, (Loop(1, 8), Loop(2, 5))))
    one = piece(story, "a")
    assert one.segments == (Segment(2, 5, True),)
    assert story.writes(one, 1, 2)  # entering the inner loop
    assert story.writes(one, 4, 2)  # round the inner loop: its interval begins again
    assert not story.writes(one, 2, 3)
    assert not story.writes(one, 5, 6)
    assert story.writes(piece(story_of(buffer("p", 1, persistent=True)), "p"), None, 0)


def test_a_persistent_buffer_lives_always_and_one_never_used_never() -> None:
    story = story_of(
        buffer("p", 1, persistent=True), buffer("never", 1, lifetime=()), buffer("a", 1, (1, 2)), timeline=Timeline(3)
    )
    assert piece(story, "p").live == ((0, 3),)
    assert piece(story, "never").live == piece(story, "never").segments == ()
    found = story.conflict(piece(story, "p"), piece(story, "a"))
    assert found is not None
    assert (found.phases, found.reason) == (((1, 2),), "persistent")
    assert not meets(story, "p", "never")


def test_a_private_buffer_is_occupied_only_while_it_is_live() -> None:
    assert all(one.private and one.occupied == one.live for one in derive(PRIVATE).pieces)


def test_a_buffer_of_several_threads_is_occupied_to_the_next_barrier() -> None:
    timeline = Timeline(8, None, (), (Barrier(3, "run"), Barrier(6, "block")))
    story = story_of(
        buffer("r", 1, (0, 1)), buffer("b", 1, (0, 1), scope="block"), launch=TWO_THREADS, timeline=timeline
    )
    assert piece(story, "r").occupied == ((0, 3),)
    assert piece(story, "b").occupied == ((0, 6),)  # a run barrier does not hold the block


def test_without_a_barrier_it_is_occupied_to_the_programs_end() -> None:
    story = story_of(buffer("r", 1, (1, 2)), launch=TWO_THREADS, timeline=Timeline(4))
    assert piece(story, "r").occupied == ((1, 4),)


def test_occupancy_runs_round_a_loop_and_out_of_it() -> None:
    timeline = Timeline(8, None, (Loop(1, 6),), (Barrier(3, "run"),))
    story = story_of(buffer("r", 1, (4, 5)), launch=TWO_THREADS, timeline=timeline)
    assert piece(story, "r").occupied == ((1, 3), (4, 8))


def test_occupancy_leaves_a_loop_in_the_middle_of_a_life_that_goes_on_behind_it() -> None:
    # live [3, 7): on the way back from phase 4 to 2 nothing of it is needed, but other threads may still read
    timeline = Timeline(8, None, (Loop(2, 5),), (Barrier(7, "run"),))
    story = story_of(buffer("r", 1, (3, 7)), launch=TWO_THREADS, timeline=timeline)
    assert piece(story, "r").occupied == ((2, 7),)


def test_a_barrier_at_the_loops_head_stands_on_every_way_into_it() -> None:
    timeline = Timeline(4, None, (Loop(1, 3),), (Barrier(1, "run"), Barrier(3, "run")))
    story = story_of(buffer("r", 1, (2, 3)), launch=TWO_THREADS, timeline=timeline)
    assert piece(story, "r").occupied == ((2, 3),)
