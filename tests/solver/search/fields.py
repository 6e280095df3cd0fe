"""Random fields of plain intervals."""

from __future__ import annotations

from random import Random

import numpy

from warpack.solver.search.large.skyline_fill import IntervalField


def field_of(
    seed: int, count: int, *, columns: int = 0, alignments: tuple[int, ...] = (1,), steps: int = 0
) -> IntervalField:
    """Random intervals over `columns` (or as many as there are items), above a ground of some steps."""
    random, columns = Random(seed), columns or count
    ground = numpy.zeros(columns, dtype=numpy.int64)
    for _ in range(steps):
        start = random.randrange(columns)
        ground[start : start + random.randint(1, columns)] += random.randint(1, 30)
    spans = []
    for _ in range(count):
        length = random.randint(1, 40)
        start = random.randrange(columns - length + 1)
        spans.append((start, start + length))
    sizes = [random.randint(1, 60) for _ in range(count)]
    return IntervalField.of(spans, sizes, [random.choice(alignments) for _ in range(count)], ground)
