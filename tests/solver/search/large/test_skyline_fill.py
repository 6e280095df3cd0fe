"""Filling many plain intervals: legal from any ground, close to the bound, and given up where asked to."""

from __future__ import annotations

from random import Random

import numpy
import pytest

from tests.solver.search.fields import field_of
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.large.skyline_fill import MANNERS, IntervalField, Manner, fill


def check(field: IntervalField, offsets: list[int]) -> int:
    """The height of a packing that keeps every rule."""
    tops = field.ground.copy()
    for item in sorted(range(len(offsets)), key=offsets.__getitem__):
        columns = slice(int(field.starts[item]), int(field.ends[item]))
        assert offsets[item] % field.alignments[item] == 0
        assert offsets[item] >= tops[columns].max()
        tops[columns] = offsets[item] + int(field.sizes[item])
    return int(tops.max())


@pytest.mark.parametrize("manner", MANNERS)
def test_a_packing_keeps_apart_what_is_live_together(manner: Manner) -> None:
    field = field_of(1, 400)
    offsets = fill(field, manner, 1 << 40, Stop.after(600))
    assert offsets is not None
    assert check(field, offsets) <= 1.15 * field.bound


@pytest.mark.parametrize("seed", range(5))
def test_items_lie_above_uneven_ground_and_at_their_alignment(seed: int) -> None:
    field = field_of(seed, 300, alignments=(1, 4, 8), steps=6)
    offsets = fill(field, MANNERS[0], 1 << 40, Stop.after(600))
    assert offsets is not None
    check(field, offsets)


def test_equal_intervals_are_stacked_without_a_gap() -> None:
    field = IntervalField.of([(0, 5)] * 7, [3] * 7, [1] * 7, numpy.zeros(5, dtype=numpy.int64))
    offsets = fill(field, MANNERS[0], 21, Stop.after(600))
    assert offsets is not None
    assert sorted(offsets) == list(range(0, 21, 3))


def test_a_packing_that_grows_too_high_is_given_up() -> None:
    field = field_of(2, 200)
    assert fill(field, MANNERS[0], field.bound - 1, Stop.after(600)) is None


def test_a_filling_ends_where_time_is_over() -> None:
    assert fill(field_of(3, 600), MANNERS[0], 1 << 40, Stop.after(0)) is None


def test_only_columns_that_no_neighbour_holds_wholly_are_kept() -> None:
    """The second interval meets the first and the third, which do not meet; the fourth stands alone behind a gap."""
    spans = [(0, 4), (2, 7), (5, 9), (12, 13)]
    field = IntervalField.of(spans, [1, 2, 4, 8], [1] * 4, numpy.zeros(14, dtype=numpy.int64))
    assert list(zip(field.starts.tolist(), field.ends.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 2), (2, 3)]
    assert field.load.tolist() == [3, 6, 8]


@pytest.mark.parametrize("seed", range(5))
def test_whoever_meets_in_the_phases_meets_in_the_columns_and_stands_on_the_same_ground(seed: int) -> None:
    random = Random(seed)
    starts = [random.randrange(60) for _ in range(40)]
    spans = [(start, start + random.randint(1, 20)) for start in starts]
    ground = numpy.array([random.choice((0, 0, 0, 8, 16)) for _ in range(80)], dtype=numpy.int64)
    field = IntervalField.of(spans, [1] * 40, [1] * 40, ground)
    assert len(field.ground) < 80
    for i, (start, end) in enumerate(spans):
        columns = slice(int(field.starts[i]), int(field.ends[i]))
        assert field.ground[columns].max() == ground[start:end].max()
        for j, (other_start, other_end) in enumerate(spans):
            meet = field.starts[i] < field.ends[j] and field.starts[j] < field.ends[i]
            assert meet == (start < other_end and other_start < end)
