"""In-place pairs, condition by condition: what cures a meeting, and what leaves the pair apart."""

from __future__ import annotations

from typing import Any

import pytest

from tests.solver.verifier.examples import buffer, manifest_of
from warpack.solver.flatten import flatten
from warpack.solver.verifier.curing import Curing
from warpack.solver.verifier.story import Story, derive
from warpack.solver.wire.manifest import Accesses, Barrier, Branch, Component, InPlace, Launch, Loop, Timeline, Track

TWO = Launch(threads_per_run=2)
PAIR = (InPlace(1, "r", "w"),)


def told(timeline: Timeline, *, r: dict[str, Any], w: dict[str, Any], **fields: Any) -> tuple[bool, str | None]:
    """Whether the pair may lie in the same bytes, and if not, why."""
    fields.setdefault("in_place", PAIR)
    story = derive(manifest_of(_buffer("r", r), _buffer("w", w), timeline=timeline, **fields))
    return _cured(story), _reason(story)


def _buffer(name: str, fields: dict[str, Any]) -> Any:
    life = fields.pop("life", ())
    return buffer(name, 4, *life, **fields)


def _cured(story: Story) -> bool:
    conflict = story.conflict(*story.pieces)
    return conflict is not None and conflict.allowed_differences == (0,)


def _reason(story: Story) -> str | None:
    a, b = story.pieces
    if not story.in_place:
        return "not listed"
    return Curing(story.ordering).reason_against(a, b, story.in_place, story.threads_of(a, b))


def life(*intervals: tuple[int, int], **fields: Any) -> dict[str, Any]:
    return {"life": intervals, **fields}


def barriers(*phases: int, scope: Any = "block") -> tuple[Barrier, ...]:
    return tuple(Barrier(phase, scope) for phase in phases)


PRIVATE: dict[str, tuple[bool, Timeline, dict[str, Any], dict[str, Any]]] = {
    "a hand-over": (True, Timeline(3), life((0, 2)), life((1, 3))),
    "the read ends later": (False, Timeline(3), life((0, 3)), life((1, 3))),
    "the write begins earlier": (False, Timeline(3), life((0, 2)), life((0, 3))),
    "the read begins there": (False, Timeline(3), life((1, 2)), life((1, 3))),
    "the write is zeroed": (False, Timeline(3), life((0, 2)), life((1, 3), zero="interval")),
    "the read is zeroed": (True, Timeline(3), life((0, 2), zero="interval"), life((1, 3))),
    "another scope": (False, Timeline(3), life((0, 2)), life((1, 3), scope="block")),
    "read again on the next trip": (False, Timeline(3, None, (Loop(1, 2),)), life((0, 2)), life((1, 2))),
    "written anew on the next trip": (True, Timeline(3, None, (Loop(0, 2),)), life((0, 2)), life((1, 2))),
    "found again after the trip": (False, Timeline(5, None, (Loop(1, 4),)), life((0, 2)), life((1, 3))),
    "found again there, and dropped: it begins there, too": (
        False,
        Timeline(5, None, (Loop(1, 4),)),
        life((0, 2), reentry="dropped"),
        life((1, 3), reentry="dropped"),
    ),
    "right behind it is no return": (
        False,
        Timeline(3, None, (Loop(1, 2),)),
        life((0, 2), reentry="dropped"),
        life((1, 2), reentry="dropped"),
    ),
    "they meet in another phase": (False, Timeline(5), life((0, 2), (3, 5)), life((1, 4))),
    "the read is carried past the write": (
        False,
        Timeline(5, None, (Loop(0, 4),), (), (Branch(((2, 3),), True),)),
        life((0, 2), (3, 4)),
        life((1, 4)),
    ),
    "zeroed at the program's start": (True, Timeline(3, None, (Loop(0, 2),)), life((0, 2), zero="entry"), life((1, 2))),
    "its zeros are still needed where phase 0 was skipped": (
        False,
        Timeline(3, None, (Loop(0, 2), Loop(0, 1))),
        life((0, 2), zero="entry"),
        life((1, 2)),
    ),
    "they are, though it is written anew on the way there": (
        False,
        Timeline(3, None, (Loop(0, 3), Loop(0, 1))),
        life((0, 2), (2, 3), zero="entry"),
        life((1, 2)),
    ),
    "the same without zeros": (True, Timeline(3, None, (Loop(0, 3), Loop(0, 1))), life((0, 2), (2, 3)), life((1, 2))),
    "a branch round it": (True, Timeline(3, None, (), (), (Branch(((1, 2),), True),)), life((0, 2)), life((1, 3))),
}


@pytest.mark.parametrize(("cured", "timeline", "r", "w"), PRIVATE.values(), ids=PRIVATE)
def test_of_one_thread(cured: bool, timeline: Timeline, r: dict[str, Any], w: dict[str, Any]) -> None:
    found, reason = told(timeline, r=dict(r), w=dict(w))
    assert found == cured
    assert (reason is None) == cured
    manifest = manifest_of(_buffer("r", dict(r)), _buffer("w", dict(w)), timeline=timeline, in_place=PAIR)
    assert bool(flatten(manifest).run.in_place) == cured  # the optimiser, which shares nothing with it, says the same


@pytest.mark.parametrize(("reentry", "cured"), [("dropped", True), ("kept", False)])
def test_a_phase_of_return_counts_as_a_beginning_where_nothing_is_kept(reentry: str, cured: bool) -> None:
    looped, pair = Timeline(5, None, (Loop(1, 4),)), (InPlace(2, "r", "w"),)
    assert told(looped, r=life((0, 3), reentry=reentry), w=life((2, 4)), in_place=pair)[0] == cured


@pytest.mark.parametrize(
    ("read", "write", "cured"),
    [
        (Accesses((0,), (), (1,)), Accesses((1,), (), (2,)), True),
        (Accesses((0,), (1,), ()), Accesses((1,), (), (2,)), True),
        (Accesses((0,), (), (1, 2)), Accesses((1,), (), (2,)), False),  # read later, too
        (Accesses((0, 1), (), (1,)), Accesses((1,), (), (2,)), False),  # written there first
        (Accesses((0,), (), ()), Accesses((1,), (), (2,)), None),  # not read there: they never meet
        (Accesses((0,), (), (1,)), Accesses((0,), (1,), (2,)), False),  # only updated there
        (Accesses((0,), (), (1,)), Accesses((), (1,), (2,)), False),  # nor where nothing was there before
        (Accesses((0, 3), (), (1, 3)), Accesses((1,), (), (2,)), True),
    ],
)
def test_from_single_accesses(read: Accesses, write: Accesses, cured: bool | None) -> None:
    buffers = buffer("r", 4, accesses_in=read), buffer("w", 4, accesses_in=write)
    story = derive(manifest_of(*buffers, timeline=Timeline(4), in_place=PAIR))
    if cured is None:
        assert story.conflict(*story.pieces) is None
    else:
        assert _cured(story) == cured


R, W = life((0, 2)), life((1, 3))

THREADED: dict[str, tuple[bool, Timeline, dict[str, Any], dict[str, Any]]] = {
    "a barrier directly before": (True, Timeline(3, None, (), barriers(1)), R, W),
    "one of the run": (True, Timeline(3, None, (), barriers(1, scope="run")), R, W),
    "one directly after the phase before": (True, Timeline(3, None, (), (Barrier(0, "block", True),)), R, W),
    "another scope": (False, Timeline(3, None, (), barriers(1)), R, life((1, 3), scope="block")),
    "none": (False, Timeline(3), R, W),
    "one too late": (False, Timeline(3, None, (), barriers(2)), R, W),
    "one too early": (False, Timeline(4, None, (), barriers(1)), life((0, 3)), life((2, 4))),
    "not on every way": (
        False,
        Timeline(4, None, (Loop(1, 2),), (Barrier(1, "block", True), Barrier(3))),
        life((0, 3)),
        life((2, 4)),
    ),
    "on every way": (
        True,
        Timeline(4, None, (Loop(1, 2),), (Barrier(0, "block", True), Barrier(1, "block", True))),
        life((0, 3)),
        life((2, 4)),
    ),
    "the read is zeroed by several threads": (
        False,
        Timeline(3, None, (), barriers(1)),
        life((0, 2), zero="interval"),
        W,
    ),
    "a way back without a barrier": (False, Timeline(3, None, (Loop(0, 3),), barriers(1)), R, life((1, 2))),
    "a way back with one": (True, Timeline(3, None, (Loop(0, 3),), barriers(0, 1)), R, life((1, 2))),
    "the write goes on past the phase": (True, Timeline(4, None, (), barriers(1)), R, life((1, 4))),
    "a way round the phase": (
        False,
        Timeline(4, None, (), barriers(1), (Branch(((1, 2),), True),)),
        R,
        life((1, 2), (2, 3), reentry="dropped"),
    ),
}


@pytest.mark.parametrize(("cured", "timeline", "r", "w"), THREADED.values(), ids=THREADED)
def test_of_several_threads(cured: bool, timeline: Timeline, r: dict[str, Any], w: dict[str, Any]) -> None:
    pair = (InPlace(2 if r["life"] == ((0, 3),) else 1, "r", "w"),)
    found, reason = told(timeline, r=dict(r), w=dict(w), launch=TWO, in_place=pair)
    assert found == cured, reason
    assert (reason is None) == cured


@pytest.mark.parametrize(("fence", "cured"), [(False, False), (True, True)])
def test_to_an_asynchronous_buffer_only_a_proxy_fence_counts_for_one_thread_too(fence: bool, cured: bool) -> None:
    timeline = Timeline(3, None, (), (Barrier(1, "block", False, fence),))
    assert told(timeline, r=dict(R), w=life((1, 3), asynchronous=True))[0] == cured
    assert told(timeline, r=life((0, 2), asynchronous=True), w=life((1, 3), asynchronous=True))[0]


@pytest.mark.parametrize(("at", "cured"), [(1, False), (2, True)])
@pytest.mark.parametrize("private", [False, True])
def test_the_barrier_stands_directly_before_even_where_nothing_is_accessed_between(
    at: int, cured: bool, private: bool
) -> None:
    timeline = Timeline(4, None, (), (Barrier(at, "run", False, True),))
    read = buffer("r", 4, accesses_in=Accesses((0,), (), (2,)))
    write = buffer("w", 4, accesses_in=Accesses((2,), (), (3,)), asynchronous=private)
    launch = Launch() if private else TWO
    pair = (InPlace(2, "r", "w"),)
    assert _cured(derive(manifest_of(read, write, timeline=timeline, launch=launch, in_place=pair))) == cured


def test_a_barrier_in_the_call_that_is_made_there_is_none() -> None:
    inside = Component("k", timeline=Timeline(2, None, (), barriers(0, 1)), called_in=(1,))
    assert not told(Timeline(3), r=dict(R), w=dict(W), launch=TWO, components=(inside,))[0]
    before = Timeline(3, None, (), barriers(1))
    assert told(before, r=dict(R), w=dict(W), launch=TWO, components=(inside,))[0]


def test_the_callers_own_pair_lies_in_no_component_called_there() -> None:
    called = tuple(Component(name, timeline=Timeline(2), called_in=(1,)) for name in "kj")
    before = Timeline(3, None, (), barriers(1))
    assert told(before, r=dict(R), w=dict(W), launch=TWO, components=called)[0]


def test_where_the_phase_lies_in_a_track_all_phases_of_both_do() -> None:
    tracks = (Track("load", 1, 4, 64), Track("work", 4, 5, None))
    timeline = Timeline(6, None, (), barriers(1, 2, scope="run"), (), (tracks,))
    pair = (InPlace(2, "r", "w"),)
    assert told(timeline, r=life((1, 3)), w=life((2, 4)), in_place=pair, launch=TWO)[0]
    found, reason = told(timeline, r=life((0, 3)), w=life((2, 4)), in_place=pair, launch=TWO)
    assert not found
    assert reason == "the phase lies in a track, and not all phases of both do"


def test_in_two_arms_they_stay_apart() -> None:
    branch = Branch(((1, 3), (3, 4)))
    timeline = Timeline(5, None, (), (*barriers(2, scope="run"), Barrier(0, "block", True)), (branch,))
    reads, writes = life((1, 3), (3, 4)), life((2, 3))
    pair = (InPlace(2, "r", "w"),)
    assert not told(timeline, r=dict(reads), w=dict(writes), in_place=pair, launch=TWO)[0]
    assert told(timeline, r=life((1, 3)), w=dict(writes), in_place=pair, launch=TWO)[0]


def test_a_chain_hands_on_one_pair_at_a_time() -> None:
    buffers = buffer("a", 4, (0, 2)), buffer("b", 4, (1, 2)), buffer("c", 4, (1, 3))
    pairs = InPlace(1, "a", "c"), InPlace(1, "b", "c")
    story = derive(manifest_of(*buffers, timeline=Timeline(3), in_place=pairs))
    a, b, c = story.pieces
    cured = story.conflict(a, c)
    assert cured is not None
    assert cured.allowed_differences == (0,)
    for one, other in ((a, b), (b, c)):  # b begins where it ends: it was never there to be read
        conflict = story.conflict(one, other)
        assert conflict is not None
        assert conflict.allowed_differences == ()
