"""Validation levels: in order, each with its report, none claimed that did not run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from warpack import gpu_runtime
from warpack.gpu_runtime import validation
from warpack.gpu_runtime.probe.backends import prepared
from warpack.gpu_runtime.probe.backends.compiled_level import compile_probe
from warpack.gpu_runtime.probe.plan.probe_plan import Plan, plan_probe
from warpack.solver import load_manifest, optimize
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.report import STATEMENT


@pytest.fixture(scope="module")
def solved() -> tuple[Manifest, Layout]:
    manifest = load_manifest(
        {
            "schema": "warpack/manifest/1",
            "target": {"compute_capability": "8.6"},
            "timeline": {"phases": ["init", "stage", "commit"], "loops": [[1, 3]]},
            "buffers": [
                {"name": "state", "size": 6, "dtype": "float32", "persistent": True, "zero": "entry"},
                {"name": "rhs", "size": 6, "dtype": "float32", "lifetime": [[1, 2]]},
                {"name": "window", "size": 3, "dtype": "float64", "lifetime": [[2, 3]]},
            ],
        }
    )
    return manifest, optimize(manifest)


def moved(layout: Layout, name: str, offset_bytes: int) -> Layout:
    buffers = (replace(item, offset_bytes=offset_bytes) if item.name == name else item for item in layout.buffers)
    return replace(layout, buffers=tuple(buffers))


@pytest.mark.usefixtures("kernels_are_compiled")
def test_best_runs_every_level_that_needs_no_gpu_on_one_plan(
    solved: tuple[Manifest, Layout], monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = []

    def counted(manifest: Manifest, layout: Layout) -> Plan:
        plans.append(plan_probe(manifest, layout))
        return plans[-1]

    monkeypatch.setattr(prepared, "plan_probe", counted)
    result = gpu_runtime.validate_up_to(*solved, "best")
    assert len(plans) == 1
    assert (result.required, result.level) == ("best", "simulated")
    assert [(report["level"], report["passed"]) for report in result.reports] == [
        ("static", True), ("compiled", True), ("simulated", True),
    ]  # fmt: skip
    assert all(report["statement"] == STATEMENT and report["detail"]["ran"] for report in result.reports)
    compiled = result.reports[1]["detail"]
    assert compiled["probe_kernel"]["static_shared_bytes"] == 0 < compiled["probe_kernel"]["registers"]
    assert compiled["probe_kernel"]["architecture"] == "8.6"
    assert {library["found_via"] for library in compiled["toolchain"]["libraries"]} == {"site-packages"}


def test_a_layout_that_fails_a_level_gets_no_further(solved: tuple[Manifest, Layout]) -> None:
    manifest, layout = solved
    state = layout.by_name["state"].offset_bytes
    assert state is not None
    result = gpu_runtime.validate_up_to(manifest, moved(layout, "rhs", state), "simulated")
    assert (result.level, len(result.reports)) == ("none", 1)
    assert not result.reports[0]["passed"]


@pytest.mark.usefixtures("warm")
def test_the_probe_alone_finds_what_the_static_level_would_have_stopped(solved: tuple[Manifest, Layout]) -> None:
    manifest, layout = solved
    state = layout.by_name["state"].offset_bytes
    assert state is not None
    report = gpu_runtime.validate(manifest, moved(layout, "rhs", state), "simulated")
    assert "contents-lost" in {finding.rule for finding in report.findings}


def test_hardware_is_reported_as_not_run(solved: tuple[Manifest, Layout]) -> None:
    report = gpu_runtime.validate(*solved, "hardware")
    assert (report.passed, report.detail) == (False, {"ran": False})
    assert [finding.rule for finding in report.findings] == ["hardware-unavailable"]
    assert "8.6" in report.findings[0].message
    assert "simulated" in report.findings[0].message


@pytest.mark.parametrize("level", ["compiled", "simulated"])
def test_without_the_gpu_extra_a_level_is_not_run_and_not_passed(
    solved: tuple[Manifest, Layout], monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    monkeypatch.setattr(validation, "find_spec", lambda name: None)
    result = gpu_runtime.validate_up_to(*solved, "best")
    assert (result.level, len(result.reports)) == ("static", 2)
    report = gpu_runtime.validate(*solved, level)  # type: ignore[arg-type]  # a plain str
    assert (report.passed, report.detail) == (False, {"ran": False})
    assert report.findings[0].rule == "gpu-extra-missing"


def test_an_infeasible_layout_has_nothing_to_probe(solved: tuple[Manifest, Layout]) -> None:
    manifest, layout = solved
    infeasible = replace(layout, status="infeasible", launch=None, buffers=())
    for level in ("compiled", "simulated"):
        report = gpu_runtime.validate(manifest, infeasible, level)  # type: ignore[arg-type]  # a plain str
        assert [finding.rule for finding in report.findings] == ["nothing-to-probe"]


@pytest.mark.parametrize("level", ["best", "none", "gpu"])
def test_a_level_that_there_is_none_of_is_refused(solved: tuple[Manifest, Layout], level: str) -> None:
    with pytest.raises(ValueError, match="static, compiled, simulated, hardware"):
        gpu_runtime.validate(*solved, level)  # type: ignore[arg-type]  # a plain str
    if level != "best":
        with pytest.raises(ValueError, match="best, static"):
            gpu_runtime.validate_up_to(*solved, level)  # type: ignore[arg-type]  # a plain str


@pytest.mark.usefixtures("warm")
def test_code_with_static_shared_memory_or_that_does_not_compile_fails_the_compiled_level(
    solved: tuple[Manifest, Layout],
) -> None:
    manifest, layout = solved
    text = gpu_runtime.emit(layout, manifest)
    static = text.replace("cuda.shared.array(0, types.float64", "cuda.shared.array(64, types.float64")
    assert static != text
    report = compile_probe(manifest, layout, allocators=static)
    assert "static-shared" in {finding.rule for finding in report.findings}
    report = compile_probe(manifest, layout, allocators=text.replace("view_at(memory[", "view_at(undefined["))
    assert [finding.rule for finding in report.findings] == ["compile-ptx"]
    assert "undefined" in report.findings[0].message


def test_the_package_says_what_it_has_not() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        gpu_runtime.no_such_name  # noqa: B018  (the access is the test)
