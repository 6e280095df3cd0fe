"""The user's own layout: its bytes, its launch, and which of the manifest's rules it breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from solver.baselines.figures import figures_beyond_budget
from solver.baselines.simple import RegionBytes
from solver.flatten import flatten
from solver.flatten.pairs import forbidden_differences
from solver.flatten.problem import FlatTimeline, Item, Piece, RegionProblem
from solver.flatten.spans import intersection, meet
from solver.reading.settings import MOST_THREADS
from solver.wire.layout import MOST_BROKEN_LISTED, Baseline
from solver.wire.manifest import HandLayout, Manifest
from solver.wire.report import Finding
from solver.wire.units import Bytes, Phase


def by_hand(manifest: Manifest, layout: HandLayout) -> Baseline:
    """Its own threads count, where it gives them, whatever the manifest says of threads."""
    rules = manifest
    if layout.threads_per_block is not None:
        launch = replace(
            manifest.launch, threads_per_block=layout.threads_per_block, max_threads_per_block=MOST_THREADS
        )
        rules = replace(manifest, launch=launch)
    on_chip = frozenset(
        buffer.full_name for buffer in manifest.buffers if buffer.location == "auto" and layout.places(buffer)
    )
    found = figures_beyond_budget(rules, RegionBytes(layout.run_bytes, layout.block_region_bytes), on_chip)
    return replace(found, broken=tuple(islice(_broken(manifest, layout, on_chip), MOST_BROKEN_LISTED)))


def _broken(manifest: Manifest, layout: HandLayout, on_chip: frozenset[str]) -> Iterator[Finding]:
    """Alignments, pins and pairs that share bytes though they must not: by region, then by offset. What of the block may lie over windows
    does not count, as the windows begin behind all of it; nor do contiguous windows, which are a wish about Warpack's own layout."""
    split = frozenset(
        buffer.full_name for buffer in manifest.buffers if any("#" in name for name, _ in layout.places(buffer))
    )
    flat = flatten(manifest, on_chip, split)
    for problem in (flat.block, flat.run):
        yield from _misplaced(problem, layout.offsets_bytes)
        yield from _overlaps(problem, flat.timeline, layout.offsets_bytes)


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
    """A finding for each two pieces, of items that are in each other's way, which share bytes that they must not share."""
    items = problem.items[first], problem.items[second]
    apart = (first, second) in problem.apart
    for p in items[0].pieces:
        for q in items[1].pieces:
            at = _common(p, q, offsets[items[0].name], offsets[items[1].name])
            if at is None or not (apart or _forbidden(problem, (first, p), (second, q), difference)):
                continue
            phase = _first_phase(p, q, timeline, apart)
            when = "" if phase is None else f" in phase {timeline.names[phase]}"
            why = "the manifest keeps them apart" if apart else f"both are needed{when}"
            message = f"{p.name} and {q.name} share bytes [{at[0]}, {at[1]}) of the {problem.region} region, but {why}"
            name = None if phase is None else timeline.names[phase]
            rule = "apart" if apart else "overlap"
            yield Finding(rule, message, (p.name, q.name), problem.region, at[0], at[1], phase, name)


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


def _first_phase(p: Piece, q: Piece, timeline: FlatTimeline, apart: bool) -> Phase | None:
    """Where the one is accessed while the other is needed; else, of pieces that nothing else keeps apart, where it is accessed before a
    barrier has freed the bytes."""
    needed = (p.accesses, q.live), (p.live, q.accesses)
    waiting = (p.accesses, q.occupied), (p.occupied, q.accesses)
    for pairs in (needed,) if apart else (needed, waiting):
        starts = [common.spans[0][0] for one, other in pairs if (common := intersection(one, other))]
        if starts and min(starts) < timeline.length:
            return min(starts)
    return None
