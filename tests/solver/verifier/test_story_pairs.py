"""Which two pieces conflict, hand on in place, or may by an alias; and what calls make of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.solver.verifier.examples import TWO_THREADS, buffer, manifest_of, meets, part, piece, story_of
from warpack.solver.verifier.story import Story, Why, derive
from warpack.solver.wire.manifest import (
    Barrier,
    Component,
    InPlace,
    Interval,
    Loop,
    Timeline,
)


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
        ({"scope": "block"}, True),
    ],
)
def test_an_alias_permits_where_one_side_gives_no_lifetime(target: dict, permitted: bool) -> None:  # type: ignore[type-arg]  # any JSON
    story = story_of(buffer("t", 1, **target), buffer("a", 1, aliases=("t",)))
    assert meets(story, "a", "t") is not permitted


def test_an_alias_between_two_stated_lifetimes_permits_what_stands_in_them_nowhere() -> None:
    story = story_of(buffer("t", 1, (0, 1)), buffer("a", 1, (0, 1), aliases=("t",)))
    assert meets(story, "a", "t")
    timeline = Timeline(4, None, (Loop(1, 4),))
    carried = buffer("t", 1, (0, 2)), buffer("a", 1, (2, 3), aliases=("t",))
    assert not meets(story_of(*carried, timeline=timeline), "a", "t")
    assert not meets(story_of(*carried, timeline=timeline, launch=TWO_THREADS), "a", "t")


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


def test_the_listed_phase_must_be_the_only_one_in_which_they_meet() -> None:
    buffers = buffer("r", 4, (0, 3)), buffer("w", 4, (1, 4))
    assert difference(story_of(*buffers, timeline=Timeline(4), in_place=in_place((1,))), "r", "w") is None
    assert difference(story_of(*buffers, timeline=Timeline(4), in_place=in_place((1, 2))), "r", "w") is None


def test_where_bytes_are_handed_on_in_place() -> None:
    calls = {"timeline": Timeline(4), "components": (Component("k", timeline=Timeline(3), called_in=(1, 3)),)}
    buffers = buffer("k/r", 4, (0, 2)), buffer("k/w", 4, (1, 3))
    story = story_of(*buffers, in_place=in_place((1,), "k/r", "k/w"), **calls)
    found = story.handings(piece(story, "k/w"), piece(story, "k/r"))
    assert [(one.span, one.read.name, one.write.name) for one in found] == [
        ((3, 4), "k/r", "k/w"),
        ((9, 10), "k/r", "k/w"),
    ]


def test_two_pairs_may_hand_over_to_and_fro() -> None:
    buffers = buffer("r", 4, (0, 2), (2, 4)), buffer("w", 4, (1, 3))
    pairs = (*in_place((1,)), *in_place((2,), "w", "r"))
    assert difference(story_of(*buffers, timeline=Timeline(4), in_place=pairs), "r", "w") == 0
    assert difference(story_of(*buffers, timeline=Timeline(4), in_place=pairs[:1]), "r", "w") is None


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
    # row1 starts 16 bytes into its buffer, half0 at the start of the other: element for element, half0 lies 16 bytes
    # lower
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


CALLS: dict[str, Any] = {
    "timeline": Timeline(3, ("x", "y", "z"), (Loop(0, 2),), (Barrier(1, "block"), Barrier(1, "run", after=True))),
    "components": (
        Component("k", timeline=Timeline(2, ("p", "q"), (Loop(0, 2),), (Barrier(1, "run"),)), called_in=(0, 1)),
        Component("j", timeline=Timeline(2), called_in=(1,)),
    ),
}


def test_calling_phases_expand_and_keep_names_loops_and_barriers() -> None:
    story = story_of(**CALLS)
    expected = ("x/enter", "x/p", "x/q", "x/exit", "y/enter", "y/p", "y/q", "y/0", "y/1", "y/exit", "z")
    assert story.phase_names == expected
    assert story.loops == ((0, 10), (1, 3), (5, 7))
    assert sorted((fence.phase, fence.after, fence.scope) for fence in story.fences) == [
        (2, False, "run"),
        (4, False, "block"),
        (6, False, "run"),
        (9, True, "run"),
    ]


def test_a_caller_lives_through_the_whole_call_and_a_callee_in_every_call() -> None:
    story = story_of(buffer("outer", 1, (1, 2)), buffer("k/inner", 1, (1, 2)), **CALLS)
    assert piece(story, "outer").live == ((4, 10),)
    assert piece(story, "k/inner").live == ((2, 3), (6, 7))


def test_a_callee_without_a_lifetime_lives_through_its_calls_only() -> None:
    story = story_of(buffer("j/always", 1), buffer("j/never", 1, lifetime=()), **CALLS)
    assert piece(story, "j/always").live == ((7, 9),)
    assert piece(story, "j/never").live == ()


def test_components_called_together_are_kept_apart_and_each_keeps_its_own_reuse() -> None:
    buffers = [buffer(f"{path}/{name}", 1, (at, at + 1)) for path in "kj" for at, name in enumerate("ab")]
    story = story_of(*buffers, buffer("outer", 1, (0, 1)), **CALLS)
    assert not meets(story, "k/a", "k/b")
    assert not meets(story, "j/a", "j/b")
    assert all(meets(story, f"k/{one}", f"j/{other}") for one in "ab" for other in "ab")
    assert meets(story, "outer", "k/a")  # k is called there, too
    assert not meets(story, "outer", "j/a")


def test_what_a_later_call_finds_again_is_kept_between() -> None:
    components = (Component("k", timeline=Timeline(2, None, (Loop(0, 1),)), called_in=(0, 2)),)
    story = story_of(buffer("k/a", 1, (0, 2)), buffer("m", 1, (1, 2)), timeline=Timeline(3), components=components)
    assert story.phase_names == ("0/enter", "0/0", "0/1", "0/exit", "1", "2/enter", "2/0", "2/1", "2/exit")
    assert piece(story, "k/a").live == ((1, 8),)
    assert story.why(piece(story, "k/a"), 4) == Why("carried", 2, 7)
    assert meets(story, "k/a", "m")


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
    inside = ("enter", "0", "1/enter", "1/0", "1/1", "1/2", "1/exit", "exit")
    assert story.phase_names == tuple(f"{call}/{name}" for call in (0, 1) for name in inside)
    assert piece(story, "a/b/deep").live == ((4, 5), (12, 13))


def test_in_place_phases_count_in_the_components_own_timeline() -> None:
    buffers = buffer("k/r", 4, (0, 1)), buffer("k/w", 4, (0, 2))
    assert difference(story_of(*buffers, in_place=in_place((0,), "k/r", "k/w"), **CALLS), "k/r", "k/w") is None
    calls = CALLS | {"timeline": Timeline(3), "components": (Component("k", timeline=Timeline(3), called_in=(1,)),)}
    buffers = buffer("k/r", 4, (0, 2)), buffer("k/w", 4, (1, 3))
    assert difference(story_of(*buffers, in_place=in_place((1,), "k/r", "k/w"), **calls), "k/r", "k/w") == 0


def test_a_wrap_that_no_loop_holds_cannot_be_derived() -> None:
    with pytest.raises(ValueError, match="no loop holds both ends"):
        story_of(buffer("a", 1, (2, 1)), timeline=Timeline(3))
