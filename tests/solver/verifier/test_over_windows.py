"""Row 9: block-scoped buffers over the windows of runs, and how many runs that leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.solver.verifier.examples import buffer, of_rule, proof
from warpack.solver.verifier import verify
from warpack.solver.wire.layout import LaunchFigures, Layout, Occupancy, PlacedBuffer
from warpack.solver.wire.manifest import (
    Barrier,
    Buffer,
    Interval,
    Launch,
    Manifest,
    Target,
    Timeline,
)


def block(name: str, *lifetime: tuple[int, int], **fields: Any) -> Buffer:
    return buffer(name, 4, *lifetime, scope="block", **fields)


SCOPES = Manifest(
    Target("8.6"),
    launch=Launch(max_threads_per_block=128),
    timeline=Timeline(2, ("work", "reduce"), (), (Barrier(1),)),
    buffers=(buffer("mine", 64, (0, 1)), buffer("scratch", 8192, (1, 2), scope="block")),
)


def over_windows(manifest: Manifest) -> Layout:
    """Both at 0 of their memory, the first window at 0, too."""
    return Layout(
        manifest_sha256=manifest.sha256,
        status="optimal",
        launch=LaunchFigures(
            threads_per_block=128,
            runs_per_block=128,
            run_bytes=256,
            padding_bytes=4,
            stride_bytes=260,
            block_region_bytes=0,
            region_gap_bytes=0,
            base_alignment_bytes=16,
            dynamic_shared_bytes=128 * 260,
            opt_in=False,
            bank_conflict_degree={4: 1},
            threads_if_conflicts_ignored=128,
            occupancy=Occupancy(2, 256, "shared", True),
        ),
        buffers=(
            PlacedBuffer("", "mine", "shared", "run", 0, 256, None, ("scratch",)),
            PlacedBuffer("", "scratch", "shared", "block", 0, 32768, None, ("mine",)),
        ),
        proof=proof(128, 256, 0, 256),
        baselines={},
    )


def test_row_9_block_scoped_buffers_may_lie_over_windows_that_are_dead() -> None:
    layout = over_windows(SCOPES)
    report = verify(SCOPES, layout)
    (missing,) = report.findings
    assert missing.rule == "handoff-missing"
    assert missing.buffers == ("mine", "scratch")
    assert (missing.region, missing.start_bytes, missing.end_bytes, missing.phase_name) == ("block", 0, 32768, "reduce")


@pytest.mark.parametrize(
    "barriers",
    [(), (Barrier(1, "run"),), (Barrier(0),), (Barrier(1, after=True),)],
    ids=["none", "run", "early", "late"],
)
def test_row_9_but_only_past_a_barrier_of_the_whole_block(barriers: tuple[Barrier, ...]) -> None:
    bare = replace(SCOPES, timeline=replace(SCOPES.timeline, barriers=barriers))
    (finding,) = of_rule(verify(bare, over_windows(bare)), "overlap")
    assert finding.buffers == ("mine", "scratch")
    assert (finding.region, finding.start_bytes, finding.end_bytes) == ("block", 0, 256)


def test_row_9_what_sticks_out_behind_the_windows_counts() -> None:
    long = replace(SCOPES, buffers=(SCOPES.buffers[0], replace(SCOPES.buffers[1], size=10_000)))
    layout = over_windows(long)
    assert layout.launch is not None
    places = (layout.buffers[0], replace(layout.buffers[1], size_bytes=40_000))
    layout = replace(layout, buffers=places)
    assert [finding.message for finding in of_rule(verify(long, layout), "dynamic-bytes")] == [
        "dynamic_shared_bytes is 33280, but must be 40000"
    ]
    right = replace(layout, launch=replace(layout.launch, dynamic_shared_bytes=40_000))
    assert {finding.rule for finding in verify(long, right).findings} == {"handoff-missing"}


def behind(runs: int) -> tuple[Manifest, Layout]:
    """What the block needs at once with its runs lies behind the first two windows, before them only what is
    persistent."""
    manifest = Manifest(
        Target("8.6"),
        launch=Launch(max_threads_per_block=4, threads_multiple=1, bank_conflicts="ignore"),
        buffers=(buffer("mine", 4), buffer("table", 4, scope="block")),
    )
    layout = Layout(
        manifest_sha256=manifest.sha256,
        status="optimal",
        launch=LaunchFigures(
            threads_per_block=runs,
            runs_per_block=runs,
            run_bytes=16,
            padding_bytes=0,
            stride_bytes=16,
            block_region_bytes=0,
            region_gap_bytes=0,
            base_alignment_bytes=16,
            dynamic_shared_bytes=max(16 * runs, 48),
            opt_in=False,
            bank_conflict_degree={4: 4},
            threads_if_conflicts_ignored=runs,
            occupancy=Occupancy(16, 16 * runs, "blocks", True),
        ),
        buffers=(
            PlacedBuffer("", "mine", "shared", "run", 0, 16),
            PlacedBuffer("", "table", "shared", "block", 32, 16),
        ),
        proof=proof(runs, 16, 0, 16 * runs),
        baselines={},
    )
    return manifest, layout


def test_more_runs_do_not_fit_where_their_windows_would_lie_under_what_is_needed() -> None:
    assert verify(*behind(2)).findings == ()
    manifest, layout = behind(3)
    (finding,) = of_rule(verify(manifest, layout), "overlap")
    assert (finding.buffers, finding.region, finding.start_bytes, finding.end_bytes) == (
        ("mine", "table"),
        "block",
        32,
        48,
    )


def test_the_block_region_ends_where_a_piece_does_or_inside_one() -> None:
    manifest, layout = behind(2)
    assert layout.launch is not None
    across = replace(layout, launch=replace(layout.launch, block_region_bytes=36, region_gap_bytes=12))
    assert not of_rule(verify(manifest, across), "outside-region")
    highest = max((b.offset_bytes or 0) + b.size_bytes for b in layout.buffers if b.region == "block")
    slack = replace(layout, launch=replace(layout.launch, block_region_bytes=highest + 4))
    assert of_rule(verify(manifest, slack), "region-size")


def test_without_windows_the_block_region_holds_everything() -> None:
    manifest, layout = behind(2)
    assert layout.launch is not None
    alone = replace(manifest, buffers=manifest.buffers[1:])
    bare = replace(layout, launch=replace(layout.launch, stride_bytes=0, run_bytes=0), buffers=layout.buffers[1:])
    assert of_rule(verify(alone, bare), "outside-region")


@pytest.mark.parametrize("who", ["scratch", "mine"])
def test_what_is_copied_asynchronously_lies_there_only_past_a_proxy_fence(who: str) -> None:
    """Whichever of the two is asynchronous and comes second."""
    first, second = ("mine", "scratch") if who == "scratch" else ("scratch", "mine")
    phase_of = {first: (0, 1), second: (1, 2)}
    asynchronous = replace(
        SCOPES,
        buffers=tuple(
            replace(one, lifetime=(Interval(*phase_of[one.name]),), asynchronous=one.name == who)
            for one in SCOPES.buffers
        ),
    )
    (finding,) = of_rule(verify(asynchronous, over_windows(asynchronous)), "overlap")
    assert finding.buffers == ("mine", "scratch")
    fenced = replace(asynchronous, timeline=replace(SCOPES.timeline, barriers=(Barrier(1, proxy_fence=True),)))
    assert not of_rule(verify(fenced, over_windows(fenced)), "overlap")


def test_a_block_scoped_buffer_over_several_windows_lies_over_the_whole_of_those_between() -> None:
    """From byte 200 of the first window to byte 48 of the third: over the second whole, bytes 100 to 104 included."""
    held = buffer("held", 1, (0, 2))
    manifest = replace(SCOPES, buffers=(buffer("mine", 25, (0, 1)), held, buffer("scratch", 92, (1, 2), scope="block")))
    layout = over_windows(manifest)
    mine, scratch = layout.buffers
    places = (
        replace(mine, size_bytes=100),
        PlacedBuffer("", "held", "shared", "run", 100, 4),
        replace(scratch, offset_bytes=200, size_bytes=368),
    )
    (finding,) = of_rule(verify(manifest, replace(layout, buffers=places)), "overlap")
    assert finding.buffers == ("held", "scratch")
    assert (finding.region, finding.start_bytes, finding.end_bytes) == ("block", 360, 364)
