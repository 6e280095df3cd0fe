"""Layouts for manifests with any construct: right ones by first fit over the story, and wrong ones that are forced on
the probe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from random import Random

from tests.helpers.hand_layouts import make_layout
from warpack.gpu_runtime.probe.plan.cells import Cell, cells_of
from warpack.gpu_runtime.probe.plan.memory_windows import Windows
from warpack.solver.verifier.story import Story, derive
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Buffer, Manifest, Timeline
from warpack.solver.wire.units import align_up

RUNS = 3
"""Runs of a block, where the manifest does not say how many threads it has."""


def fitted(manifest: Manifest, *, base: int = 0) -> Layout:
    """Every buffer at the lowest offset at which no conflicting one is in its way; windows start at `base`, and
    block-scoped buffers may lie over them."""
    story, offsets = derive(manifest), dict[str, int]()
    shared = [buffer for buffer in manifest if buffer.location != "local" and buffer.size_bytes]
    for buffer in sorted(shared, key=lambda one: one.scope != "run"):
        offset = 0
        while _in_the_way(manifest, story, {**offsets, buffer.full_name: offset}, buffer, base):
            offset += max(buffer.alignment_bytes, buffer.dtype.alignment_bytes)
        offsets[buffer.full_name] = offset
    return placed(manifest, offsets, base=base)


def placed(manifest: Manifest, offsets: Mapping[str, int], *, base: int = 0) -> Layout:
    """The layout with every shared buffer at its offset, and as many runs as the manifest wants."""
    per_run = manifest.launch.threads_per_run
    runs = (manifest.launch.threads_per_block or RUNS * per_run) // per_run
    asked = [sum(track.threads or 1 for track in group) for one in _timelines(manifest) for group in one.tracks]
    runs = max(runs, *(-(-threads // per_run) for threads in asked), 1)
    ends = {"run": 0, "block": 0}
    for buffer in manifest:
        if buffer.full_name in offsets:
            ends[buffer.scope] = max(ends[buffer.scope], offsets[buffer.full_name] + buffer.size_bytes)
    stride = align_up(ends["run"], 16)
    return make_layout(
        manifest, offsets, runs_per_block=runs, run_bytes=ends["run"], padding_bytes=stride - ends["run"], stride_bytes=stride,
        block_region_bytes=base, region_gap_bytes=0, dynamic_shared_bytes=max(base + stride * runs, ends["block"]),
    )  # fmt: skip


def _timelines(manifest: Manifest) -> list[Timeline]:
    own = [component.timeline for component in manifest.components]
    return [manifest.timeline, *(timeline for timeline in own if timeline is not None)]


def _in_the_way(manifest: Manifest, story: Story, offsets: dict[str, int], buffer: Buffer, base: int) -> bool:
    return any(
        True
        for pair in clashes(manifest, placed(manifest, offsets, base=base), story, offsets)
        if buffer.full_name in pair
    )


def clashes(
    manifest: Manifest, layout: Layout, story: Story, names: Mapping[str, int]
) -> Iterator[tuple[str, str]]:  # fmt: skip
    """Pairs of buffers that share bytes in the layout and must not."""
    launch = layout.launch
    assert launch is not None
    windows = Windows.of(replace(launch, runs_per_block=1000))  # for any number of runs
    cells = [cell for cell in cells_of(manifest, layout, story) if cell.piece.buffer in names]
    for one, other in combinations(cells, 2):
        if one.piece.buffer != other.piece.buffer and windows.overlap(one, other) and not _allowed(story, one, other):
            yield one.piece.buffer, other.piece.buffer


def _allowed(story: Story, one: Cell, other: Cell) -> bool:
    conflict = story.conflict(one.piece, other.piece)
    return conflict is None or other.offset_bytes - one.offset_bytes in conflict.allowed_differences


def broken(
    manifest: Manifest, layout: Layout, random: Random, *, base: int = 0
) -> tuple[Layout, tuple[str, str]] | None:
    """The layout with one buffer moved onto another with which it must not share bytes; None where there are no such
    two."""
    story = derive(manifest)
    offsets = {one.full_name: one.offset_bytes for one in layout.buffers if one.offset_bytes is not None}
    pairs = [(one, other) for one in offsets for other in offsets if one != other]
    random.shuffle(pairs)
    for moved, onto in pairs:
        start = base if (manifest.by_name[onto].scope, manifest.by_name[moved].scope) == ("run", "block") else 0
        here = align_up(offsets[onto] + start, manifest.by_name[moved].alignment_bytes)
        wrong = placed(manifest, {**offsets, moved: here}, base=base)
        if any({moved, onto} == set(pair) for pair in clashes(manifest, wrong, story, offsets)):
            return wrong, (moved, onto)
    return None
