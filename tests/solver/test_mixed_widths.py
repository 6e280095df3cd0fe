"""Run buffers of several element widths: the stride serves those with the most accesses, and the layout says what that
costs the others."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tests.helpers.mixed_manifests import mixed_manifest
from tests.helpers.solving import manifest_of, solved
from warpack.service.render.summary import summary
from warpack.solver import Layout, Manifest, load_manifest, optimize, read_layout, verify
from warpack.solver.launch.mixing import accesses_decide, strides_alike
from warpack.solver.launch.region import RunRegion
from warpack.solver.launch.stride import stride_bytes
from warpack.solver.wire.layout import LaunchFigures, WidthConflicts

LAUNCH = {"threads_per_run": 8, "max_threads_per_block": 256}
OPAQUE = {"itemsize_bytes": 8, "alignment_bytes": 4}


def doubles_beside_a_matrix(doubles: int, floats: int, **fields: Any) -> Manifest:
    """Nine doubles and a float32 matrix, with so many accesses."""
    return manifest_of(
        {"name": "sums", "size": 9, "dtype": "float64", "accesses": doubles},
        {"name": "matrix", "size": 340, "accesses": floats},
        **{"launch": LAUNCH, **fields},
    )


def launch(layout: Layout) -> LaunchFigures:
    assert layout.launch is not None
    return layout.launch


def test_a_hot_float_matrix_beside_nine_doubles_is_free_of_conflicts() -> None:
    layout = solved(doubles_beside_a_matrix(9, 3400))
    assert (launch(layout).run_bytes, launch(layout).stride_bytes) == (1432, 1440)
    assert layout.bank_conflicts == (
        WidthConflicts(4, accesses=3400, degree=1, least_degree=1, stride_alone_bytes=1440),
        WidthConflicts(8, accesses=9, degree=2, least_degree=1, stride_alone_bytes=1472),
    )


def test_hot_doubles_beside_a_cold_matrix_are_free_of_conflicts() -> None:
    layout = solved(doubles_beside_a_matrix(5000, 340))
    assert launch(layout).stride_bytes == 1472
    assert launch(layout).bank_conflict_degree == {4: 2, 8: 1}


def test_the_warning_says_which_width_was_served_and_what_would_serve_the_other() -> None:
    layout = solved(doubles_beside_a_matrix(9, 3400))
    (warning,) = (one for one in layout.warnings if one.type == "bank-conflicts-remain")
    assert warning.names == ("sums",)
    assert "8-byte elements take 2 passes an access (1 with a stride of 1472 bytes)" in warning.message
    assert "counts for 9 of 3409 accesses" in warning.message


def test_the_terminal_table_says_who_pays_for_the_stride() -> None:
    manifest = doubles_beside_a_matrix(9, 3400)
    told = dict(summary(manifest, solved(manifest)))["bank conflicts"]
    assert told.startswith(
        "2 passes for elements of 8 bytes (9 accesses; 1 at stride 1472); none for elements of 4 bytes"
    )


def test_with_conflicts_ignored_nothing_is_chosen() -> None:
    layout = solved(doubles_beside_a_matrix(9, 3400, launch={**LAUNCH, "bank_conflicts": "ignore"}))
    assert launch(layout).stride_bytes == 1432
    assert layout.bank_conflicts == ()


def test_one_width_alone_leaves_nothing_to_choose() -> None:
    assert solved(manifest_of({"name": "a", "size": 10})).bank_conflicts == ()


@pytest.mark.parametrize("part", ["accesses", "degree", "least_degree", "stride_alone_bytes", "width_bytes"])
def test_the_verifier_derives_the_whole_choice_on_its_own(part: str) -> None:
    manifest = doubles_beside_a_matrix(9, 3400)
    layout = solved(manifest)
    first, second = layout.bank_conflicts
    lying = replace(first, **{part: getattr(first, part) + 1})
    broken = replace(layout, bank_conflicts=(lying, second))
    assert {finding.rule for finding in verify(manifest, broken).findings} == {"bank-conflicts"}


def test_the_stride_that_serves_the_widest_is_refused_where_others_have_the_accesses() -> None:
    """A layout of the hot doubles, handed in for the hot matrix."""
    hot_matrix, hot_doubles = doubles_beside_a_matrix(9, 3400), doubles_beside_a_matrix(5000, 340)
    foreign = replace(solved(hot_doubles), manifest_sha256=hot_matrix.sha256)
    assert "stride" in {finding.rule for finding in verify(hot_matrix, foreign).findings}


def test_the_choice_is_in_the_json_and_comes_back() -> None:
    layout = solved(doubles_beside_a_matrix(9, 3400))
    document = layout.model_dump()
    assert document["bank_conflicts"][1] == {
        "width_bytes": 8,
        "accesses": 9,
        "degree": 2,
        "least_degree": 1,
        "stride_alone_bytes": 1472,
    }
    assert read_layout(document).bank_conflicts == layout.bank_conflicts


def test_an_auto_buffer_whose_accesses_would_change_the_padding_is_tried_on_chip() -> None:
    """With `hot` on chip the floats decide, and the stride is an odd number of words: 23 in place of 26 (22 is what
    doubles want)."""
    manifest = manifest_of(
        {"name": "pairs", "size": 11, "dtype": OPAQUE, "accesses": 5},
        {"name": "hot", "size": 1, "location": "auto", "accesses": 100},
        launch={"max_threads_per_block": 512},
    )
    assert accesses_decide(manifest)
    layout = solved(manifest)
    assert layout.by_name["hot"].location == "shared"
    assert launch(layout).stride_bytes == 92
    assert layout.status == "optimal"


def test_a_buffer_said_to_be_enough_to_leave_out_is_enough() -> None:
    """Without one buffer the accesses of the others may want another stride."""
    tried = 0
    for seed in range(380, 400):
        random = Random(seed)
        buffers = [
            {
                "name": f"b{number}",
                "size": random.randint(2, 60),
                "dtype": random.choice(["float32", "float64"]),
                "accesses": random.choice([1, 10, 300]),
            }
            for number in range(random.randint(3, 5))
        ]
        manifest = manifest_of(
            *buffers,
            launch={"threads_per_run": random.choice([2, 4, 8])},
            target={"compute_capability": "8.6", "shared_budget_bytes": random.choice([4000, 9000, 20_000])},
        )
        larger = solved(manifest).advice.get("next_larger_block", {})
        for name in larger.get("enough", {}).get("without", []):
            left = tuple(buffer for buffer in manifest.buffers if buffer.full_name != name)
            assert launch(solved(replace(manifest, buffers=left))).threads_per_block >= larger["threads_per_block"]
            tried += 1
    assert tried > 10


def test_widths_that_are_alike_have_the_same_strides_alone_and_together() -> None:
    for alignment in (4, 8, 16, 64):
        widths = [width for width in (1, 2, 4, 8, 16) if width <= alignment]
        every = RunRegion(alignment, tuple((width, 1) for width in widths), 64)
        assert strides_alike(every, 1)
        for run_bytes in range(1, 300):
            strides = {stride_bytes(run_bytes, RunRegion(alignment, ((w, 1),), 64), 1, "avoid") for w in widths}
            assert strides == {stride_bytes(run_bytes, every, 1, "avoid")}


def test_many_random_manifests_have_accesses_that_decide() -> None:
    """So the batches against the oracle are about something."""
    layouts = [optimize(load_manifest(mixed_manifest(seed))) for seed in range(60)]
    chosen = [one for layout in layouts for one in layout.bank_conflicts]
    assert sum(one.degree > one.least_degree for one in chosen) >= 5
    assert sum(accesses_decide(load_manifest(mixed_manifest(seed))) for seed in range(60)) >= 3
