"""The story of every buffer: live and occupied phases, writes, conflicts and what cures them."""

from __future__ import annotations

from typing import Any

import pytest

from solver.verifier.story import Segment, Story, StoryPiece, derive
from solver.wire.manifest import Barrier, Component, InPlace, Interval, Launch, Manifest, Timeline
from tests.solver.verifier.examples import PRIVATE, buffer, manifest_of, part

TWO_THREADS = Launch(threads_per_run=2)


def story_of(*buffers, **fields) -> Story:  # type: ignore[no-untyped-def]
    return derive(manifest_of(*buffers, **fields))


def piece(story: Story, name: str) -> StoryPiece:
    return next(one for one in story.pieces if one.name == name)


def meets(story: Story, first: str, second: str) -> bool:
    return story.conflict(piece(story, first), piece(story, second)) is not None


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
    story = story_of(buffer("a", 1, (4, 2)), timeline=Timeline(8, None, ((0, 8), (1, 6))))
    assert piece(story, "a").segments == (Segment(1, 2, False), Segment(4, 6, True))
    assert piece(story, "a").live == ((1, 2), (4, 6))


def test_an_interval_round_the_whole_loop_is_live_in_all_of_it() -> None:
    # in names: ["s1", "s0"], written in s1, last read in s0 of the next trip
    story = story_of(buffer("a", 1, (1, 1)), timeline=Timeline(3, ("s0", "s1", "s2"), ((0, 3),)))
    assert piece(story, "a").segments == (Segment(0, 1, False), Segment(1, 3, True))
    assert piece(story, "a").live == ((0, 3),)


def test_contents_that_enter_a_loop_and_end_in_it_are_written_anew_at_its_head() -> None:
    story = story_of(buffer("a", 1, (0, 3)), timeline=Timeline(5, None, ((1, 5),)))
    assert piece(story, "a").segments == (Segment(0, 1, True), Segment(1, 3, True))
    assert piece(story, "a").live == ((0, 3),)


def test_each_of_two_nested_heads_writes_anew() -> None:
    story = story_of(buffer("a", 1, (0, 6)), timeline=Timeline(10, None, ((2, 10), (4, 8))))
    assert piece(story, "a").segments == (Segment(0, 2, True), Segment(2, 4, True), Segment(4, 6, True))


def test_contents_live_all_through_a_loop_are_carried() -> None:
    story = story_of(buffer("a", 1, (0, 5)), buffer("b", 1, (1, 5)), timeline=Timeline(6, None, ((1, 5),)))
    assert piece(story, "a").segments == (Segment(0, 5, True),)
    assert piece(story, "b").segments == (Segment(1, 5, False),)


def test_touching_intervals_are_two_writes_of_one_life() -> None:
    story = story_of(buffer("a", 1, (0, 2), (2, 3)), timeline=Timeline(4))
    assert piece(story, "a").segments == (Segment(0, 2, True), Segment(2, 3, True))
    assert piece(story, "a").live == ((0, 3),)


def test_contents_are_written_where_control_comes_from_a_phase_without_them() -> None:
    story = story_of(buffer("a", 1, (2, 5)), timeline=Timeline(9, None, ((1, 8), (2, 5))))
    one = piece(story, "a")
    assert one.segments == (Segment(2, 5, False),)
    assert story.writes(one, 1, 2)  # entering the inner loop
    assert not story.writes(one, 4, 2)  # round the inner loop: carried
    assert not story.writes(one, 2, 3)
    assert not story.writes(one, 5, 6)
    assert story.writes(piece(story_of(buffer("p", 1, persistent=True)), "p"), None, 0)


def test_a_persistent_buffer_lives_always_and_one_never_used_never() -> None:
    story = story_of(
        buffer("p", 1, persistent=True), buffer("never", 1, lifetime=()), buffer("a", 1, (1, 2)), timeline=Timeline(3)
    )
    assert piece(story, "p").live == ((0, 3),)
    assert piece(story, "never").live == piece(story, "never").segments == ()
    assert meets(story, "p", "a")
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
    timeline = Timeline(8, None, ((1, 6),), (Barrier(3, "run"),))
    story = story_of(buffer("r", 1, (4, 5)), launch=TWO_THREADS, timeline=timeline)
    assert piece(story, "r").occupied == ((1, 3), (4, 8))


def test_occupancy_leaves_a_loop_in_the_middle_of_a_life_that_goes_on_behind_it() -> None:
    # live [3, 7): on the way back from phase 4 to 2 nothing of it is needed, but other threads may still read
    timeline = Timeline(8, None, ((2, 5),), (Barrier(7, "run"),))
    story = story_of(buffer("r", 1, (3, 7)), launch=TWO_THREADS, timeline=timeline)
    assert piece(story, "r").occupied == ((2, 7),)


def test_a_barrier_at_the_loops_head_stands_on_every_way_into_it() -> None:
    timeline = Timeline(4, None, ((1, 3),), (Barrier(1, "run"), Barrier(3, "run")))
    story = story_of(buffer("r", 1, (2, 3)), launch=TWO_THREADS, timeline=timeline)
    assert piece(story, "r").occupied == ((2, 3),)


def test_apart_holds_whatever_the_lifetimes_and_aliases_say() -> None:
    story = story_of(
        buffer("a", 1, lifetime=()),
        buffer("b", 1, lifetime=()),
        buffer("c", 1, (0, 1), aliases=("b",)),
        apart=(("a", "b"), ("c", "b")),
    )
    found = story.conflict(piece(story, "a"), piece(story, "b"))
    assert found is not None
    assert (found.phases, found.apart) == ((), True)
    assert meets(story, "b", "c")


@pytest.mark.parametrize(
    ("target", "permitted"),
    [
        ({}, True),
        ({"lifetime": (Interval(0, 1),)}, True),  # one side without a lifetime is enough
        ({"persistent": True}, False),
        ({"scope": "block"}, True),  # never in one region
    ],
)
def test_an_alias_permits_where_one_side_gives_no_lifetime(target: dict, permitted: bool) -> None:  # type: ignore[type-arg]
    story = story_of(buffer("t", 1, **target), buffer("a", 1, aliases=("t",)))
    assert meets(story, "a", "t") is not permitted


def test_an_alias_between_two_stated_lifetimes_permits_nothing() -> None:
    story = story_of(buffer("t", 1, (0, 1)), buffer("a", 1, (0, 1), aliases=("t",)))
    assert meets(story, "a", "t")


def test_an_alias_is_not_transitive() -> None:
    story = story_of(buffer("t", 1), buffer("a", 1, aliases=("t",)), buffer("b", 1, aliases=("t",)))
    assert not meets(story, "a", "t")
    assert not meets(story, "b", "t")
    assert meets(story, "a", "b")


def in_place(phases: tuple[int, ...], read: str = "r", write: str = "w") -> tuple[InPlace, ...]:
    return tuple(InPlace(phase, read, write) for phase in phases)


def difference(story: Story, first: str, second: str) -> int | None:
    found = story.conflict(piece(story, first), piece(story, second))
    assert found is not None
    return found.allowed_difference


def test_an_in_place_pair_may_coincide() -> None:
    story = story_of(buffer("r", 4, (0, 2)), buffer("w", 4, (1, 3)), timeline=Timeline(3), in_place=in_place((1,)))
    assert difference(story, "r", "w") == 0


def test_an_in_place_pair_must_be_listed_for_every_phase_in_which_both_live() -> None:
    buffers = buffer("r", 4, (0, 3)), buffer("w", 4, (1, 4))
    assert difference(story_of(*buffers, timeline=Timeline(4), in_place=in_place((1,))), "r", "w") is None
    assert difference(story_of(*buffers, timeline=Timeline(4), in_place=in_place((1, 2))), "r", "w") == 0


@pytest.mark.parametrize("persistent", ["r", "w"])
def test_persistent_storage_is_not_shared_in_place(persistent: str) -> None:
    lives: dict[str, dict[str, Any]] = {"r": {"lifetime": (Interval(0, 1),)}, "w": {"lifetime": (Interval(0, 1),)}}
    lives[persistent] = {"persistent": True}
    buffers = (buffer(name, 4, **fields) for name, fields in lives.items())
    assert difference(story_of(*buffers, in_place=in_place((0,))), "r", "w") is None


def test_in_place_parts_may_coincide_where_they_are_not_where_their_buffers_are() -> None:
    stored = buffer("s", 12, parts=(part("row0", 0, 4, (0, 1)), part("row1", 4, 4, (0, 2)), part("row2", 8, 4, (0, 1))))
    story = story_of(stored, buffer("w", 4, (1, 3)), timeline=Timeline(3), in_place=in_place((1,), "s#row1", "w"))
    assert difference(story, "s#row1", "w") == 0
    assert story.conflict(piece(story, "s#row0"), piece(story, "w")) is None


def test_whole_buffers_in_place_may_coincide_only_as_wholes() -> None:
    # row1 starts 16 bytes into its buffer, half0 at the start of the other: element for element, half0 lies 16 bytes lower
    story = story_of(
        buffer("r", 8, parts=(part("row0", 0, 4, (0, 2)), part("row1", 4, 4, (0, 2)))),
        buffer("w", 8, (1, 3)),
        timeline=Timeline(3),
        in_place=in_place((1,)),
    )
    assert difference(story, "r#row1", "w") == -16
    assert difference(story, "w", "r#row1") == 16


def test_in_place_between_threads_needs_a_barrier_directly_before() -> None:
    buffers = buffer("r", 4, (0, 2)), buffer("w", 4, (1, 3))
    for barriers, expected in (((), None), ((Barrier(1, "run"),), 0), ((Barrier(2, "run"),), None)):
        story = story_of(
            *buffers, launch=TWO_THREADS, timeline=Timeline(3, None, (), barriers), in_place=in_place((1,))
        )
        assert difference(story, "r", "w") == expected


def test_unequal_ranges_are_never_in_place() -> None:
    for write in (buffer("w", 5, (1, 3)), buffer("w", 2, (1, 3), dtype="float64")):
        story = story_of(buffer("r", 4, (0, 2)), write, timeline=Timeline(3), in_place=in_place((1,)))
        assert difference(story, "r", "w") is None


CALLS = {
    "timeline": Timeline(3, ("x", "y", "z"), ((0, 2),), (Barrier(1, "block"),)),
    "components": (
        Component("k", timeline=Timeline(2, ("p", "q"), ((0, 2),), (Barrier(1, "run"),)), called_in=(0, 1)),
        Component("j", timeline=Timeline(2), called_in=(1,)),
    ),
}


def test_calling_phases_expand_and_keep_names_loops_and_barriers() -> None:
    story = story_of(**CALLS)
    assert story.phase_names == ("x/p", "x/q", "y/p", "y/q", "y/0", "y/1", "z")
    assert story.loops == ((0, 6), (0, 2), (2, 4))
    assert story.barriers == {1: {"run"}, 2: {"block"}, 3: {"run"}}


def test_a_caller_lives_through_the_whole_call_and_a_callee_in_every_call() -> None:
    story = story_of(buffer("outer", 1, (1, 2)), buffer("k/inner", 1, (1, 2)), **CALLS)
    assert piece(story, "outer").live == ((2, 6),)
    # in its second call j runs in the same phase, before, after or between: all of its phases count
    assert piece(story, "k/inner").live == ((1, 2), (3, 6))


def test_a_callee_without_a_lifetime_lives_through_its_calls_only() -> None:
    story = story_of(buffer("j/always", 1), buffer("j/never", 1, lifetime=()), **CALLS)
    assert piece(story, "j/always").live == ((2, 6),)
    assert piece(story, "j/never").live == ()


def test_calls_nest() -> None:
    manifest = manifest_of(
        buffer("a/b/deep", 1, (1, 2)),
        timeline=Timeline(2),
        components=(
            Component("a", timeline=Timeline(2), called_in=(0, 1)),
            Component("a/b", timeline=Timeline(3), called_in=(1,)),
        ),
    )
    story = derive(manifest)
    assert story.phase_names == ("0/0", "0/1/0", "0/1/1", "0/1/2", "1/0", "1/1/0", "1/1/1", "1/1/2")
    assert piece(story, "a/b/deep").live == ((2, 3), (6, 7))


def test_in_place_phases_count_in_the_components_own_timeline() -> None:
    manifest: Manifest = manifest_of(
        buffer("k/r", 4, (0, 1)), buffer("k/w", 4, (0, 2)), in_place=in_place((0,), "k/r", "k/w"), **CALLS
    )
    # both also live in j's section, where nothing was listed
    assert difference(derive(manifest), "k/r", "k/w") is None


def test_a_wrap_that_no_loop_holds_cannot_be_derived() -> None:
    with pytest.raises(ValueError, match="no loop holds both ends"):
        story_of(buffer("a", 1, (2, 1)), timeline=Timeline(3))
