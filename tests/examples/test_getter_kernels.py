"""Five block kernels in numba-cuda and C++: one text for every `location` and both budgets, with the same right results."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from getters.cases import CASES, FOLDER, LOCATIONS
from getters.run import compile_both
from gpu_runtime.emitters import emit
from solver import Layout, Manifest
from tests.examples.block_on_the_cpu import built, ran
from tests.helpers.processes import PATIENCE_S
from tests.helpers.solving import solved

LABELS = [(name, location, budget) for name, case in CASES.items() for location in LOCATIONS for budget in case.budgets]


@cache
def layout_of(name: str, location: str, budget: int) -> tuple[Manifest, Layout]:
    manifest = CASES[name].manifest(location, budget)
    return manifest, solved(manifest)


def told(name: str, location: str, budget: int) -> str:
    """The header without its hashes: two layouts that tell kernels the same have the same."""
    manifest, layout = layout_of(name, location, budget)
    return re.sub(r"\b[0-9a-f]{64}\b", "", emit(layout, manifest, "cuda-c++"))


DISTINCT = list({told(*label): label for label in reversed(LABELS)}.values())[::-1]
"""Of the labels whose allocators are the same one: what is compiled from the same text is the same."""


def test_every_kernel_of_the_folder_has_a_manifest_both_texts_and_a_line_on_the_page() -> None:
    for suffix in ("json", "cu"):
        assert {path.stem for path in FOLDER.glob(f"*.{suffix}")} == set(CASES)
    assert {path.stem for path in FOLDER.glob("*.py")} == set(CASES) | {"cases", "run"}
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name in CASES:
        assert all(f"[{suffix}]({name}.{suffix})" in page for suffix in ("json", "py", "cu"))


@pytest.mark.parametrize("name", CASES)
def test_the_manifest_raises_no_warning_and_its_layouts_are_proven(name: str) -> None:
    for label in (label for label in LABELS if label[0] == name):
        manifest, layout = layout_of(*label)
        assert not manifest.warnings
        assert layout.status == "optimal"


@pytest.mark.parametrize("name", CASES)
def test_the_locations_and_budgets_ask_for_very_different_layouts(name: str) -> None:
    small, large = CASES[name].budgets
    launches = [layout_of(name, "shared", budget)[1].launch for budget in (small, large)]
    assert [launch and launch.threads_per_block for launch in launches] == [32, 96 if name == "scan" else 64]
    regions = {
        label: {one.region for one in layout_of(*label)[1].buffers} - {"block"} for label in LABELS if label[0] == name
    }
    assert all(found == {"run"} for label, found in regions.items() if label[1] == "shared")
    assert not any("run" in found for label, found in regions.items() if label[1] == "local")
    assert told(name, "auto", small) != told(name, "auto", large)
    assert "run" in regions[name, "auto", large]


@pytest.mark.parametrize("name", [name for name in CASES if name != "histogram"])
def test_buffers_of_the_kernel_share_bytes(name: str) -> None:
    """What the results prove is worth little where every buffer has bytes of its own."""
    _, layout = layout_of(name, "shared", CASES[name].budgets[0])
    assert any(
        one.region == other.region and one.offset_bytes == other.offset_bytes and one.size_bytes and other.size_bytes
        for one in layout.buffers for other in layout.buffers if one is not other
    )  # fmt: skip


def _program(*names: str, simulator: bool) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, FOLDER / "run.py", *names],
        env=os.environ | {"NUMBA_ENABLE_CUDASIM": str(int(simulator))},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_the_numba_kernels_compute_what_numpy_computes_in_every_layout() -> None:
    ran = _program(simulator=True)
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    found = [re.match(r"(\w+), (\w+), (\d+) bytes: .*: agrees with numpy$", line) for line in lines]
    assert [(one[1], one[2], int(one[3])) if one else None for one in found] == LABELS
    (shown,) = re.findall(
        r"^```text\n(.*?)^```$", (FOLDER / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    assert set(shown.splitlines()) <= set(lines)


def test_a_kernel_that_is_not_there_is_named_with_those_that_are() -> None:
    ran = _program("reduce", "sort", simulator=True)
    assert ran.returncode == 1
    assert ran.stderr == "no kernel is called sort: there are reduce, scan, histogram, attention, cg\n"


@pytest.mark.parametrize(("name", "location", "budget"), DISTINCT)
def test_both_texts_compile(name: str, location: str, budget: int) -> None:
    manifest, layout = layout_of(name, location, budget)
    compiled = re.fullmatch(
        r"compiled without a driver: (\d+) registers in numba-cuda, (\d+) in C\+\+",
        compile_both(CASES[name], layout, manifest),
    )
    assert compiled
    stated = manifest.target.registers_per_thread
    assert stated is None or max(map(int, compiled.groups())) <= stated


@pytest.fixture(scope="module")
def program_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str, int], Path]:
    """The C++ kernel with a layout's header, as a program that runs it on threads of this machine and watches them for races."""

    @cache
    def program(name: str, location: str, budget: int) -> Path:
        case, (manifest, layout) = CASES[name], layout_of(name, location, budget)
        assert layout.launch is not None
        header, blocks = emit(layout, manifest, "cuda-c++"), case.blocks(layout.launch.threads_per_block)
        return built(tmp_path_factory.mktemp(name), name, case.text("cu"), header, case.problem(), blocks)

    return program


@pytest.mark.parametrize(("name", "location", "budget"), DISTINCT)
def test_the_cpp_kernels_compute_it_too_and_no_two_threads_meet_without_a_barrier(
    name: str, location: str, budget: int, program_of: Callable[[str, str, int], Path]
) -> None:
    problem = CASES[name].problem()
    out = ran(program_of(name, location, budget), problem)
    assert out is not None
    np.testing.assert_allclose(out, problem.answer, rtol=2e-5, atol=2e-5)


BARRIERS = [
    (name, line)
    for name, case in CASES.items()
    for line, text in enumerate(case.text("cu").splitlines(), 1)
    if "__syncthreads();" in text
]


@pytest.mark.parametrize(("name", "line"), BARRIERS)
def test_each_of_their_barriers_is_needed(name: str, line: int, program_of: Callable[[str, str, int], Path]) -> None:
    """And so the runs above, in which no race was seen, would have shown one."""
    program = program_of(name, "shared", CASES[name].budgets[1])
    assert ran(program, CASES[name].problem(), without_barrier_in_line=line) is None
