"""What a manifest without one of its buffers allows: packed anew, not estimated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from warpack.solver.recipe import Progress, optimize
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.problems import ManifestError

MOST_BUFFERS = 256
"""Manifests of more buffers are not packed anew."""
LONGEST_S = 2.0
"""The most seconds of one search."""


def without(manifest: Manifest, name: str) -> Manifest:
    """The manifest with no bytes in the buffer of this full name, and without what it says of that buffer."""

    def about(one: str) -> bool:
        return one.partition("#")[0] == name

    buffers = tuple(
        replace(one, size=0, growth=None, parts=(), splittable=False, pinned_offset_bytes=None, zero="none")
        if one.full_name == name
        else replace(one, aliases=tuple(each for each in one.aliases if not about(each)))
        for one in manifest.buffers
    )
    return replace(
        manifest,
        buffers=buffers,
        in_place=tuple(pair for pair in manifest.in_place if not about(pair.read) and not about(pair.write)),
        apart=tuple(pair for pair in manifest.apart if name not in pair),
        frontier=False,
        baseline=None,
        solver=replace(manifest.solver, time_limit_s=min(manifest.solver.time_limit_s, LONGEST_S), warm_start=None),
    )


def allows_without(manifest: Manifest, layout: Layout, name: str, wish: str, goal: int) -> bool:
    """Whether a packing without the buffer was found that has what is wished: a block of `goal` threads
    (`threads_per_block`), or `goal` blocks of as many threads as now on a multiprocessor (`blocks_per_sm`)."""
    launch = layout.launch
    if launch is None or len(manifest.buffers) > MOST_BUFFERS:
        return False
    left, enough = without(manifest, name), False
    if wish == "blocks_per_sm":
        left = replace(left, launch=replace(left.launch, threads_per_block=launch.threads_per_block))

    def look(progress: Progress) -> None:
        nonlocal enough
        enough = enough or (wish == "threads_per_block" and (progress.threads_per_block or 0) >= goal)

    try:
        found = optimize(left, on_progress=look, cancelled=lambda: enough).launch
    except ManifestError:
        return False
    if found is None:
        return False
    return (found.threads_per_block if wish == "threads_per_block" else found.occupancy.blocks_per_sm) >= goal


def wishes(advice: Mapping[str, Any], name: str) -> list[tuple[str, str, int]]:
    """What the advice leaves open about one buffer: the kind of advice, the figure that is wished, and its goal."""
    found = []
    for kind, wish in (("next_larger_block", "threads_per_block"), ("one_more_block", "blocks_per_sm")):
        told = advice.get(kind)
        if not told or "limited_by" in told:
            continue
        enough = [one["enough"] for one in (told, told.get("block_region") or {}) if "enough" in one]
        if not any(name in one["without"] for one in enough) and not (enough and all(one["settled"] for one in enough)):
            found.append((kind, wish, int(told[wish])))
    return found
