"""Block-scoped buffers that lie over windows of runs in the user's own layout, and the finding for two that share bytes
but must not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from warpack.solver.flatten.problem import FlatManifest, FlatTimeline, Piece
from warpack.solver.flatten.spans import intersection
from warpack.solver.launch.threads import Block
from warpack.solver.wire.layout import Region
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.report import Finding
from warpack.solver.wire.units import Bytes, Phase

_Span = tuple[Bytes, Bytes]


class Windows(NamedTuple):
    """`runs` windows in the block's memory, the first at `base`, one every `stride` bytes."""

    base: Bytes
    stride: Bytes
    runs: int

    def common(self, above: _Span, below: _Span) -> _Span | None:
        """The first bytes that a place of the block's memory has in common with one in the windows, in the lowest
        window that has any."""
        start, end = max(above[0], self.base), min(above[1], self.base + self.stride * self.runs)
        if start >= end:
            return None
        first, last = (start - self.base) // self.stride, (end - 1 - self.base) // self.stride
        for number in sorted({first, min(first + 1, last)}):  # the second is covered whole, or it is the last
            window = self.base + self.stride * number
            low, high = max(start, window + below[0]), min(end, window + below[1])
            if low < high:
                return low, high
        return None


def windows_of(block: Block) -> Windows:
    shape = block.shape
    base = shape.block_region_bytes + shape.gap_bytes
    return Windows(base, shape.stride_bytes, block.threads // shape.threads_per_run if shape.stride_bytes else 0)


def overlaps_across(
    manifest: Manifest, flat: FlatManifest, offsets: Mapping[str, Bytes], windows: Windows
) -> Iterator[Finding]:
    """A finding for each block-scoped piece that lies over a run-scoped piece with which it conflicts, in any
    window."""
    relation, kept_apart = flat.relation, {frozenset(pair) for pair in manifest.apart}
    if relation is None or not windows.runs:
        return
    for number, others in flat.crossing.items():
        upper = flat.block.items[number]
        above = offsets[upper.name]
        if above + upper.size_bytes <= windows.base:
            continue
        for other in sorted(others):
            lower = flat.run.items[other]
            apart = frozenset((upper.buffer, lower.buffer)) in kept_apart
            for p in upper.pieces:
                for q in lower.pieces:
                    at = windows.common(_span(p, above), _span(q, offsets[lower.name]))
                    if at is not None and (apart or relation.conflict(flat.uses[p.name], flat.uses[q.name])):
                        yield broken_pair(p, q, "block", at, flat.timeline, apart=apart)


def _span(piece: Piece, item_at: Bytes) -> _Span:
    return item_at + piece.offset_bytes, item_at + piece.offset_bytes + piece.size_bytes


def broken_pair(p: Piece, q: Piece, region: Region, at: _Span, timeline: FlatTimeline, *, apart: bool) -> Finding:
    """Two pieces that share bytes though they must not."""
    phase = _first_phase(p, q, timeline)
    name = None if phase is None else timeline.names[phase]
    why = "nothing orders the accesses of the two: no barrier stands between them, or they may run at the same time"
    if apart:
        why = "the manifest keeps them apart"
    elif phase is not None:
        why = f"both are needed in phase {name}"
    message = f"{p.name} and {q.name} share bytes [{at[0]}, {at[1]}) of the {region} region, but {why}"
    return Finding("apart" if apart else "overlap", message, (p.name, q.name), region, *at, phase, name)


def _first_phase(p: Piece, q: Piece, timeline: FlatTimeline) -> Phase | None:
    """The phases where one is accessed while the other is needed; None where something else keeps them apart."""
    pairs = (p.accesses, q.live), (p.live, q.accesses)
    starts = [common.spans[0][0] for one, other in pairs if (common := intersection(one, other))]
    return min(starts) if starts and min(starts) < timeline.length else None
