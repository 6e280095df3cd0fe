"""The host's side of a hardware validation, walked on a double of the driver: never a report of level hardware."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.fake_driver import PREDICTED, bundle_of, plant_results
from warpack.gpu_runtime.hardware.bundle import Bundle
from warpack.gpu_runtime.hardware.hardware_level import CHECKED, HostPathTest, run_on_hardware, walk_host_path
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

Solved = tuple[Manifest, Layout]


def rules(walked: HostPathTest) -> list[str]:
    return [finding.rule for finding in walked.findings]


def test_a_right_kernel_passes_every_check_and_the_evidence_is_counted(
    solved: Solved, bundle: Bundle, double: pytest.MonkeyPatch
) -> None:
    walked = walk_host_path(*solved, bundle)
    assert walked.findings == ()
    assert (walked.level, walked.kind) == ("none", "host-path test")
    detail = walked.detail
    assert detail["ran"] is True
    assert detail["device"]["name"] == "Test double, no GPU"
    assert detail["device"]["uuid"] == "GPU-abababab-abab-abab-abab-abababababab"
    assert detail["device"]["cuda_version"] == "13.0"
    assert detail["device"]["table_differences"] == []
    assert detail["words_checked"] == detail["words_planned"] > 0
    assert detail["conflict_edges"] == detail["conflict_edges_covered"] > 0
    assert detail["image_bytes_checked"] > detail["dynamic_shared_bytes"] > 49152
    assert (detail["image_bytes_wrong"], detail["threads_unfinished"]) == (0, 0)
    assert detail["passes"] == detail["passes_planned"]
    measured = detail["kernel"]["measured"]
    assert measured["max_dynamic_shared_bytes"] == detail["dynamic_shared_bytes"] + 256
    assert detail["guard_bytes_checked"] > 0
    assert (detail["runs_probed"], detail["runs_in_last_block"]) == (64, 63)
    assert {name: check["findings"] for name, check in detail["checks"].items()} == dict.fromkeys(CHECKED, 0)
    assert (measured["registers"], measured["static_shared_bytes"]) == (40, 1024)
    assert detail["kernel"]["differences"] == []


def test_the_double_gets_no_hardware_report_and_the_refusal_names_what_gave_it_away(
    solved: Solved, bundle: Bundle, double: pytest.MonkeyPatch
) -> None:
    report = run_on_hardware(*solved, bundle)
    assert (report.level, report.passed, report.detail["ran"]) == ("hardware", False, False)
    (finding,) = report.findings
    assert finding.rule == "device-not-real"
    assert "'Test double, no GPU' does not identify itself as a real GPU" in finding.message
    assert "libcuda.so.1, a driver's is named after its version" in finding.message
    assert "lists no GPU at 0000:3b:00.0" in finding.message


def test_a_wrong_byte_is_found_by_the_code_that_judges_the_simulator(
    solved: Solved, bundle: Bundle, double: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    double.setenv("DOUBLE_RESULTS", str(plant_results(tmp_path / "wrong", *solved, wrong_byte=True)))
    walked = walk_host_path(*solved, bundle)
    assert rules(walked) == ["image-differs"]
    assert "byte 0 of block 0" in walked.findings[0].message
    assert walked.detail["image_bytes_wrong"] == 1


def test_a_kernel_that_does_nothing_does_not_pass(solved: Solved, bundle: Bundle, double: pytest.MonkeyPatch) -> None:
    double.delenv("DOUBLE_RESULTS")
    found = rules(walk_host_path(*solved, bundle))
    assert {"threads-unfinished", "words-missed", "image-differs"} <= set(found)


@pytest.mark.parametrize(
    ("fault", "rule", "said"),
    [
        ("no-device", "no-device", "CUDA_ERROR_NO_DEVICE"),
        ("no-binary", "load-failed", "CUDA_ERROR_NO_BINARY_FOR_GPU"),
        ("opt-in", "opt-in-refused", "the device's maximum is 101376"),
        ("out-of-memory", "out-of-memory", "CUDA_ERROR_OUT_OF_MEMORY"),
        ("illegal-address", "launch-failed", "CUDA_ERROR_ILLEGAL_ADDRESS"),
        ("stray-write", "guards-broken", "dump, final, report"),
    ],
)
def test_each_fault_is_a_finding_of_its_own_and_the_next_validation_is_untouched(
    solved: Solved, bundle: Bundle, double: pytest.MonkeyPatch, fault: str, rule: str, said: str
) -> None:
    double.setenv("DOUBLE_FAULT", fault)
    walked = walk_host_path(*solved, bundle)
    assert walked.findings[0].rule == rule
    assert said in walked.findings[0].message
    double.delenv("DOUBLE_FAULT")
    assert walk_host_path(*solved, bundle).findings == ()


def test_a_kernel_that_hangs_is_killed_at_its_limit(solved: Solved, bundle: Bundle, double: pytest.MonkeyPatch) -> None:
    double.setenv("DOUBLE_FAULT", "hang")
    walked = walk_host_path(*solved, bundle, time_limit_s=3.0)
    assert rules(walked) == ["device-time-limit"]
    assert "within 3 s" in walked.findings[0].message


def test_machine_code_for_another_architecture_is_refused_before_it_is_loaded(
    solved: Solved, bundle: Bundle, double: pytest.MonkeyPatch
) -> None:
    double.setenv("DOUBLE_CC", "90")
    walked = walk_host_path(*solved, bundle)
    assert rules(walked) == ["wrong-architecture"]
    assert "8.6" in walked.findings[0].message
    assert "9.0" in walked.findings[0].message


def test_a_device_that_is_not_there_is_named(solved: Solved, bundle: Bundle, double: pytest.MonkeyPatch) -> None:
    walked = walk_host_path(*solved, bundle, ordinal=1)
    assert rules(walked) == ["no-device"]
    assert "1 GPUs, so there is no device 1" in walked.findings[0].message


@pytest.mark.parametrize(
    ("variable", "value", "figure", "predicted"),
    [
        ("DOUBLE_REGISTERS", "64", "registers", PREDICTED["registers"]),
        ("DOUBLE_LOCAL", "128", "local_bytes", PREDICTED["stack_bytes"]),
        ("DOUBLE_MAX_THREADS", "256", "max_threads", PREDICTED["max_threads"]),
        ("DOUBLE_BLOCKS", "2", "blocks_per_sm", PREDICTED["blocks_per_sm"]),
    ],
)
def test_what_is_measured_otherwise_than_predicted_is_reported(
    solved: Solved, bundle: Bundle, double: pytest.MonkeyPatch, variable: str, value: str, figure: str, predicted: int
) -> None:
    double.setenv(variable, value)
    walked = walk_host_path(*solved, bundle)
    assert walked.findings == ()
    expected = {"figure": figure, "predicted": predicted, "measured": int(value)}
    assert walked.detail["kernel"]["differences"] == [expected]


def test_a_bundle_of_another_layout_or_another_plan_is_refused(
    solved: Solved, bundle: Bundle, double: pytest.MonkeyPatch
) -> None:
    plan: dict[str, Any] = {**bundle.plan, "prime": bundle.plan["prime"] + 2}
    for other in (replace(bundle, layout_sha256="0" * 64), replace(bundle, plan=plan)):
        walked = walk_host_path(*solved, other)
        assert rules(walked) == ["bundle-mismatch"]
        assert walked.detail["ran"] is False


def test_without_a_driver_the_finding_says_so(
    solved: Solved, bundle: Bundle, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("cuda.bindings", reason="cuda-bindings is not installed")
    (tmp_path / "libcuda.so.1").write_bytes(b"no library")  # found before a driver that may be installed
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    report = run_on_hardware(*solved, bundle_of(*solved))
    assert not report.passed
    assert report.findings[0].rule in ("driver-missing", "device-not-real")
