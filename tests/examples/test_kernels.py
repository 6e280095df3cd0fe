"""Four kernels of public projects, beside the layouts that their authors made by hand."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from tests.helpers.solving import solved
from warpack.service.render.draw.views import draw
from warpack.service.render.view import layout_view
from warpack.solver import Layout, Manifest, load_manifest
from warpack.solver.wire.counts import number_of

KERNELS = Path(__file__).resolve().parents[2] / "examples" / "kernels"

FIGURES = {
    "ginkgo-cg": (60_160, 48_000, 1024, 2, 2048),
    "grid-aba": (6_384, 5_404, 352, 4, 1408),
    "grid-aba-reordered": (6_384, 4_396, 352, 4, 1408),
    "flash-attention-2-backward": (147_456, 147_456, 256, 1, 256),
}
"""Bytes by hand and Warpack's, then threads per block, blocks per multiprocessor and resident threads, the same before
and after."""


@pytest.fixture(scope="module", params=sorted(FIGURES))
def kernel(request: pytest.FixtureRequest) -> tuple[str, Manifest, Layout]:
    manifest = load_manifest(KERNELS / f"{request.param}.json")
    return request.param, manifest, solved(manifest)


def shown(manifest: Manifest, layout: Layout) -> str:
    """What the terminal shows, on lines that do not end."""
    text = io.StringIO()
    console = Console(file=text, width=300)
    for renderable in layout_view(manifest, layout, 300):
        console.print(renderable)
    return text.getvalue()


def expected(name: str) -> str:
    before, after, threads, blocks, resident = FIGURES[name]
    less = "the same" if before == after else f"{before - after} bytes saved ({1 - after / before:.1%})"
    return (
        f"{before} -> {after} bytes of the block region, {less}; {threads} -> {threads} threads per block, "
        f"{blocks} -> {number_of(blocks, 'block')} and {resident} -> {resident} resident threads a multiprocessor"
    )


def test_every_kernel_of_the_folder_is_looked_at() -> None:
    assert {path.stem for path in KERNELS.glob("*.json")} == set(FIGURES)


def test_the_layout_is_proven_and_the_hand_made_one_breaks_no_rule(kernel: tuple[str, Manifest, Layout]) -> None:
    name, _, layout = kernel
    before, after, *launched = FIGURES[name]
    own, launch = layout.baselines["by_hand"], layout.launch
    assert launch is not None
    assert (layout.status, own.broken) == ("optimal", ())
    assert (own.block_region_bytes, launch.block_region_bytes) == (before, after)
    occupancy = launch.occupancy
    for found in (
        (own.threads_per_block, own.blocks_per_sm, own.resident_threads),
        (
            launch.threads_per_block,
            occupancy.blocks_per_sm,
            occupancy.resident_threads,
        ),
    ):
        assert list(found) == launched


def test_the_table_shows_both_layouts(kernel: tuple[str, Manifest, Layout]) -> None:
    name, manifest, layout = kernel
    text = shown(manifest, layout)
    assert re.search(rf"^against your layout +{re.escape(expected(name))}", text, re.MULTILINE)
    assert re.search(r"^compared by +one rule: blocks of \d+ threads, as the manifest says", text, re.MULTILINE)


def test_where_nothing_can_be_gained_the_table_says_why(kernel: tuple[str, Manifest, Layout]) -> None:
    name, manifest, layout = kernel
    text = shown(manifest, layout)
    optimal = name == "flash-attention-2-backward"
    assert (layout.advice.get("by_hand") == {"optimal": True}) == optimal
    assert ("your layout is proven optimal" in text) == optimal
    if optimal:
        assert (
            "2 on a multiprocessor need at most 82944 bytes a block: 64512 fewer, which no layout of these buffers has"
            in text
        )
    else:
        assert f"fewer bytes bring none: warps allow no more than {FIGURES[name][3]} on a multiprocessor" in text


def test_what_holds_the_peak_of_grids_kernel_is_what_the_reordered_one_moves(
    kernel: tuple[str, Manifest, Layout],
) -> None:
    """The copy of the inertias `I` one step later: then they need not outlast phase `temp_init`."""
    name, _, layout = kernel
    if name == "grid-aba":
        peak = layout.advice["block_peak"]
        assert (peak["phase_name"], peak["live_bytes"]) == ("temp_init", 5404)
        assert ("I", "ends_earlier") in [(one["name"], one["change"]) for one in peak["lowered_by"]]


def test_the_picture_shows_both_layouts(kernel: tuple[str, Manifest, Layout]) -> None:
    name, manifest, layout = kernel
    assert f"against your layout: {expected(name)}".replace(">", "&gt;") in draw(manifest, layout)


def test_the_page_has_the_figures(kernel: tuple[str, Manifest, Layout]) -> None:
    name, _, _ = kernel
    before, after, _, blocks, resident = FIGURES[name]
    row = next(
        line for line in (KERNELS / "README.md").read_text(encoding="utf-8").splitlines() if f"({name}.json)" in line
    )
    assert f"| {before:,} | {after:,} | {blocks} -> {blocks} | {resident} -> {resident} |" in row


def test_only_ginkgos_hand_made_layout_is_beyond_the_budget(kernel: tuple[str, Manifest, Layout]) -> None:
    name, manifest, layout = kernel
    assert layout.baselines["by_hand"].over_budget == (name == "ginkgo-cg")
    assert ("your layout takes more than the budget" in shown(manifest, layout)) == (name == "ginkgo-cg")
