"""The user's own layout: its bytes, its launch, and which of the manifest's rules it breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from warpack.solver.baselines.across import Windows, broken_pair, overlaps_across, windows_of
from warpack.solver.baselines.figures import launched_beyond_budget
from warpack.solver.baselines.simple import RegionBytes
from warpack.solver.flatten import flatten
from warpack.solver.flatten.pairs import forbidden_differences
from warpack.solver.flatten.problem import FlatManifest, FlatTimeline, Item, Piece, RegionProblem
from warpack.solver.flatten.spans import meet
from warpack.solver.reading.settings import MOST_THREADS
from warpack.solver.wire.layout import MOST_BROKEN_LISTED, Baseline
from warpack.solver.wire.manifest import HandLayout, Manifest
from warpack.solver.wire.problems import Problem
from warpack.solver.wire.report import Finding
from warpack.solver.wire.units import Bytes


def by_hand(manifest: Manifest, layout: HandLayout) -> Baseline:
    """If it states its threads, these count, whatever the manifest says about threads."""
    rules = manifest
    if layout.threads_per_block is not None:
        launch = replace(
            manifest.launch, threads_per_block=layout.threads_per_block, max_threads_per_block=MOST_THREADS
        )
        rules = replace(manifest, launch=launch)
    on_chip = frozenset(
        buffer.full_name for buffer in manifest.buffers if buffer.location == "auto" and layout.places(buffer)
    )
    split = frozenset(
        buffer.full_name for buffer in manifest.buffers if any("#" in name for name, _ in layout.places(buffer))
    )
    flat = flatten(manifest, on_chip, split)
    reach = max((layout.offsets_bytes[item.name] + item.size_bytes for item in flat.block.items), default=0)
    size = RegionBytes(layout.run_bytes, layout.block_region_bytes, reach)
    figures, block = launched_beyond_budget(rules, size, on_chip)
    windows = None if block is None else windows_of(block)
    found = islice(broken(manifest, layout, flat, windows), MOST_BROKEN_LISTED)
    return replace(figures, broken=tuple(found))


def broken_by_hand(manifest: Manifest) -> tuple[Problem, ...]:
    """A warning for each rule that the user's own layout breaks, the first few."""
    layout = manifest.baseline
    if layout is None:
        return ()
    from warpack.solver.baselines.of_pool import pool_by_hand

    found = pool_by_hand(manifest, layout) if manifest.of_pool else by_hand(manifest, layout)
    return tuple(
        Problem("baseline_broken", "/baseline/offsets_bytes", one.message, one.buffers) for one in found.broken
    )


def broken(manifest: Manifest, layout: HandLayout, flat: FlatManifest, windows: Windows | None) -> Iterator[Finding]:
    """Broken rules about alignments, pins and shared bytes: by region, then across the two. Contiguous windows are a
    demand on Warpack's own layout, and are not checked."""
    for problem in (flat.block, flat.run):
        yield from _misplaced(problem, layout.offsets_bytes)
        yield from _overlaps(problem, flat.timeline, layout.offsets_bytes)
    if windows is not None:
        yield from overlaps_across(manifest, flat, layout.offsets_bytes, windows)


def _misplaced(problem: RegionProblem, offsets: Mapping[str, Bytes]) -> Iterator[Finding]:
    for item in problem.items:
        at, pin = offsets[item.name], item.pinned_offset_bytes
        there = (problem.region, at, at + item.size_bytes)
        if at % item.alignment_bytes:
            message = f"{item.name} is at byte {at}, which is no multiple of its alignment, {item.alignment_bytes}"
            yield Finding("misaligned", message, (item.name,), *there)
        if pin is not None and at != pin:
            yield Finding("pin-moved", f"{item.name} is at byte {at}, but pinned to {pin}", (item.name,), *there)


class _Placed(NamedTuple):
    start: Bytes
    end: Bytes
    number: int


def _overlaps(problem: RegionProblem, timeline: FlatTimeline, offsets: Mapping[str, Bytes]) -> Iterator[Finding]:
    placed = sorted(
        _Placed(offsets[item.name], offsets[item.name] + item.size_bytes, n) for n, item in enumerate(problem.items)
    )
    open_now: list[_Placed] = []
    for one in placed:
        open_now = [other for other in open_now if other.end > one.start]
        for other in open_now:
            first, second = sorted((one.number, other.number))
            difference = offsets[problem.items[second].name] - offsets[problem.items[first].name]
            if any(low <= difference <= high for low, high in forbidden_differences(problem, first, second)):
                yield from _told(problem, timeline, first, second, difference, offsets)
        open_now.append(one)


def _told(
    problem: RegionProblem,
    timeline: FlatTimeline,
    first: int,
    second: int,
    difference: Bytes,
    offsets: Mapping[str, Bytes],
) -> Iterator[Finding]:
    """A finding for each two pieces, of conflicting items, that share bytes which they must not share."""
    items = problem.items[first], problem.items[second]
    apart = (first, second) in problem.apart
    for p in items[0].pieces:
        for q in items[1].pieces:
            at = _common(p, q, offsets[items[0].name], offsets[items[1].name])
            if at is None or not (apart or _forbidden(problem, (first, p), (second, q), difference)):
                continue
            yield broken_pair(p, q, problem.region, at, timeline, apart=apart)


def _forbidden(problem: RegionProblem, one: tuple[int, Piece], other: tuple[int, Piece], difference: Bytes) -> bool:
    """Whether these two pieces alone rule the difference of their items out."""
    (first, p), (second, q) = one, other
    if not meet(p.occupied, q.occupied):
        return False
    items = list(problem.items)
    items[first], items[second] = (_of(items[n], piece) for n, piece in ((first, p), (second, q)))
    alone = replace(problem, items=tuple(items))
    return any(low <= difference <= high for low, high in forbidden_differences(alone, first, second))


def _of(item: Item, piece: Piece) -> Item:
    return item._replace(pieces=(piece,))


def _common(p: Piece, q: Piece, p_at: Bytes, q_at: Bytes) -> tuple[Bytes, Bytes] | None:
    start = max(p_at + p.offset_bytes, q_at + q.offset_bytes)
    end = min(p_at + p.offset_bytes + p.size_bytes, q_at + q.offset_bytes + q.size_bytes)
    return (start, end) if start < end else None
