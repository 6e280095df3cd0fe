"""First packings of plain intervals: the skyline is filled in several manners, and ejection chains lower each filling.

These are the searches for very many items (`large/`). For a few hundred items, a filling with its lowering takes some
20 ms, and is often smaller than any packing that first fit finds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from warpack.solver.search.core.puzzle import Puzzle, Span
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.large.ejection_chains import EjectionChains
from warpack.solver.search.large.skyline_fill import IntervalField, Manner, fill

_MANNERS = (
    Manner(0.006, 1.05, 0.1),
    Manner(0.04, 1.05, 0.0),
    Manner(0.01, 1.0, 0.1),
    Manner(0.02, 1.1, 0.1),
    Manner(0.02, 1.02, 0.0),
    Manner(0.01, 1.02, 0.2),
)
"""Each was chosen for sets on which those before it are weak."""

_EFFORT = 400
"""The effort of lowering, for each item (see `EjectionChains.approach`)."""


def fillings(puzzle: Puzzle, spans: Sequence[Span], bound: int, stop: Stop) -> Iterator[tuple[int, ...]]:
    """A packing for each manner, of a puzzle that has `spans` (see `Puzzle.spans`). Nothing below `bound` is looked
    for. Raises Stopped if `stop` comes before a filling is done."""
    import numpy as np

    ground = np.zeros(max(end for _, end in spans), dtype=np.int64)
    field = IntervalField.of(spans, puzzle.sizes, puzzle.alignments, ground)
    most = sum(puzzle.sizes)
    for manner in _MANNERS:
        filled = fill(field, manner, most, stop)
        if filled is None:
            stop.check()
            continue
        lowering = EjectionChains(field, filled)
        lowering.approach(bound, _EFFORT * puzzle.count, stop)
        yield tuple(lowering.offsets)
