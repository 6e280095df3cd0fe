"""The real thing, where there is a GPU: examples at level hardware, faults that a device finds, and faults of the
device's side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.real_gpu import real_gpu
from warpack import gpu_runtime
from warpack.gpu_runtime.hardware.bundle_maker import make_bundle
from warpack.gpu_runtime.hardware.hardware_level import run_on_hardware
from warpack.gpu_runtime.hardware.sanitizer import TOOLS, find_sanitizer
from warpack.solver import load_manifest, optimize
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

pytestmark = pytest.mark.gpu

_EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("[0-9]*.json"))


@pytest.fixture
def device() -> Mapping[str, Any]:
    return real_gpu()


def solved(document: dict[str, Any], device: Mapping[str, Any]) -> tuple[Manifest, Layout]:
    target = document.get("target", {}) | {"compute_capability": device["compute_capability"]}
    manifest = load_manifest(document | {"target": target})
    return manifest, optimize(manifest)


def opted_in(device: Mapping[str, Any]) -> tuple[Manifest, Layout]:
    """More than 48 KB of shared memory, elements of several widths, a loop, zeros."""
    return solved(
        {
            "schema": "warpack/manifest/1",
            "target": {"shared_budget_bytes": "opt-in"},
            "launch": {"max_threads_per_block": 64, "bank_conflicts": "ignore"},
            "timeline": {"phases": ["init", "stage", "commit"], "loops": [[1, 3]]},
            "buffers": [
                {"name": "state", "size": 200, "dtype": "float32", "persistent": True, "zero": "entry"},
                {"name": "rhs", "size": 6, "dtype": "float32", "lifetime": [[1, 2]]},
                {"name": "window", "size": 3, "dtype": "float64", "lifetime": [[2, 3]]},
                {"name": "flags", "size": 5, "dtype": "uint8", "lifetime": [[0, 2]]},
            ],
        },
        device,
    )


@pytest.mark.parametrize("path", _EXAMPLES, ids=lambda path: path.stem)
def test_an_example_passes_every_level_on_the_device(path: Path, device: Mapping[str, Any]) -> None:
    manifest, layout = solved(json.loads(path.read_text(encoding="utf-8")), device)
    validation = gpu_runtime.validate_up_to(manifest, layout, "hardware")
    failed = [report["findings"] for report in validation.reports if not report["passed"]]
    assert (validation.level, failed) == ("hardware", [])
    detail = validation.reports[-1]["detail"]
    assert detail["device"]["uuid"] == device["uuid"]
    assert detail["words_checked"] == detail["words_planned"]
    assert detail["conflict_edges_covered"] == detail["conflict_edges"]
    assert detail["kernel"]["measured"]["registers"] == detail["kernel"]["predicted"]["registers"]


def test_a_block_that_opts_in_to_more_than_48_kib_runs(device: Mapping[str, Any]) -> None:
    manifest, layout = opted_in(device)
    assert layout.launch is not None
    assert layout.launch.dynamic_shared_bytes > 49152
    report = run_on_hardware(manifest, layout, make_bundle(manifest, layout))
    assert report.findings == ()


def test_a_layout_that_lets_two_live_buffers_share_bytes_is_found(device: Mapping[str, Any]) -> None:
    manifest, layout = opted_in(device)
    state = layout.by_name["state"].offset_bytes
    moved = tuple(replace(buffer, offset_bytes=state) if buffer.name == "rhs" else buffer for buffer in layout.buffers)
    broken = replace(layout, buffers=moved)
    report = run_on_hardware(manifest, broken, make_bundle(manifest, broken))
    assert "contents-lost" in {finding.rule for finding in report.findings}


def test_a_kernel_that_faults_fails_its_validation_and_not_the_next(device: Mapping[str, Any]) -> None:
    """A plan that sends the kernel far outside its arrays."""
    from warpack.gpu_runtime.hardware.bundle import Bundle
    from warpack.gpu_runtime.hardware.driver_process import ask

    manifest, layout = opted_in(device)
    good = make_bundle(manifest, layout)
    offsets = [[10**12 * (at + 1) for at in range(len(script["offsets"]))] for script in good.plan["scripts"]]
    scripts = [script | {"offsets": far} for script, far in zip(good.plan["scripts"], offsets, strict=True)]
    faulty: Bundle = replace(good, plan={**good.plan, "scripts": scripts})
    request = {"bundle": faulty.to_text(), "ordinal": 0, "host_path_test": False, "time_limit_s": 60.0}
    _, answer = ask("warpack.gpu_runtime.hardware.execute_child", request, time_limit_s=60.0)
    assert answer["ran"]["error"]["rule"] == "launch-failed"
    assert run_on_hardware(manifest, layout, good).passed


def test_compute_sanitizer_finds_nothing_wrong_with_the_probe(device: Mapping[str, Any]) -> None:
    from warpack.gpu_runtime.hardware.errors import HardwareError

    try:
        find_sanitizer()
    except HardwareError as error:
        pytest.skip(str(error))
    manifest, layout = opted_in(device)
    report = run_on_hardware(manifest, layout, make_bundle(manifest, layout), sanitizer=True)
    assert report.findings == ()
    assert [result["tool"] for result in report.detail["sanitizer"]] == list(TOOLS)
