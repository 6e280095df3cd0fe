"""Sizes that follow the block, in what is emitted and probed."""

from __future__ import annotations

import pytest

from tests.helpers.solving import solved
from tests.solver.test_growing import reduction
from warpack.gpu_runtime.checked import emit_checked
from warpack.gpu_runtime.emitters import emit
from warpack.gpu_runtime.validation import validate
from warpack.solver import Layout, Manifest, load_manifest


@pytest.fixture(scope="module")
def found() -> tuple[Manifest, Layout]:
    manifest = load_manifest(reduction(launch={"max_threads_per_block": 64}))
    return manifest, solved(manifest)


def test_allocators_have_the_sizes_of_the_layouts_block(found: tuple[Manifest, Layout]) -> None:
    manifest, layout = found
    header = emit(layout, manifest, "cuda-c++")
    assert f"tile  {20 * 64 + 3} x float32" in header
    assert "words  2 x float32" in header
    assert f"MANIFEST_SHA256 = '{manifest.sha256}'" in emit(layout, manifest).replace('"', "'")
    assert "def tile(" in emit_checked(layout, manifest)


@pytest.mark.parametrize("level", ["static", "simulated", "compiled"])
@pytest.mark.usefixtures("warm")
def test_every_level_that_needs_no_gpu_passes(found: tuple[Manifest, Layout], level: str) -> None:
    report = validate(*found, level)  # type: ignore[arg-type]  # a plain str
    assert report.passed, [finding.message for finding in report.findings]
