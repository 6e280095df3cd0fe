"""Threads, budget and occupancy for manifests in which one rule or another binds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.helpers.simple_layouts import layout_at
from tests.solver.verifier.examples import buffer, bytes_proof, launched, manifest_of, of_rule, proof
from warpack.solver.verifier import verify
from warpack.solver.wire.layout import Layout, Proof, Status
from warpack.solver.wire.manifest import Launch, Manifest, Target


def with_launch(target: dict[str, Any] | None = None, objective: str = "threads_per_block", **launch: Any) -> Manifest:
    """One run buffer of 300 words (the stride is 1204 bytes: 40 runs in 48 KiB)."""
    manifest = manifest_of(buffer("a", 300), launch=Launch(**launch))
    return replace(manifest, target=Target("8.6", **(target or {})), objective=objective)


@pytest.mark.parametrize(
    ("manifest", "threads"),
    [
        (with_launch(), 32),
        (with_launch({"shared_budget_bytes": "opt-in"}), 64),
        (with_launch({"shared_budget_bytes": 101376}), 64),
        (with_launch({"shared_budget_bytes": 2 * 1204 + 100}), 2),  # not one multiple: the most runs
        (with_launch({"shared_budget_bytes": 38544}), 32),  # 32 runs of 1204 and 16 bytes: static is rounded up
        (with_launch({"shared_budget_bytes": 38544, "static_shared_bytes": 17}), 31),
        (with_launch(threads_multiple=8), 40),
        (with_launch(threads_per_run=3, bank_conflicts="ignore"), 96),
        (with_launch(max_threads_per_block=31), 31),
        (with_launch(threads_per_block=7), 7),
        (with_launch({"registers_per_thread": 255}, threads_per_run=32), 256),
        (with_launch({"registers_per_thread": 128}, threads_per_run=32), 512),
        (with_launch(threads_per_run=32), 1024),
    ],
)
def test_the_threads_that_fit_are_accepted_and_no_others(manifest: Manifest, threads: int) -> None:
    layout = layout_at(manifest, {"a": 0})
    assert layout.launch is not None
    assert layout.launch.threads_per_block == threads
    assert verify(manifest, layout).findings == ()
    per_run = manifest.launch.threads_per_run
    for other in (threads - per_run, threads + per_run):
        wrong = launched(layout, threads_per_block=other, runs_per_block=other // per_run)
        assert of_rule(verify(manifest, wrong), "threads")


def test_most_resident_threads_in_the_smallest_block() -> None:
    manifest = with_launch({"shared_budget_bytes": "opt-in"}, "resident_threads", threads_multiple=8)
    layout = layout_at(manifest, {"a": 0})
    assert verify(manifest, layout).findings == ()
    assert layout.launch is not None
    larger = launched(layout, threads_per_block=80, runs_per_block=80, dynamic_shared_bytes=80 * 1204)
    assert any("resident" in finding.message for finding in of_rule(verify(manifest, larger), "threads"))


def test_where_no_whole_multiple_fits_the_objective_still_chooses() -> None:
    # 12 blocks of 3 threads are more than 4 of 8: 6128 bytes a run in 228 KiB, of which every block takes 1 KiB more
    manifest = replace(
        manifest_of(buffer("a", 6128, dtype="uint8"), compute_capability="9.0"), objective="resident_threads"
    )
    layout = layout_at(manifest, {"a": 0})
    assert layout.launch is not None
    assert (layout.launch.threads_per_block, layout.launch.occupancy.resident_threads) == (3, 36)
    assert verify(manifest, layout).findings == ()


@pytest.mark.parametrize(("size", "opt_in"), [(49136, True), (49152 - 1024, False)])
def test_opt_in_counts_static_bytes_as_capacity_does(size: int, opt_in: bool) -> None:
    """16 static bytes take 1024 where a buffer is aligned to as many."""
    manifest = replace(
        manifest_of(buffer("a", size, dtype="uint8", alignment_bytes=1024, scope="block")),
        target=Target("9.0", "opt-in", 16),
    )
    layout = layout_at(manifest, {"a": 0})
    report = verify(manifest, launched(layout, opt_in=opt_in))
    assert not of_rule(report, "opt-in")
    assert of_rule(verify(manifest, launched(layout, opt_in=not opt_in)), "opt-in")


def test_the_first_window_starts_at_the_run_alignment() -> None:
    manifest = manifest_of(buffer("table", 3, scope="block"), buffer("a", 1, dtype="complex128"))
    layout = layout_at(manifest, {"table": 0, "a": 0})
    assert layout.launch is not None
    assert (layout.launch.block_region_bytes, layout.launch.region_gap_bytes) == (12, 4)
    assert verify(manifest, layout).findings == ()


def test_without_run_buffers_there_is_no_stride() -> None:
    manifest = manifest_of(buffer("table", 3, scope="block"))
    layout = layout_at(manifest, {"table": 0})
    assert verify(manifest, layout).findings == ()
    assert of_rule(verify(manifest, launched(layout, stride_bytes=4, padding_bytes=4)), "stride")


def test_a_budget_above_the_architectures_is_no_budget() -> None:
    manifest = with_launch({"shared_budget_bytes": 200_000})
    layout = layout_at(manifest, {"a": 0})
    (finding,) = of_rule(verify(manifest, layout), "budget")
    assert "8.6 has at most 101376" in finding.message


def test_a_block_whose_registers_do_not_fit_cannot_start() -> None:
    manifest = with_launch({"registers_per_thread": 255}, threads_per_run=32)
    layout = launched(layout_at(manifest, {"a": 0}), threads_per_block=512, runs_per_block=16)
    assert any("registers" in finding.message for finding in of_rule(verify(manifest, layout), "threads"))


def claimed(threads: int, bound: int, *, of_threads: Status = "optimal", of_bytes: Status = "optimal") -> Proof:
    right = proof(32, 1200, 0, 64)
    return replace(
        right,
        threads_per_block=replace(right.threads_per_block, status=of_threads, upper_bound=threads),
        run_bytes=bytes_proof(bound, of_bytes),
    )


CLAIMS = [
    ("a bound above the figure", claimed(32, 1204), "proof"),
    ("optimal below the figure", claimed(32, 1100), "proof"),
    ("feasible at the bound", claimed(32, 1200, of_bytes="feasible"), "proof"),
    ("a thread bound too low", claimed(31, 1200), "proof"),
    ("threads not proven", claimed(64, 1200, of_threads="feasible"), "status"),
]


@pytest.mark.parametrize(("claim", "rule"), [row[1:] for row in CLAIMS], ids=[row[0] for row in CLAIMS])
def test_a_claim_that_the_figures_do_not_bear_out_is_found(claim: Proof, rule: str) -> None:
    manifest = with_launch()
    assert of_rule(verify(manifest, replace(layout_at(manifest, {"a": 0}), proof=claim)), rule)


def test_a_feasible_layout_says_so() -> None:
    manifest = with_launch()
    open_proof = claimed(32, 1100, of_bytes="feasible")
    layout = replace(layout_at(manifest, {"a": 0}), proof=open_proof)
    assert of_rule(verify(manifest, layout), "status")
    assert verify(manifest, replace(layout, status="feasible")).findings == ()
    assert of_rule(verify(manifest, replace(layout, status="infeasible")), "status")


INFEASIBLE = with_launch({"shared_budget_bytes": 1000})


def infeasible_layout(manifest: Manifest, **changes: Any) -> Layout:
    layout = Layout(manifest.sha256, "infeasible", None, (), proof(0, 0, 0), {}, minimum_budget_bytes=1204)
    return replace(layout, **changes)


def test_an_infeasible_layout_that_names_the_budget_it_needs_passes() -> None:
    assert verify(INFEASIBLE, infeasible_layout(INFEASIBLE)).findings == ()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"minimum_budget_bytes": None}, "infeasible"),
        ({"minimum_budget_bytes": 1000}, "infeasible"),  # the budget already gives that
        ({"minimum_budget_bytes": 1100}, "infeasible"),  # less than the one buffer
        ({"buffers": layout_at(with_launch(), {"a": 0}).buffers}, "infeasible"),
        ({"status": "optimal"}, "status"),
        ({"manifest_sha256": "0" * 64}, "manifest-hash"),
    ],
)
def test_an_infeasible_layout_is_checked_too(changes: dict[str, Any], rule: str) -> None:
    assert of_rule(verify(INFEASIBLE, infeasible_layout(INFEASIBLE, **changes)), rule)


def test_where_registers_forbid_the_block_no_budget_has_to_be_named() -> None:
    manifest = with_launch({"registers_per_thread": 255}, threads_per_block=512)
    assert verify(manifest, infeasible_layout(manifest, minimum_budget_bytes=None)).findings == ()
