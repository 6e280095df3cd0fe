"""The probe in the simulator: right layouts pass, and every planted fault is found, in the layout and in the code."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gpu_runtime.probe.samples import lifetime, loop_layout, loop_manifest, side_by_side
from tests.helpers.hand_layouts import make_buffer, make_layout, make_manifest
from warpack.gpu_runtime.emitters import emit
from warpack.gpu_runtime.probe.backends import simulated_level
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Barrier, InPlace, Loop, Manifest, Part, Timeline
from warpack.solver.wire.report import ValidationReport

pytestmark = pytest.mark.slow

DTYPES = [
    "bool", "int8", "int16", "uint16", "int32", "uint64", "float16", "float32", "float64", "complex64", "complex128",
    "bfloat16", "float8_e4m3fn", "float8_e8m0fnu",
]  # fmt: skip


def simulate(manifest: Manifest, layout: Layout, **options: Any) -> ValidationReport:
    """Without the CPU target, which has tests of its own."""
    return simulated_level.simulate(manifest, layout, leave_out=("cpu-target",), **options)


def rules(report: ValidationReport) -> set[str]:
    return {finding.rule for finding in report.findings}


def test_a_right_layout_passes_and_the_report_counts_what_was_done() -> None:
    manifest = loop_manifest()
    report = simulate(manifest, loop_layout(manifest))
    assert report.passed, report.findings
    detail = report.detail
    assert detail["words_checked"] == detail["words_planned"] > 0
    assert detail["conflict_edges"] == detail["conflict_edges_covered"] == 10
    assert detail["threads_finished"] == detail["threads_started"] > 0
    assert (detail["ways"], detail["steps"]) == (3, [8, 2, 5])
    assert (detail["passes"], detail["blocks"], detail["runs_in_last_block"]) == (9, 2, 2)
    assert detail["views_checked"] == 6 * 4
    assert detail["image_bytes_wrong"] == 0 < detail["image_bytes_checked"]


def every_feature(threads_per_run: int) -> Manifest:
    """Zeros of both kinds, parts, block scope, barriers of both scopes, contents carried round, and all element
    types."""
    parts = (Part("u", 0, 4, lifetime((0, 2))), Part("v", 4, 5, lifetime((1, 3), (4, 5))))
    typed = [
        make_buffer(f"t/{dtype}", 7, dtype, lifetime=lifetime((number % 4, number % 4 + 2)))
        for number, dtype in enumerate(DTYPES)
    ]
    return make_manifest(
        make_buffer("kept", 9, zero="entry", persistent=True),
        make_buffer("again", 9, zero="interval", lifetime=lifetime((1, 2), (3, 4))),
        make_buffer("store", 9, parts=parts, zero="interval"),
        make_buffer("first", 9, "float64", parts=parts, zero="entry"),
        make_buffer("tile", 50, "int16", scope="block", zero="entry", lifetime=lifetime((0, 2))),
        make_buffer("tile2", 50, "int16", scope="block", zero="interval", lifetime=lifetime((2, 4))),
        make_buffer("round", 5, lifetime=lifetime((3, 2))),
        make_buffer("unused", 5, lifetime=()),
        make_buffer("empty", 0),
        *typed,
        threads_per_run=threads_per_run,
        timeline=Timeline(length=6, loops=(Loop(1, 5),), barriers=(Barrier(2, "block"), Barrier(4, "run"))),
    )


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("threads_per_run", [1, 4, 6])
def test_every_feature_passes_whoever_shares_the_buffers(threads_per_run: int) -> None:
    manifest = every_feature(threads_per_run)
    report = simulate(manifest, side_by_side(manifest))
    assert report.passed, report.findings
    assert report.detail["conflict_edges"] == report.detail["conflict_edges_covered"] > 100


@pytest.mark.usefixtures("warm")
def test_local_arrays_and_persistent_local_storage_are_probed_too() -> None:
    manifest = make_manifest(
        make_buffer("plain", 6, location="local", zero="entry", lifetime=lifetime((0, 3))),
        make_buffer("kept", 6, "float64", location="local", persistent=True, zero="entry"),
        make_buffer("also_kept", 3, "float64", location="local", persistent=True),
        make_buffer("c", 6, "int16", location="local", zero="interval", parts=(Part("0", 0, 2, lifetime((0, 2))), Part("1", 2, 4, lifetime((1, 3))))),
    )  # fmt: skip
    report = simulate(manifest, side_by_side(manifest, runs_per_block=4))
    assert report.passed, report.findings
    assert report.detail["conflict_edges"] == 1
    assert report.detail["dynamic_shared_bytes"] == 0


FAULTY_LAYOUTS = {
    "one element of overlap": ({"c/b": 48}, {}, {"contents-lost"}),
    "one byte of overlap between byte-wide buffers": ({"g": 74}, {}, {"contents-lost"}),
    "two buffers at one place": ({"c/b": 32}, {}, {"contents-lost"}),
    "a buffer over contents that are carried round the loop": ({"c/a": 8}, {}, {"contents-lost"}),
    "a stride shorter than a run": (
        {},
        {"stride_bytes": 72, "padding_bytes": 0, "dynamic_shared_bytes": 320},
        {"contents-lost"},
    ),
    "all runs at one place": (
        {},
        {"stride_bytes": 0, "padding_bytes": 0, "dynamic_shared_bytes": 320},
        {"contents-lost"},
    ),
    "past the end of the memory": ({}, {"dynamic_shared_bytes": 4 * 80 - 8}, {"view-length", "view-misplaced"}),
    "past the end of the window": ({"g": 79}, {"run_bytes": 78}, {"view-length", "view-misplaced"}),
}


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("name", FAULTY_LAYOUTS)
def test_a_fault_in_the_layout_is_found(name: str) -> None:
    offsets, figures, expected = FAULTY_LAYOUTS[name]
    manifest = loop_manifest()
    report = simulate(manifest, loop_layout(manifest, offsets, **figures))
    assert not report.passed
    assert expected <= rules(report)


@pytest.mark.usefixtures("warm")
def test_a_lost_element_is_told_with_buffers_bytes_and_phase() -> None:
    manifest = loop_manifest()
    report = simulate(manifest, loop_layout(manifest, {"g": 74}))
    finding = report.findings[0]
    assert set(finding.buffers) == {"f", "g"}
    assert (finding.region, finding.start_bytes, finding.end_bytes) == ("run", 74, 75)
    assert (finding.phase, finding.phase_name) == (1, "1")


def changed(layout: Layout, manifest: Manifest, old: str, new: str) -> str:
    text = emit(layout, manifest)
    assert old in text
    return text.replace(old, new)


FAULTY_CODE = {
    "one element further on": ("memory[1], 8, 5", "memory[1], 9, 5", {"view-misplaced", "image-differs"}),
    "one element too short": ("memory[1], 8, 5", "memory[1], 8, 4", {"view-misplaced", "view-length"}),
    "another buffer's place": ("memory[1], 13, 5", "memory[1], 8, 5", {"contents-lost", "image-differs"}),
    "a place of the right size that nobody has": ("memory[0], 75, 3", "memory[0], 64, 3", {"view-misplaced"}),
    "the first run's window for all": ("0 + 20 * run, 19", "0, 19", {"view-misplaced", "contents-lost"}),
    "a getter that raises": ("memory[1], 8, 5", "memory[9], 8, 5", {"simulator-error"}),
    "threads numbered otherwise": ("// THREADS_PER_RUN", "// 2", {"thread-numbering"}),
}


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("name", FAULTY_CODE)
def test_code_that_is_not_what_the_layout_says_is_found(name: str) -> None:
    old, new, expected = FAULTY_CODE[name]
    manifest = loop_manifest()
    layout = loop_layout(manifest)
    report = simulate(manifest, layout, allocators=changed(layout, manifest, old, new))
    assert not report.passed
    assert expected <= rules(report)


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("zero", ["entry", "interval"])
def test_a_zero_that_is_not_written_is_found(zero: str) -> None:
    manifest = make_manifest(make_buffer("z", 5, zero=zero, lifetime=lifetime((0, 3))))
    layout = side_by_side(manifest)
    text = changed(layout, manifest, ", 5), 5)", ", 5), 4)")
    report = simulate(manifest, layout, allocators=text)
    assert "zero-missing" in rules(report)


@pytest.mark.usefixtures("warm")
def test_an_in_place_write_that_lies_beside_its_read_is_found() -> None:
    manifest = make_manifest(
        make_buffer("x", 6, lifetime=lifetime((0, 2))),
        make_buffer("y", 6, lifetime=lifetime((1, 3))),
        in_place=(InPlace(1, "x", "y"),),
    )
    right = make_layout(manifest, {"x": 0, "y": 0}, run_bytes=28)
    assert simulate(manifest, right).passed
    beside = make_layout(manifest, {"x": 0, "y": 4})
    assert "contents-lost" in rules(simulate(manifest, beside))
    text = emit(right, manifest)
    getter_of_y = text.index("def y(")
    shifted = text[:getter_of_y] + text[getter_of_y:].replace(", 0, 6)", ", 1, 6)", 1)
    assert shifted != text
    assert "contents-lost" in rules(simulate(manifest, right, allocators=shifted))


def test_a_misaligned_layout_is_refused_by_the_emitter() -> None:
    manifest = loop_manifest()
    report = simulate(manifest, loop_layout(manifest, {"c/a": 34}))
    assert rules(report) == {"emit-refused"}
    assert report.findings[0].buffers == ("c/a",)
    assert report.detail["ran"] is False


def test_running_into_the_time_limit_is_a_finding_and_no_pass() -> None:
    manifest = loop_manifest()
    report = simulate(manifest, loop_layout(manifest), time_limit_s=0.05)
    assert rules(report) == {"simulator-time-limit"}
    assert (report.passed, report.detail["ran"]) == (False, False)
