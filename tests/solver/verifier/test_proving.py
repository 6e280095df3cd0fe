"""The second model: bounds that rest on a search are confirmed or refuted."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from random import Random

import pytest

from tests.helpers.processes import PATIENCE_S
from tests.helpers.simple_layouts import layout_at
from tests.solver.verifier.examples import buffer, by_search, manifest_of, part
from warpack.solver import load_manifest, optimize
from warpack.solver.verifier.exact import fits, items_of
from warpack.solver.verifier.proving import Trial, prove
from warpack.solver.verifier.story import derive
from warpack.solver.wire.layout import BytesProof, ThreadsProof
from warpack.solver.wire.manifest import Component, InPlace, Launch, Manifest, Timeline


def trial_of(manifest: Manifest, offsets: dict[str, int], bound: int, what: str = "run_bytes") -> Trial:
    layout = layout_at(manifest, offsets)
    claimed = BytesProof("optimal", bound, by_search(bound))
    trials = prove(manifest, replace(layout, proof=replace(layout.proof, **{what: claimed})), limit_s=PATIENCE_S)
    return next(trial for trial in trials if trial.what == what)


# b and c may share; a meets both
THREE = manifest_of(buffer("a", 4, (0, 3)), buffer("b", 4, (0, 1)), buffer("c", 8, (2, 3)), timeline=Timeline(3))


def test_a_bound_that_holds_is_confirmed() -> None:
    trial = trial_of(THREE, {"a": 0, "b": 16, "c": 16}, 48)
    assert (trial.verdict, trial.bound) == ("confirmed", 48)
    assert trial.note == "whether 3 buffers and parts fit into 47 bytes"


def test_a_bound_that_is_too_high_is_refuted_with_a_packing() -> None:
    trial = trial_of(THREE, {"a": 0, "b": 16, "c": 32}, 64)
    assert trial.verdict == "refuted"
    assert trial.offsets is not None
    assert max(trial.offsets["a"] + 16, trial.offsets["c"] + 32) <= 63


def test_in_place_pairs_alignments_and_pins_count() -> None:
    pair = buffer("r", 4, (0, 2)), buffer("w", 4, (1, 3))
    in_place = manifest_of(*pair, timeline=Timeline(3), in_place=(InPlace(1, "r", "w"),))
    assert trial_of(in_place, {"r": 0, "w": 16}, 32).verdict == "refuted"
    assert trial_of(manifest_of(*pair, timeline=Timeline(3)), {"r": 0, "w": 16}, 32).verdict == "confirmed"
    aligned = manifest_of(buffer("a", 1), buffer("b", 1, alignment_bytes=16), buffer("c", 1, alignment_bytes=16))
    assert trial_of(aligned, {"a": 4, "b": 0, "c": 16}, 20).verdict == "confirmed"
    pinned = manifest_of(buffer("a", 1, pinned_offset_bytes=4), buffer("b", 2))
    assert trial_of(pinned, {"a": 4, "b": 8}, 16).verdict == "confirmed"


def test_parts_that_may_be_split_are_items_of_their_own() -> None:
    parts = (part("x", 0, 4, (0, 1)), part("y", 4, 4, (1, 2)))
    for splittable, verdict in ((True, "refuted"), (False, "confirmed")):
        manifest = manifest_of(buffer("s", 8, parts=parts, splittable=splittable), timeline=Timeline(2))
        assert trial_of(manifest, {"s": 0}, 32).verdict == verdict


def test_what_was_left_out_of_the_question_leaves_it_open() -> None:
    window = replace(THREE, components=(Component("k", window="contiguous"),))
    trial = trial_of(window, {"a": 0, "b": 16, "c": 32}, 64)
    assert trial.verdict == "open"
    assert "allows more than a layout may have" in trial.note


@pytest.mark.parametrize(("size", "verdict"), [(300, "confirmed"), (100, "confirmed")])
def test_threads_of_which_no_more_fit_are_confirmed(size: int, verdict: str) -> None:
    manifest = manifest_of(buffer("a", size))
    (trial,) = [t for t in prove(manifest, layout_at(manifest, {"a": 0})) if t.what == "threads_per_block"]
    assert trial.verdict == verdict


def test_threads_of_which_more_would_fit_are_refuted() -> None:
    manifest = manifest_of(buffer("a", 300, (0, 1)), buffer("b", 300, (1, 2)), timeline=Timeline(2))
    layout = layout_at(replace(manifest, launch=Launch(threads_multiple=1)), {"a": 0, "b": 1200})
    assert layout.launch is not None
    few = ThreadsProof("optimal", layout.launch.threads_per_block, {"kind": "launches-ruled-out"})
    manifest = replace(manifest, launch=Launch(threads_multiple=1))
    (trial,) = [
        t
        for t in prove(manifest, replace(layout, proof=replace(layout.proof, threads_per_block=few)))
        if t.what == "threads_per_block"
    ]
    assert trial.verdict == "refuted"
    assert trial.offsets == {"a": 0, "b": 0}


def test_small_regions_fit_exactly_where_some_packing_by_hand_does() -> None:
    for seed in range(25):
        random = Random(seed)
        buffers = [
            buffer(
                f"b{n}",
                random.randint(1, 3),
                (at, random.randint(at + 1, 4)),
                dtype="uint8",
                alignment_bytes=random.choice((1, 2)),
            )
            for n in range(4)
            for at in [random.randrange(4)]
        ]
        manifest = manifest_of(*buffers, timeline=Timeline(4))
        story = derive(manifest)
        items = items_of(story, buffers)
        for capacity in range(2, 9):
            by_hand = any(
                all(
                    places[i] + items[i].size_bytes <= places[j]
                    or places[j] + items[j].size_bytes <= places[i]
                    or story.conflict(items[i].pieces[0], items[j].pieces[0]) is None
                    for i in range(4)
                    for j in range(i)
                )
                for places in product(
                    *(range(0, capacity - item.size_bytes + 1, item.alignment_bytes) for item in items)
                )
            )
            assert (fits(story, items, capacity, PATIENCE_S).verdict == "fits") == by_hand


def test_a_block_as_large_as_the_bound_is_none_that_is_better() -> None:
    """Its tracks want more than 32 threads, and 64 do not fit, so the best block is no whole multiple."""
    tracks = [{"name": "t0", "span": [0, 1], "threads": "rest"}, {"name": "t1", "span": [1, 2], "threads": 32}]
    dtype = {"itemsize_bytes": 6, "alignment_bytes": 2}
    document = {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "9.0"},
        "timeline": {"length": 2, "tracks": [tracks]},
        "buffers": [
            {"name": "wide", "size": 1, "dtype": dtype},
            {"name": "aligned", "size": 1, "dtype": "int8", "alignment_bytes": 1024},
        ],
    }
    manifest = load_manifest(document)
    layout = optimize(manifest)
    assert layout.proof.threads_per_block.upper_bound == 48
    trials = prove(manifest, layout)
    assert [trial.verdict for trial in trials if trial.what == "threads_per_block"] == ["confirmed"]


def test_where_resident_threads_rank_first_a_larger_block_refutes_nothing() -> None:
    document = {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "8.9", "registers_per_thread": 1},
        "buffers": [
            {"name": "grows", "size": {"per_thread": 1}, "dtype": "float32", "scope": "block"},
            {"name": "either", "size": 1, "dtype": "float32", "location": "auto"},
        ],
    }
    manifest = load_manifest(document)
    trials = prove(manifest, optimize(manifest))
    assert [trial.verdict for trial in trials if trial.what == "threads_per_block"] == ["open"]
