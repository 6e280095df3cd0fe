"""What a manifest says about time, read into the wire types and written back: structures, barriers, accesses, rings."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bad_manifests import manifest_of
from warpack.solver.reading import load_manifest
from warpack.solver.wire.manifest import Accesses, Barrier, Branch, Interval, Loop, Manifest, Timeline, Track

PHASES = ["init", "head", "then", "else", "after", "load", "work", "last"]
TRACKS = [
    {"name": "producer", "span": ["load", "load"], "threads": 32},
    {"name": "consumer", "span": ["work", "work"], "threads": "rest"},
]


def timeline_of(**fields: Any) -> Timeline:
    return read(timeline={"phases": PHASES} | fields).timeline


def read(*buffers: dict[str, Any], **fields: Any) -> Manifest:
    """The manifest of these buffers; what it says of itself reads back as the same."""
    document = manifest_of(*buffers, **fields)
    manifest = load_manifest(document)
    again = load_manifest(manifest.model_dump())
    assert again == manifest
    assert again.sha256 == manifest.sha256
    assert again.model_dump() == manifest.model_dump()
    return manifest


def test_loops_are_spans_or_objects_and_of_one_span_the_first_is_the_outer() -> None:
    loops = [
        ["then", "after"],
        {"span": [1, 5], "at_least": 1, "breaks": ["after", 2]},
        {"span": [1, 5], "breaks": [1], "endless": True},
    ]
    assert timeline_of(loops=loops).loops == (Loop(1, 5, 1, (2, 4)), Loop(1, 5, 0, (1,), True), Loop(2, 5))


def test_branches_are_sorted_from_the_outside_in() -> None:
    branches = [{"arms": [["then", "then"]], "may_skip": True}, {"arms": [[1, 3], [3, 5]], "uniform": "block"}]
    assert timeline_of(branches=branches).branches == (
        Branch(((1, 3), (3, 5)), uniform="block"),
        Branch(((2, 3),), may_skip=True),
    )


def test_tracks_have_threads_or_the_rest() -> None:
    assert timeline_of(tracks=[TRACKS]).tracks == ((Track("producer", 5, 6, 32), Track("consumer", 6, 7, None)),)


@pytest.mark.parametrize(
    ("loops", "branches", "tracks"),
    [
        ([["load", "load"]], [], [TRACKS]),  # inside its track
        ([["then", "else"]], [{"arms": [[2, 3], [3, 4]]}], []),  # round both arms
        ([["then", "then"]], [{"arms": [[2, 3], [3, 4]]}], []),  # inside its arm
        ([["then", "then"]], [{"arms": [[2, 3]], "may_skip": True}], []),  # round the branch
        ([["load", "last"]], [], [TRACKS]),  # round the tracks, with one more phase
        ([["then", "then"], ["then", "then"]], [{"arms": [[2, 3], [3, 4]]}], []),
    ],
)
def test_structures_of_one_span_are_nested_by_what_they_are(loops: Any, branches: Any, tracks: Any) -> None:
    timeline = timeline_of(loops=loops, branches=branches, tracks=tracks)
    assert (len(timeline.loops), len(timeline.branches), len(timeline.tracks)) == (
        len(loops),
        len(branches),
        len(tracks),
    )


def test_barriers_stand_before_and_after_and_each_counts_once() -> None:
    barriers = [
        {"after": "load", "scope": "track"},
        {"before": 1},
        {"before": "head", "scope": "block"},
        {"before": 1, "proxy_fence": True},
    ]
    assert timeline_of(barriers=barriers, tracks=[TRACKS]).barriers == (
        Barrier(1),
        Barrier(1, proxy_fence=True),
        Barrier(5, "track", after=True),
    )


def test_every_barrier_is_one_of_the_track_inside_tracks_and_spares_a_first_phase_that_heads_no_loop() -> None:
    barriers = timeline_of(barriers="every", tracks=[TRACKS]).barriers
    assert barriers == tuple(Barrier(phase, "track" if phase in (5, 6) else "block") for phase in range(1, 8))
    assert timeline_of(barriers="every", loops=[["init", "last"]]).barriers[0] == Barrier(0)


def test_every_barrier_of_a_component_called_in_a_track_is_one_of_that_track() -> None:
    component = {"path": "k", "timeline": {"length": 2, "barriers": "every"}, "called_in": ["work"]}
    manifest = read(timeline={"phases": PHASES, "tracks": [TRACKS]}, components=[component])
    timeline = manifest.components[0].timeline
    assert timeline is not None
    assert timeline.barriers == (Barrier(1, "track"),)


def test_a_run_barrier_in_a_track_is_fine_where_runs_lie_whole_in_tracks_though_behind_the_rest() -> None:
    spans = (["then", "then"], ["else", "else"], ["after", "after"])
    tracks = [
        {"name": f"t{n}", "span": span, "threads": t}
        for n, (span, t) in enumerate(zip(spans, (32, "rest", 64), strict=True))
    ]
    barriers = [{"before": phase, "scope": "run"} for phase in ("then", "else", "after")]
    read(timeline={"phases": PHASES, "tracks": [tracks], "barriers": barriers}, launch={"threads_per_run": 32})


def test_an_arm_that_runs_choose_together_may_hold_a_barrier_of_the_run() -> None:
    branches = [{"arms": [["then", "then"], ["else", "else"]], "uniform": "run"}]
    assert timeline_of(branches=branches, barriers=[{"before": "else", "scope": "run"}]).barriers == (
        Barrier(3, "run"),
    )


def test_accesses_are_phases_by_name_or_index_sorted_and_each_once() -> None:
    accesses = {"writes": ["after", 1], "reads": ["last", 7]}
    (buffer,) = read({"name": "a", "accesses_in": accesses}, timeline={"phases": PHASES}).buffers
    assert (buffer.lifetime, buffer.accesses_in) == (None, Accesses((1, 4), (), (7,)))
    assert buffer.lifetime_given


def test_a_part_has_accesses_or_a_lifetime_and_its_word_on_reentry_goes_before_its_buffers() -> None:
    parts = [
        {"offset": 0, "size": 1, "accesses_in": {"updates": [0]}},
        {"offset": 1, "size": 1, "lifetime": [[1, 2]], "reentry": "kept"},
        {"offset": 2, "size": 2},
    ]
    (buffer,) = read({"name": "a", "parts": parts, "reentry": "dropped"}).buffers
    assert [part.reentry for part in buffer.parts] == ["dropped", "kept", "dropped"]
    assert [part.accesses_in for part in buffer.parts] == [Accesses((), (0,), ()), None, None]


def test_a_ring_has_slots_that_start_aligned() -> None:
    (buffer,) = read(
        {"name": "a", "size": 3, "dtype": "int8", "stages": 4, "alignment_bytes": 16, "async": True}
    ).buffers
    assert (buffer.stages, buffer.asynchronous, buffer.slot_pitch_bytes, buffer.size_bytes) == (4, True, 16, 51)


def test_four_bit_elements_lie_two_to_a_byte_and_old_spellings_are_what_they_are_now() -> None:
    names = ("float4_e2m1fn", "int4", "uint4", "float8_e4m3fn", "float8_e8m0fnu", "float8_e4m3")
    manifest = read(*({"name": f"b{number}", "size": 6, "dtype": name} for number, name in enumerate(names)))
    assert [buffer.size_bytes for buffer in manifest] == [3, 3, 3, 6, 6, 6]
    assert str(manifest.buffers[-1].dtype) == "float8_e4m3fn"


def test_an_interval_once_right_round_a_loop_stays_one_interval_also_in_a_component() -> None:
    component = {"path": "k", "timeline": {"phases": ["x", "y"], "loops": [["x", "y"]]}, "called_in": [0]}
    parts = [{"offset": 0, "size": 4, "lifetime": [["y", "x"]]}]
    manifest = read(
        {"name": "a", "component": "k", "lifetime": [["y", "x"]]},
        {"name": "b", "component": "k", "parts": parts},
        components=[component],
    )
    assert manifest.buffers[0].lifetime == manifest.buffers[1].parts[0].lifetime == (Interval(1, 1),)


def test_a_value_written_in_both_arms_is_two_intervals_that_share_what_follows() -> None:
    lifetime = [["then", "last"], ["else", "last"]]
    branches = [{"arms": [["then", "then"], ["else", "else"]]}]
    manifest = read({"name": "a", "lifetime": lifetime}, timeline={"phases": PHASES, "branches": branches})
    assert manifest.buffers[0].lifetime == (Interval(2, 8), Interval(3, 8))
    assert not manifest.warnings


def test_two_loops_over_one_head_may_each_be_wrapped_round() -> None:
    timeline = {"length": 6, "loops": [[0, 6], [0, 3]]}
    names = {"phases": list("abcdef"), "loops": [[0, 6], [0, 3]]}
    read({"name": "a", "lifetime": [[5, 1], [2, 1]]}, timeline=timeline)
    read({"name": "a", "lifetime": [["f", "a"], ["c", "a"]]}, timeline=names)


def test_aliases_may_go_across_scopes() -> None:
    manifest = read(
        {"name": "a", "scope": "block", "lifetime": [[0, 1]]}, {"name": "b", "aliases": "a", "lifetime": [[1, 2]]}
    )
    assert manifest.by_name["b"].aliases == ("a",)


@pytest.mark.parametrize("zero", ["entry", "interval"])
def test_zeros_are_legal_for_accesses_that_write_in_the_first_phase(zero: str) -> None:
    (buffer,) = read({"name": "a", "zero": zero, "accesses_in": {"writes": [0], "updates": [1], "reads": [2]}}).buffers
    assert buffer.zero == zero
