"""The fastest construction, for any number of items: each item lies on top of all items before it in its phases.

It fills no gaps, so it is near the bound only if lifetimes are nested or all alike. It is used when there is no time
for anything better.
"""

from __future__ import annotations

from collections.abc import Sequence

from warpack.solver.flatten.problem import RegionProblem
from warpack.solver.search.core.spans import Span, apart_partners
from warpack.solver.search.core.stop import Stop
from warpack.solver.wire.units import Bytes, align_up

_ASK_EVERY = 1024
"""Items that are placed between two looks at the clock."""


def pack_skyline(
    problem: RegionProblem, spans: Sequence[tuple[Span, ...]], order: Sequence[int], stop: Stop
) -> list[Bytes]:
    """The offsets in bytes. Pinned items keep their pins; `order` has the others. Items that are left when `stop` comes
    go on top."""
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
