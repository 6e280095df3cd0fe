"""Level `compiled`. The run's folder for compiled kernels serves all tests: the code of `walk` in it is compiled
once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gpu_runtime.emitters.samples import SAMPLES
from tests.helpers.processes import PATIENCE_S
from warpack.gpu_runtime import validate
from warpack.gpu_runtime.compiler import ALL_ARCHITECTURES
from warpack.gpu_runtime.emitters import emit
from warpack.gpu_runtime.probe.backends.compiled_level import compile_probe

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("kernels_are_compiled")]

_ROOT = Path(__file__).parents[4]

_FORKED = """
import os
from warpack.gpu_runtime.compiler import warm_up
from warpack.gpu_runtime.emitters import emit
from warpack.gpu_runtime import child_process
from warpack.gpu_runtime.probe.backends import compiled_level
from tests.gpu_runtime.emitters.samples import SAMPLES

def never(*_, **__):
    raise AssertionError("a warm process started another")
compiled_level.ask = never
layout, manifest = SAMPLES["plain"]
warm_up()
warm_up()
child = os.fork()
if child == 0:
    header = emit(layout, manifest, "cuda-c++") + "// of a process that was forked\\n"  # in no cache
    report = compiled_level.compile_probe(manifest, layout, header=header)
    os._exit(0 if report.passed and not report.detail["from_cache"] else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_all_architectures_are_compiled_from_one_ptx_and_each_has_its_figures() -> None:
    layout, manifest = SAMPLES["plain"]
    report = validate(manifest, layout, "compiled", architectures="all")
    assert report.passed, report.findings
    detail = report.detail
    assert (detail["ptx_architecture"], tuple(detail["architectures"])) == ("7.5", ALL_ARCHITECTURES)
    assert [figures["architecture"] for figures in detail["probe_kernels"].values()] == list(ALL_ARCHITECTURES)
    assert [kernels[0]["architecture"] for kernels in detail["header_kernels"].values()] == list(ALL_ARCHITECTURES)
    assert detail["probe_kernel"] == detail["probe_kernels"]["8.6"]
    assert {library["found_via"] for library in detail["toolchain"]["libraries"]} == {"site-packages"}


@pytest.mark.usefixtures("warm")
def test_a_second_validation_is_answered_from_the_cache_with_the_same_figures() -> None:
    layout, manifest = SAMPLES["opaque"]
    header = emit(layout, manifest, "cuda-c++") + "// that no other test compiles\n"
    first, second = (compile_probe(manifest, layout, header=header) for _ in range(2))
    assert (first.detail["from_cache"], second.detail["from_cache"]) == (False, True)
    assert second.passed
    assert second.detail | {"from_cache": False} == first.detail


@pytest.mark.usefixtures("warm")
def test_what_fails_to_compile_is_not_kept() -> None:
    layout, manifest = SAMPLES["plain"]
    wrong = emit(layout, manifest, "cuda-c++").replace("run_slice<float, 10, 24, 4>", "run_slice<float, 10, 25, 4>")
    for _ in range(2):
        report = compile_probe(manifest, layout, header=wrong)
        assert [finding.rule for finding in report.findings] == ["compile-nvrtc"]
        assert "loop/state is misaligned" in report.findings[0].message
        assert not report.detail["ran"]


@pytest.mark.usefixtures("warm")
def test_static_shared_memory_in_the_header_is_a_finding() -> None:
    layout, manifest = SAMPLES["plain"]
    text = emit(layout, manifest, "cuda-c++")
    sneaky = text.replace(
        "extern __shared__", "__shared__ volatile unsigned char own[64]; own[threadIdx.x] = 1;\n    extern __shared__"
    )
    report = compile_probe(manifest, layout, header=sneaky)
    assert {finding.rule for finding in report.findings} == {"static-shared"}
    assert "64 bytes" in report.findings[0].message


def test_an_architecture_that_there_is_none_of_is_an_error() -> None:
    layout, manifest = SAMPLES["plain"]
    with pytest.raises(ValueError, match=r"no architecture 6\.1"):
        compile_probe(manifest, layout, architectures=("8.6", "6.1"))
    with pytest.raises(ValueError, match="no architecture at all"):
        compile_probe(manifest, layout, architectures=())


@pytest.mark.usefixtures("warm")
def test_an_architecture_that_the_toolchain_gave_up_is_a_finding() -> None:
    layout, manifest = SAMPLES["plain"]
    report = compile_probe(manifest, layout, architectures=("7.0",))
    assert [finding.rule for finding in report.findings] == ["architecture-not-compilable"]


def test_what_is_forked_from_a_warm_process_compiles_by_itself() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_ENABLE_CUDASIM"}
    answer = subprocess.run(
        [sys.executable, "-c", _FORKED],
        env=environment | {"PYTHONPATH": str(_ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert (answer.returncode, answer.stdout.strip()) == (0, "0"), answer.stderr


@pytest.mark.usefixtures("warm")
def test_a_cache_folder_that_cannot_be_written_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    layout, manifest = SAMPLES["plain"]
    report = compile_probe(manifest, layout, cache_folder=tmp_path / "file")
    assert [finding.rule for finding in report.findings] == ["cache-unusable"]
