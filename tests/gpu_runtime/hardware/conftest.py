"""The double of the driver, and a layout to probe on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.fake_driver import build_double, bundle_of, plant_results
from warpack.gpu_runtime.hardware.bundle import Bundle
from warpack.solver import load_manifest, optimize
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

_DOCUMENT = {
    "schema": "warpack/manifest/1",
    "target": {"compute_capability": "8.6", "shared_budget_bytes": "opt-in"},
    "launch": {"max_threads_per_block": 64, "bank_conflicts": "ignore"},
    "timeline": {"phases": ["init", "stage", "commit"], "loops": [[1, 3]]},
    "buffers": [
        {"name": "state", "size": 200, "dtype": "float32", "persistent": True, "zero": "entry"},
        {"name": "rhs", "size": 6, "dtype": "float32", "lifetime": [[1, 2]]},
        {"name": "window", "size": 3, "dtype": "float64", "lifetime": [[2, 3]]},
    ],
}


@pytest.fixture(scope="session")
def solved() -> tuple[Manifest, Layout]:
    """A layout that needs more than 48 KB of shared memory, so that it has to be opted in."""
    manifest = load_manifest(_DOCUMENT)
    layout = optimize(manifest)
    assert layout.launch is not None
    assert layout.launch.dynamic_shared_bytes > 49152
    return manifest, layout


@pytest.fixture(scope="session")
def bundle(solved: tuple[Manifest, Layout]) -> Bundle:
    return bundle_of(*solved)


@pytest.fixture(scope="session")
def double_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_double(tmp_path_factory.mktemp("double"))


@pytest.fixture(scope="session")
def right_results(tmp_path_factory: pytest.TempPathFactory, solved: tuple[Manifest, Layout]) -> Path:
    return plant_results(tmp_path_factory.mktemp("results") / "right", *solved)


@pytest.fixture
def double(double_folder: Path, right_results: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Children of this test load the double, which finds the results of a right kernel. Returns what sets its
    faults."""
    pytest.importorskip("cuda.bindings", reason="cuda-bindings is not installed")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(double_folder))
    monkeypatch.setenv("DOUBLE_RESULTS", str(right_results))
    return monkeypatch
