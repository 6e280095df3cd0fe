"""Sets of plain intervals are made ready and settled by shorter ways, which lead to the same."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from benchmarks.instances.tilings import pinwheel
from tests.solver.search.puzzles import crowd, intervals
from warpack.solver.answer.settling import Settling
from warpack.solver.flatten import flatten
from warpack.solver.flatten.pairs import forbidden_differences
from warpack.solver.search.core.conflicts import puzzle_of, unit_of
from warpack.solver.search.core.laying import FirstFit
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.preprocess.coarsening import coarsened


def plain(puzzle: Puzzle) -> Puzzle:
    return replace(puzzle, plain=True)


@pytest.mark.parametrize("seed", range(3))
def test_a_region_of_plain_intervals_has_the_conflicts_of_its_pairs(seed: int) -> None:
    run = flatten(pinwheel(60, seed).instance("set", seed).manifest(1.0)).run
    unit = unit_of(run)
    puzzle = puzzle_of(run, unit)
    assert puzzle.plain
    for i, row in enumerate(puzzle.forbidden):
        pairs = {j: forbidden_differences(run, i, j) for j in range(puzzle.count) if j > i}
        expected = {
            j: tuple((-(-low // unit), high // unit) for low, high in gaps) for j, gaps in pairs.items() if gaps
        }
        assert {j: gaps for j, gaps in row.items() if j > i} == expected
        assert list(row) == sorted(row)
        assert all(puzzle.forbidden[j][i] == tuple((-high, -low) for low, high in gaps) for j, gaps in row.items())


@pytest.mark.parametrize("seed", range(5))
def test_what_is_known_to_be_plain_has_the_spans_and_units_that_a_look_at_all_pairs_finds(seed: int) -> None:
    looked_at, _ = crowd(60, Random(seed))
    known = plain(looked_at)
    assert known.whole == looked_at.whole
    assert known.spans == looked_at.spans is not None
    kept = range(0, 60, 2)
    assert known.restrict(kept) == looked_at.restrict(kept)
    assert known.restrict(kept).plain
    doubled = intervals([(start, end, 6 * size) for (start, end), size in zip(known.spans, known.sizes, strict=True)])
    assert coarsened(plain(doubled)) == coarsened(doubled)
    assert coarsened(plain(doubled))[1] % 6 == 0


@pytest.mark.parametrize("seed", range(10))
def test_settling_plain_intervals_comes_to_what_first_fit_comes_to(seed: int) -> None:
    random = Random(seed)
    puzzle, _ = crowd(70, random)
    settling, fit = Settling(plain(puzzle)), FirstFit(puzzle)
    offsets = fit.run(random.sample(range(70), 70)).offsets
    by_offset = fit.run(sorted(range(70), key=lambda i: (offsets[i], i))).top
    assert settling.least(offsets) == Settling(puzzle).least(offsets) <= by_offset
    for most in (by_offset - 1, by_offset, settling.least(offsets) - 1):
        for kept in (range(70), range(0, 70, 3)):
            assert settling.packs(kept, offsets, most) == Settling(puzzle).packs(kept, offsets, most)
