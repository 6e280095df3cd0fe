"""Places the parts of splittable buffers apart, if that saves bytes.

A packing of whole buffers is also one of their parts. So whole buffers are packed first, and the search over the parts
begins with that packing. If the parts save nothing, the buffers stay whole, because their getters are simpler. Bounds
are always those of the parts, which may lie anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from warpack.solver.flatten.problem import RegionProblem
from warpack.solver.search.bounds.max_live import lower_bound
from warpack.solver.search.core.packing import Packing, unclaimed
from warpack.solver.search.core.pins import PinsCollide
from warpack.solver.search.core.stop import Stop, Stopped
from warpack.solver.search.region.pack import Progressed
from warpack.solver.search.region.windows import pack_region
from warpack.solver.wire.units import Bytes

_WHOLE_EFFORT = 1.0
"""The effort for packing whole buffers."""


@dataclass(frozen=True)
class Region:
    """A packing, and the problem whose items it places."""

    problem: RegionProblem
    packing: Packing


def pack_in_parts(
    whole: RegionProblem,
    in_parts: RegionProblem,
    *,
    seed: int,
    stop: Stop,
    starts: tuple[Sequence[Bytes] | None, Sequence[Bytes] | None] = (None, None),
    progressed: Progressed | None = None,
) -> Region:
    """The better packing of two problems of one region: `whole`, with every buffer in one piece, and `in_parts`, with
    parts apart.

    `starts` are offsets to begin with, for each of the two. Raises PinsCollide if the pins leave no packing of the
    parts, and Stopped if none was found in time.
    """
    report = progressed or (lambda _size, _bound: None)
    bound = lower_bound(in_parts)
    rigid: Packing | None = None
    try:
        rigid = pack_region(
            whole,
            seed=seed,
            stop=stop.with_effort(_WHOLE_EFFORT),
            start=starts[0],
            progressed=lambda size, _bound: report(size, bound.size_bytes),
        )
    except (PinsCollide, Stopped):
        rigid = None  # the parts may still fit round pins and windows
    if rigid is not None and rigid.size_bytes <= bound.size_bytes:
        return Region(whole, replace(rigid, lower_bound_bytes=bound.size_bytes, bound=bound, search=None))
    late = stop.now()
    begun = starts[1]
    if rigid is not None and (begun is None or _top(in_parts, begun) >= rigid.size_bytes):
        begun = _as_parts(whole, in_parts, rigid)
    apart = pack_region(in_parts, seed=seed, stop=stop, start=begun, progressed=progressed)
    if late:
        apart = unclaimed(in_parts, apart)
    if rigid is not None and rigid.size_bytes <= apart.size_bytes:
        return Region(whole, replace(apart, offsets=rigid.offsets, size_bytes=rigid.size_bytes, puzzle=rigid.puzzle))
    return Region(in_parts, apart)


def _as_parts(whole: RegionProblem, in_parts: RegionProblem, packing: Packing) -> list[Bytes]:
    """The offsets of the parts in a packing of whole buffers."""
    number = whole.index_by_name
    return [packing.offsets[number[item.buffer]] + item.start_bytes for item in in_parts.items]


def _top(problem: RegionProblem, offsets: Sequence[Bytes]) -> Bytes:
    return max((offset + item.size_bytes for offset, item in zip(offsets, problem.items, strict=True)), default=0)
