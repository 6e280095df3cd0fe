"""EjectionChains what sticks out: always legal, never higher than before, and in general much nearer to the bound."""

from __future__ import annotations

import numpy
import pytest

from tests.solver.search.fields import field_of
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.large.ejection_chains import EjectionChains
from warpack.solver.search.large.skyline_fill import MANNERS, IntervalField, fill


def filled(field: IntervalField) -> list[int]:
    offsets = fill(field, MANNERS[0], 1 << 40, Stop.after(600))
    assert offsets is not None
    return offsets


def check(field: IntervalField, offsets: list[int]) -> int:
    """The height of a packing that keeps every rule."""
    for item, offset in enumerate(offsets):
        assert offset % field.alignments[item] == 0
        assert offset >= field.ground[field.starts[item] : field.ends[item]].max()
    tops = field.ground.copy()
    for item in sorted(range(len(offsets)), key=offsets.__getitem__):
        columns = slice(int(field.starts[item]), int(field.ends[item]))
        assert offsets[item] >= tops[columns].max()
        tops[columns] = offsets[item] + int(field.sizes[item])
    return int(tops.max())


@pytest.mark.parametrize("seed", range(4))
def test_a_filling_of_many_small_items_comes_nearer_to_the_bound(seed: int) -> None:
    field = field_of(seed, 8000, columns=400)
    lowering = EjectionChains(field, filled(field))
    before = lowering.top
    lowering.approach(field.bound, 2_000_000, Stop.after(600))
    assert check(field, lowering.offsets) == lowering.top
    assert field.bound <= lowering.top < before
    assert lowering.top <= 1.015 * field.bound


@pytest.mark.parametrize("seed", range(4))
def test_lowered_items_keep_to_alignment_and_ground(seed: int) -> None:
    field = field_of(seed, 600, alignments=(1, 4, 8), steps=6)
    lowering = EjectionChains(field, filled(field))
    before = lowering.top
    lowering.approach(field.bound, 500_000, Stop.after(600))
    assert check(field, lowering.offsets) == lowering.top <= before


def test_what_is_stacked_far_too_high_comes_down() -> None:
    field = field_of(5, 200)
    tops = numpy.concatenate(([0], field.sizes.cumsum())).tolist()
    lowering = EjectionChains(field, tops[:-1])
    lowering.approach(int(1.2 * field.bound), 2_000_000, Stop.after(600))
    assert check(field, lowering.offsets) <= 1.2 * field.bound


def test_the_same_packing_is_lowered_the_same_way() -> None:
    field = field_of(6, 500)
    found = []
    for _ in range(2):
        lowering = EjectionChains(field, filled(field))
        lowering.approach(field.bound, 300_000, Stop.after(600))
        found.append(lowering.offsets)
    assert found[0] == found[1]


def test_a_target_out_of_reach_leaves_a_legal_packing_no_higher() -> None:
    """Three items of two thirds each over one column: nothing can be lower than their sum."""
    field = IntervalField.of([(0, 2), (1, 3), (0, 3)], [20, 20, 20], [1, 1, 8], numpy.zeros(3, dtype=numpy.int64))
    lowering = EjectionChains(field, [20, 60, 0])
    lowering.approach(60, 50_000, Stop.after(600))
    assert check(field, lowering.offsets) == lowering.top <= 80


def test_a_target_below_the_bound_ends_at_the_bound() -> None:
    field = IntervalField.of([(0, 2)] * 3, [4] * 3, [1] * 3, numpy.zeros(2, dtype=numpy.int64))
    lowering = EjectionChains(field, [0, 8, 20])
    lowering.approach(5, 1_000_000, Stop.after(600))
    assert check(field, lowering.offsets) == 12


def test_nothing_is_touched_where_time_is_over() -> None:
    field = field_of(7, 300)
    offsets = filled(field)
    lowering = EjectionChains(field, offsets)
    lowering.approach(field.bound, 1_000_000, Stop.after(0))
    assert lowering.top <= max(offset + size for offset, size in zip(offsets, field.sizes.tolist(), strict=True))
    check(field, lowering.offsets)
