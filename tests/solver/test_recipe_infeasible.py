"""What is said where nothing fits: the true reason, the buffers that are in the way, and what would be enough."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from tests.helpers.small_manifests import small_manifest
from tests.helpers.solving import manifest_of
from warpack.solver import Layout, ManifestError, load_manifest, optimize
from warpack.solver.answer.shortfall import ruled_out
from warpack.solver.flatten import flatten

BUFFERS = (
    {"name": "early", "size": 7500, "lifetime": [["load", "load"]]},
    {"name": "late", "size": 6000, "lifetime": [["work", "store"]]},
    {"name": "result", "size": 7000, "lifetime": [["store", "store"]]},
)
PHASES = {"phases": ["load", "work", "store"]}


def why(layout: Layout, type_: str = "exceeds-budget") -> str:
    assert layout.launch is None
    (warning,) = (one for one in layout.warnings if one.type == type_)
    return warning.message


def test_the_buffers_of_the_peak_and_what_opt_in_would_do_are_named() -> None:
    layout = optimize(manifest_of(*BUFFERS, timeline=PHASES))
    assert why(layout) == (
        'a block of one run takes at least 52004 bytes of shared memory, and the budget is 49152 ("default"); a run needs '
        "52000 bytes at once in phase store (result 28000, late 24000); "
        '"opt-in", which is 101376 for compute capability 8.6, would be enough'
    )
    (warning,) = layout.warnings
    assert (warning.pointer, warning.names) == ("/target/shared_budget_bytes", ("result", "late"))


def test_static_bytes_and_exact_threads_count() -> None:
    fields = {"target": {"compute_capability": "7.5", "static_shared_bytes": 100}, "launch": {"threads_per_block": 2}}
    message = why(optimize(manifest_of(*BUFFERS, timeline=PHASES, **fields)))
    assert "a block of 2 threads takes at least 104120 bytes of shared memory, 100 of them static" in message
    assert message.endswith('"opt-in", which is 65536 for compute capability 7.5, would not be enough either')


def test_where_the_budget_is_all_that_there_is_nothing_more_is_offered() -> None:
    target = {"compute_capability": "8.6", "shared_budget_bytes": "opt-in"}
    message = why(optimize(manifest_of({"name": "a", "size": 30_000}, target=target)))
    assert message.endswith("no block of compute capability 8.6 can have more")


@pytest.mark.parametrize(
    ("fields", "pointer", "message"),
    [
        (
            {"launch": {"threads_per_run": 96, "threads_per_block": 224}},
            "/launch/threads_per_block",
            "224 threads per block are no whole number of runs of 96 threads: 192 or 288 would be",
        ),
        (
            {
                "target": {"compute_capability": "8.6", "registers_per_thread": 255},
                "launch": {"threads_per_block": 512},
            },
            "/target/registers_per_thread",
            "a block of 512 threads with 255 registers each does not fit the registers of compute capability 8.6: "
            "a block can have 256 threads",
        ),
    ],
)
def test_where_no_budget_would_help_the_true_reason_is_named(
    fields: dict[str, Any], pointer: str, message: str
) -> None:
    manifest = manifest_of({"name": "a", "size": 4}, **fields)
    layout = optimize(manifest)
    assert why(layout, "no-block") == message
    assert layout.minimum_budget_bytes is None
    found = ruled_out(manifest, flatten(manifest))
    assert found is not None
    assert (found.pointer, found.message) == (pointer, message)


@pytest.mark.parametrize("batch", range(8))
def test_what_is_ruled_out_without_a_search_is_infeasible(batch: int) -> None:
    for seed in range(batch * 50, batch * 50 + 50):
        document = small_manifest(seed)
        document["target"]["shared_budget_bytes"] = 100 + seed
        manifest = load_manifest(document)
        if ruled_out(manifest, flatten(manifest)) is not None:
            with suppress(ManifestError):  # pins that leave no place
                assert (seed, optimize(manifest).status) == (seed, "infeasible")


@pytest.mark.parametrize("scope", ["run", "block"])
def test_a_pin_that_no_budget_allows_is_named(scope: str) -> None:
    far = {"name": "far", "size": 4, "scope": scope, "pinned_offset_bytes": 1_000_000_000}
    layout = optimize(manifest_of({"name": "near", "size": 4}, far))
    assert "1000000016 bytes, because far, of 16 bytes, is pinned at byte 1000000000" in why(layout)
    (warning,) = layout.warnings
    assert warning.pointer == "/buffers/1/pinned_offset_bytes"
    assert "far" in warning.names


def test_a_pin_beyond_the_stated_budget_alone_is_named_too() -> None:
    layout = optimize(manifest_of({"name": "far", "size": 4, "pinned_offset_bytes": 49152}))
    assert "because far, of 16 bytes, is pinned at byte 49152" in why(layout)
    assert layout.warnings[0].pointer == "/target/shared_budget_bytes"
