"""Five block kernels in numba-cuda and C++: one text for every `location` and both budgets, with the same right
results."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from getters.cases import CASES, FOLDER, LOCATIONS
from getters.run import compile_both, main
from tests.examples.block_on_the_cpu import built, ran
from tests.helpers.python_programs import output_of
from tests.helpers.solving import solved
from warpack.gpu_runtime.emitters import emit
from warpack.solver import Layout, Manifest

pytestmark = pytest.mark.slow

LABELS = [(name, location, budget) for name, case in CASES.items() for location in LOCATIONS for budget in case.budgets]
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")


@cache
def layout_of(name: str, location: str, budget: int) -> tuple[Manifest, Layout]:
    manifest = CASES[name].manifest(location, budget)
    return manifest, solved(manifest)


def layouts_of(name: str) -> dict[tuple[str, str, int], tuple[Manifest, Layout]]:
    return {label: layout_of(*label) for label in LABELS if label[0] == name}


def header_of(manifest: Manifest, layout: Layout) -> str:
    """Without its hashes: two layouts that tell kernels the same have the same."""
    return re.sub(r"\b[0-9a-f]{64}\b", "", emit(layout, manifest, "cuda-c++"))


def distinct(name: str) -> list[tuple[Manifest, Layout]]:
    """The kernel's layouts, each told once: what is compiled from the same text is the same."""
    found = {header_of(*one): one for one in layouts_of(name).values()}
    assert len(found) >= 3
    return list(found.values())


def test_every_kernel_of_the_folder_has_a_manifest_both_texts_and_a_line_on_the_page() -> None:
    for suffix in ("json", "cu"):
        assert {path.stem for path in FOLDER.glob(f"*.{suffix}")} == set(CASES)
    assert {path.stem for path in FOLDER.glob("*.py")} == set(CASES) | {"cases", "run"}
    for name in CASES:
        assert all(f"[{suffix}]({name}.{suffix})" in PAGE for suffix in ("json", "py", "cu"))


@pytest.mark.parametrize("name", CASES)
def test_the_manifest_raises_no_warning_and_its_layouts_are_proven(name: str) -> None:
    for manifest, layout in layouts_of(name).values():
        assert not manifest.warnings
        assert layout.status == "optimal"


@pytest.mark.parametrize("name", CASES)
def test_the_locations_and_budgets_ask_for_very_different_layouts(name: str) -> None:
    small, large = CASES[name].budgets
    launches = [layout_of(name, "shared", budget)[1].launch for budget in (small, large)]
    assert [launch and launch.threads_per_block for launch in launches] == [32, 96 if name == "scan" else 64]
    regions = {
        label: {one.region for one in layout.buffers} - {"block"} for label, (_, layout) in layouts_of(name).items()
    }
    assert all(found == {"run"} for label, found in regions.items() if label[1] == "shared")
    assert not any("run" in found for label, found in regions.items() if label[1] == "local")
    if name != "cg":  # whose accesses are weighed against resident threads: blocks of 32 have the most at either budget
        assert header_of(*layout_of(name, "auto", small)) != header_of(*layout_of(name, "auto", large))
    assert "run" in regions[name, "auto", large]


@pytest.mark.parametrize("name", CASES)
def test_the_buffers_that_the_page_names_share_bytes_in_every_layout(name: str) -> None:
    """What right results prove is worth little where every buffer has bytes of its own."""
    (row,) = [line for line in PAGE.splitlines() if f"({name}.cu)" in line]
    found = re.search(r"`(\w+)` lies? where .*?`(\w+)`", row)
    assert found
    seen = 0
    for _, layout in layouts_of(name).values():
        one, other = ({buffer.name: buffer for buffer in layout.buffers}[each] for each in found.groups())
        if one.region == other.region != "local":
            assert one.offset_bytes is not None
            assert other.offset_bytes is not None
            assert one.offset_bytes < other.offset_bytes + other.size_bytes
            assert other.offset_bytes < one.offset_bytes + one.size_bytes
            seen += 1
    assert seen >= 2


def test_the_numba_kernels_compute_what_numpy_computes_in_every_layout() -> None:
    program = ("-m", "tests.helpers.quiet_simulator", FOLDER / "run.py")
    lines = output_of(*program, simulator=True, paths=(FOLDER.parents[1],)).splitlines()
    found = [re.match(r"(\w+), (\w+), (\d+) bytes: .*: agrees with numpy$", line) for line in lines]
    assert [(one[1], one[2], int(one[3])) if one else None for one in found] == LABELS
    (shown,) = re.findall(r"^```text\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert set(shown.splitlines()) <= set(lines)


def test_a_kernel_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(SystemExit) as refused:
        main(["reduce", "sort"])
    assert refused.value.code == "no kernel is called sort: there are reduce, scan, histogram, attention, cg"


@pytest.mark.parametrize("name", CASES)
def test_both_texts_compile_with_every_layout(name: str) -> None:
    for manifest, layout in distinct(name):
        told = compile_both(CASES[name], layout, manifest)
        compiled = re.fullmatch(r"compiled without a driver: (\d+) registers in numba-cuda, (\d+) in C\+\+", told)
        assert compiled
        stated = manifest.target.registers_per_thread
        assert stated is None or max(map(int, compiled.groups())) <= stated


def program(name: str, manifest: Manifest, layout: Layout, folder: Path) -> Path:
    """The C++ kernel with the layout's header, run on threads of this machine that are watched for races."""
    case = CASES[name]
    assert layout.launch is not None
    header, blocks = emit(layout, manifest, "cuda-c++"), case.blocks(layout.launch.threads_per_block)
    return built(folder, name, case.text("cu"), header, case.problem(), blocks)


@pytest.mark.parametrize("name", CASES)
def test_the_cpp_kernels_compute_it_too_and_no_two_threads_meet_without_a_barrier(name: str, tmp_path: Path) -> None:
    problem = CASES[name].problem()
    for manifest, layout in distinct(name):
        out = ran(program(name, manifest, layout, tmp_path), problem)
        assert out is not None
        np.testing.assert_allclose(out, problem.answer, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "__syncthreads" in case.text("cu")])
def test_each_of_their_barriers_is_needed(name: str, tmp_path: Path) -> None:
    """And so the runs above, in which no race was seen, would have shown one."""
    made = program(name, *layout_of(name, "shared", CASES[name].budgets[1]), tmp_path)
    barriers = [line for line, text in enumerate(CASES[name].text("cu").splitlines(), 1) if "__syncthreads();" in text]
    assert len(barriers) >= 4
    assert [
        line for line in barriers if ran(made, CASES[name].problem(), without_barrier_in_line=line) is not None
    ] == []
