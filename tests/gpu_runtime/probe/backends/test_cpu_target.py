"""The emitted text on numba's CPU target: what is made of it, and that the full block leaves the layout's bytes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.gpu_runtime.probe.samples import lifetime, loop_layout, loop_manifest, side_by_side
from tests.helpers.hand_layouts import make_buffer, make_manifest
from warpack.gpu_runtime.emitters import emit
from warpack.gpu_runtime.probe.backends.cpu_allocators import CannotBeReadError, cpu_text
from warpack.gpu_runtime.probe.backends.simulated_level import simulate
from warpack.solver.wire.manifest import Barrier, Manifest, Part, Timeline
from warpack.solver.wire.report import ValidationReport


def every_width() -> Manifest:
    """Elements of 1 to 16 bytes, zeros, parts and a block's buffer; four threads per run."""
    types = ["bool", "uint8", "float16", "int64", "float64", "complex64", "complex128", "bfloat16"]
    typed = [make_buffer(f"t/{name}", 3, name, lifetime=lifetime((0, 2))) for name in types]
    parts = (Part("u", 0, 4, lifetime((0, 2))), Part("v", 4, 5, lifetime((1, 3))))
    return make_manifest(
        *typed,
        make_buffer("state", 5, "float64", persistent=True, zero="entry"),
        make_buffer("store", 9, parts=parts, zero="interval"),
        make_buffer("tile", 9, "int16", scope="block", zero="interval", lifetime=lifetime((0, 2))),
        threads_per_run=4,
        timeline=Timeline(length=4, barriers=(Barrier(1, "block"), Barrier(2, "run"))),
    )


def test_every_thread_of_the_block_plays_the_plan_with_elements_of_every_width() -> None:
    manifest = every_width()
    report = simulate(manifest, side_by_side(manifest, runs_per_block=5))
    assert report.passed, report.findings
    assert (report.detail["cpu_threads"], report.detail["cpu_runs"]) == (20, 5)
    assert report.detail["cpu_words_checked"] > 0
    assert all(check["ran"] for check in report.detail["checks"].values())


def changed(edit: Callable[[str], str]) -> ValidationReport:
    manifest = loop_manifest()
    layout = loop_layout(manifest)
    text = emit(layout, manifest)
    assert edit(text) != text
    return simulate(manifest, layout, allocators=edit(text))


@pytest.mark.usefixtures("warm")
def test_code_that_only_a_simulator_takes_is_found() -> None:
    report = changed(lambda text: text.replace("memory[1], 8, 5", "list(memory)[1], 8, 5"))
    assert [name for name, check in report.detail["checks"].items() if check.get("findings")] == ["cpu-target"]
    assert {finding.rule for finding in report.findings} == {"cpu-target-error"}


@pytest.mark.usefixtures("warm")
def test_a_check_that_is_left_out_is_said_to_have_not_run() -> None:
    manifest = loop_manifest()
    report = simulate(manifest, loop_layout(manifest), leave_out=("cpu-target",))
    assert report.detail["checks"]["cpu-target"]["ran"] is False
    assert report.detail["checks"]["cpu-target"]["why"] == "left out by the caller"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def f():\n    return cuda.shared.array(4, types.int8)", "static shared array"),
        ("def f():\n    return cuda.shared.array(0, types.voidptr)", "no element type"),
        ("def f():\n    return cuda.blockIdx.x", "cuda.blockIdx.x"),
    ],
)
def test_text_that_has_no_meaning_on_the_cpu_is_refused(text: str, message: str) -> None:
    with pytest.raises(CannotBeReadError, match=message):
        cpu_text(text)
