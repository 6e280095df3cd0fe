"""Bundles: made by the compiling side, read by the side with the GPU, which has no compiler."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from warpack.gpu_runtime.hardware import bundle_maker
from warpack.gpu_runtime.hardware.bundle import Bundle, BundleFormatError, read_bundle
from warpack.gpu_runtime.hardware.bundle_maker import make_bundle
from warpack.gpu_runtime.hardware.errors import HardwareError
from warpack.gpu_runtime.probe.backends.prepared import prepare
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("kernels_are_compiled")]

_ROOT = Path(__file__).parents[3]

_PROGRAM = """
import importlib.util, sys
present = [name for name in ("numba", "llvmlite", "elftools", "ortools") if importlib.util.find_spec(name)]
for name in present:
    sys.modules[name] = None  # importing it now raises ImportError
import warpack.gpu_runtime.hardware.execute_child, warpack.gpu_runtime.hardware.bundle_runner, warpack.gpu_runtime.hardware.hardware_level, warpack.gpu_runtime.hardware.device_query_child
from cuda.bindings import driver
print(sorted({name.split(".")[0] for name in sys.modules} & {"numba", "llvmlite", "elftools", "dbos", "fastapi"} - set(present)))
print([name for name in sys.modules if name.startswith(("cuda.core", "cuda.bindings.nv"))])
"""


def test_a_bundle_survives_the_way_to_the_worker(bundle: Bundle) -> None:
    again = read_bundle(bundle.to_text())
    assert again == bundle
    assert again.to_text() == bundle.to_text()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "warpack/bundle/2"}, "schema"),
        ({"entry": 3}, "entry has the wrong type"),
        ({"carveout": "most"}, "carveout"),
        ({"cubin": "?"}, "no base64"),
        ({"cubin": "AAAA"}, "cubin_sha256"),
        ({"extra": 1}, "extra"),
    ],
)
def test_what_is_no_bundle_is_refused_by_name(bundle: Bundle, change: dict[str, Any], said: str) -> None:
    with pytest.raises(BundleFormatError, match=said):
        read_bundle(json.dumps({**json.loads(bundle.to_text()), **change}))


def test_ptx_in_the_place_of_machine_code_is_refused(bundle: Bundle) -> None:
    from dataclasses import replace

    with pytest.raises(BundleFormatError, match="PTX is never handed to a driver"):
        read_bundle(replace(bundle, cubin=b".version 9.0\n.target sm_86\n").to_text())
    with pytest.raises(BundleFormatError, match="a bundle is JSON"):
        read_bundle("\x7fELF")


@pytest.mark.usefixtures("warm")
def test_a_probe_that_another_level_has_planned_is_not_planned_again(
    solved: tuple[Manifest, Layout], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numba_cuda", reason="the extra gpu is not installed")
    planned = prepare(*solved, None)
    monkeypatch.delattr(bundle_maker, "prepare")
    assert make_bundle(*solved, planned=lambda: planned).layout_sha256 == solved[1].sha256


@pytest.mark.usefixtures("warm")
def test_the_compiling_side_makes_machine_code_of_the_manifests_architecture(solved: tuple[Manifest, Layout]) -> None:
    pytest.importorskip("numba_cuda", reason="the extra gpu is not installed")
    from warpack.gpu_runtime.compiler.cubin import read_cubin

    made = read_bundle(make_bundle(*solved).to_text())
    cubin = read_cubin(made.cubin)
    assert cubin.architecture == made.architecture == "8.6"
    (kernel,) = cubin.kernels
    assert kernel.entry == made.entry
    assert made.predicted["registers"] == kernel.registers
    assert made.predicted["blocks_per_sm"] == 1
    assert made.toolchain["libraries"]


def test_a_layout_that_places_nothing_makes_no_bundle(solved: tuple[Manifest, Layout]) -> None:
    from dataclasses import replace

    manifest, layout = solved
    with pytest.raises(HardwareError, match="places nothing") as raised:
        make_bundle(manifest, replace(layout, status="infeasible", launch=None, buffers=()))
    assert raised.value.rule == "nothing-to-probe"


def test_the_side_with_the_gpu_needs_cuda_bindings_and_numpy_alone() -> None:
    pytest.importorskip("cuda.bindings", reason="cuda-bindings is not installed")
    ran = subprocess.run([sys.executable, "-c", _PROGRAM], cwd=_ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split("\n")[:2] == ["[]", "[]"]


@pytest.mark.usefixtures("warm")
def test_a_bundle_after_level_compiled_takes_its_machine_code_from_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.gpu_runtime.faults.subjects import solved
    from warpack.gpu_runtime.probe.backends.compiled_level import compile_probe

    monkeypatch.setenv("WARPACK_CACHE_DIR", str(tmp_path))

    def kept() -> set[Path]:
        return {path for path in tmp_path.rglob("*") if path.is_file() and path.read_bytes().startswith(b"{")}

    assert compile_probe(*solved("plain")).passed
    before = kept()
    assert make_bundle(*solved("plain")).cubin.startswith(b"\x7fELF")
    assert kept() == before
    assert compile_probe(*solved("plain")).detail["from_cache"]
