"""Every example is a manifest that loads, solves and verifies, and has a page that explains it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from warpack.solver import Layout, Manifest, load_manifest, optimize, verify

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
MANIFESTS = sorted(EXAMPLES.glob("[0-9]*.json"))


@pytest.fixture(scope="module")
def solved() -> dict[str, tuple[Manifest, Layout]]:
    manifests = {path.stem: load_manifest(path) for path in MANIFESTS}
    return {name: (manifest, optimize(manifest)) for name, manifest in manifests.items()}


def test_the_examples_are_numbered_without_a_gap() -> None:
    assert len(MANIFESTS) >= 6
    assert [path.name[:2] for path in MANIFESTS] == [f"{number:02}" for number in range(1, len(MANIFESTS) + 1)]


def test_the_examples_grow_from_the_smallest_to_the_largest() -> None:
    sizes = [len(json.loads(path.read_text(encoding="utf-8"))["buffers"]) for path in MANIFESTS]
    assert sizes[0] == 2
    assert all(small <= large + 2 for small, large in pairwise(sizes))
    assert sizes[-1] == max(sizes)


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_every_example_has_a_page_that_names_it(path: Path) -> None:
    page = path.with_suffix(".md").read_text(encoding="utf-8")
    assert page.startswith("# ")
    assert path.name in page


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_every_example_loads_and_round_trips(path: Path) -> None:
    manifest = load_manifest(path)
    assert load_manifest(manifest.model_dump()) == manifest
    assert not manifest.warnings


@pytest.mark.parametrize("name", [path.stem for path in MANIFESTS])
def test_every_example_gets_a_proven_layout_that_the_verifier_accepts(
    name: str, solved: dict[str, tuple[Manifest, Layout]]
) -> None:
    manifest, layout = solved[name]
    report = verify(manifest, layout)
    assert report.passed, report.findings
    assert layout.status == "optimal"
    assert {buffer.full_name for buffer in layout.buffers} == set(manifest.by_name)


@pytest.mark.parametrize("name", [path.stem for path in MANIFESTS])
def test_every_example_shows_what_sharing_saves(name: str, solved: dict[str, tuple[Manifest, Layout]]) -> None:
    _, layout = solved[name]
    assert layout.launch is not None
    shared = layout.launch.run_bytes, layout.launch.block_region_bytes
    everything = sum(buffer.size_bytes for buffer in layout.buffers if buffer.location == "shared")
    assert sum(shared) < everything


def test_the_kvaerno5_example_has_all_36_buffers_of_the_registry() -> None:
    manifest = load_manifest(EXAMPLES / "07-kvaerno5.json")
    assert len(manifest.buffers) == 36
    assert sum(buffer.size > 0 for buffer in manifest.buffers) == 26
    assert all(buffer.location == "shared" for buffer in manifest.buffers if buffer.size)


def test_one_example_is_in_double_precision_throughout() -> None:
    manifest = load_manifest(EXAMPLES / "06-crank-nicolson-float64.json")
    assert {buffer.dtype.name for buffer in manifest.buffers if buffer.size} <= {"float64", "int32"}


def test_the_tiles_example_lists_the_hand_overs_that_its_barriers_order(
    solved: dict[str, tuple[Manifest, Layout]],
) -> None:
    _, layout = solved["02-block-tiles"]
    assert {(handoff.source, handoff.destination) for handoff in layout.handoffs} & {
        ("product/tile_a", "sum/partial"),
        ("product/tile_b", "sum/partial"),
    }
    assert {handoff.barrier_name for handoff in layout.handoffs if handoff.destination == "sum/partial"} == {"spread"}


def test_the_rows_example_shows_what_an_in_place_pair_is_worth(solved: dict[str, tuple[Manifest, Layout]]) -> None:
    manifest, layout = solved["03-stage-rows"]
    without = optimize(replace(manifest, in_place=()))
    assert layout.launch is not None
    assert without.launch is not None
    assert (layout.launch.run_bytes, without.launch.run_bytes) == (240, 288)


def test_the_figures_on_the_pages_are_those_of_the_layouts(solved: dict[str, tuple[Manifest, Layout]]) -> None:
    for name, (_, layout) in solved.items():
        page = (EXAMPLES / f"{name}.md").read_text(encoding="utf-8")
        assert layout.launch is not None
        run_bytes = layout.launch.run_bytes
        threads = layout.launch.threads_per_block, layout.baselines["no_sharing"].threads_per_block
        assert (
            f"{run_bytes} bytes a run" in page or f"`run_bytes` is {run_bytes}" in page or name == "02-block-tiles"
        ), name
        if threads[0] != threads[1]:
            assert all(re.search(rf"\b{count}\b", page) for count in threads), name
