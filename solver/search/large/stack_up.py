"""The fastest construction, for any number of items: each item on top of whatever is below it in its phases.

It fills no gaps, so it is never far above the bound only where lifetimes are nested or all alike; it is what is left
when there is no time for anything better.
"""

from __future__ import annotations

from collections.abc import Sequence

from warpack.solver.flatten.problem import RegionProblem
from warpack.solver.search.core.spans import Span, apart_partners
from warpack.solver.search.core.stop import Stop
from warpack.solver.wire.units import Bytes, align_up

_ASK_EVERY = 1024
"""Items placed between two questions whether to stop."""


def pack_skyline(
    problem: RegionProblem, spans: Sequence[tuple[Span, ...]], order: Sequence[int], stop: Stop
) -> list[Bytes]:
    """Offsets in bytes. Pinned items keep their pins; `order` are the others. What is left when `stop` says so goes on
    top."""
    import numpy

    length = max((end for one in spans for _, end in one), default=0)
    tops = numpy.zeros(length, dtype=numpy.int64)
    partners = apart_partners(problem)
    offsets = [-1] * len(problem.items)
    pinned = [i for i, item in enumerate(problem.items) if item.pinned_offset_bytes is not None]
    highest, hurry = 0, False
    for count, i in enumerate((*pinned, *order)):
        item = problem.items[i]
        offset = item.pinned_offset_bytes
        hurry = hurry or (count % _ASK_EVERY == _ASK_EVERY - 1 and stop.now())
        if offset is None and hurry:
            offset = align_up(highest, item.alignment_bytes)
        elif offset is None:
            below = max((int(tops[start:end].max()) for start, end in spans[i]), default=0)
            for other in partners.get(i, ()):
                if offsets[other] >= 0:
                    below = max(below, offsets[other] + problem.items[other].size_bytes)
            offset = align_up(below, item.alignment_bytes)
        offsets[i] = offset
        highest = max(highest, offset + item.size_bytes)
        for start, end in () if hurry else spans[i]:
            numpy.maximum(tops[start:end], offset + item.size_bytes, out=tops[start:end])
    return offsets
