"""The plan for a device: every run and thread of the block, and a kernel that is right passes it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.gpu_runtime.probe.samples import loop_layout, loop_manifest
from warpack.gpu_runtime.hardware import whole_block
from warpack.gpu_runtime.hardware.whole_block import of_whole_block
from warpack.gpu_runtime.probe.backends.prepared import prepare
from warpack.gpu_runtime.probe.backends.simulated_level import simulate
from warpack.gpu_runtime.probe.plan.probe_plan import plan_probe


def test_every_run_is_probed_with_patterns_of_its_own_and_the_last_block_is_a_partial_one() -> None:
    manifest = loop_manifest()
    plan = plan_probe(manifest, loop_layout(manifest, runs_per_block=9))
    whole = of_whole_block(plan)
    assert (whole.shape.slots, whole.shape.active) == (tuple(range(9)), (9, 8))
    assert whole.shape.slot_of_run() == list(range(9))
    assert (whole.shape.threads, whole.shape.dynamic_bytes) == (plan.shape.threads, plan.shape.dynamic_bytes)
    assert whole.shape.window_bytes == plan.shape.dynamic_bytes
    assert len(set(whole.multipliers)) == len(whole.multipliers) == 20
    assert max(whole.multipliers) < whole.prime
    assert whole.scripts == plan.scripts
    assert of_whole_block(plan) == whole


@pytest.mark.parametrize("limit", ["MOST_FILLS", "MOST_DUMPED_BYTES"])
def test_what_is_too_much_to_picture_keeps_its_few_runs(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_block, limit, 10)
    manifest = loop_manifest()
    plan = plan_probe(manifest, loop_layout(manifest))
    assert of_whole_block(plan) is plan


@pytest.mark.usefixtures("warm")
def test_a_kernel_that_is_right_passes_the_whole_blocks_plan() -> None:
    pytest.importorskip("numba_cuda", reason="the extra gpu is not installed")
    manifest = loop_manifest()
    layout = loop_layout(manifest, runs_per_block=6)
    prepared = prepare(manifest, layout, None)
    whole = replace(prepared, plan=of_whole_block(prepared.plan))
    report = simulate(manifest, layout, prepared=whole, leave_out=("cpu-target",))
    assert report.findings == ()
    assert report.detail["runs_probed"] == list(range(6))
    assert report.detail["words_checked"] == report.detail["words_planned"] > 0
