"""Tilings without a hole, and sets that fill every phase alike and yet have none."""

from __future__ import annotations

from random import Random

import pytest

from benchmarks.instances.tilings import Tiling as Known
from benchmarks.instances.tilings import guillotine, pinwheel
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop, Stopped
from warpack.solver.search.exact.bitset_dfs import search_bits
from warpack.solver.search.exact.skyline_search import SkylineSearch
from warpack.solver.search.perfect.seams import seams_at
from warpack.solver.search.perfect.search import Tiling

STOP = Stop.after(3600)
Span = tuple[int, int]


def puzzle_of(spans: list[Span], sizes: list[int]) -> Puzzle:
    rows = [
        {
            j: ((1 - sizes[j], sizes[i] - 1),)
            for j, (start, stop) in enumerate(spans)
            if j != i and start < end and first < stop
        }
        for i, (first, end) in enumerate(spans)
    ]
    stretches = tuple((1 << end) - (1 << first) for first, end in spans)
    count = len(sizes)
    return Puzzle(tuple(sizes), (1,) * count, (None,) * count, tuple(rows), stretches)


def full_columns(random: Random, width: int) -> tuple[list[Span], list[int], int]:
    """Items that fill each column to the same height, some columns perhaps not at all; most such sets have no
    tiling."""
    spans, sizes = [], []
    for _ in range(random.randint(6, 9)):
        first = random.randrange(width - 2)
        spans.append((first, random.randint(first + 2, min(width, first + 4))))
        sizes.append(random.randint(2, 11))
    loads = [sum(z for (a, b), z in zip(spans, sizes, strict=True) if a <= c < b) for c in range(width)]
    height = max(loads)
    for column, load in enumerate(loads):
        missing = height - load
        if not load and random.random() < 0.5:
            continue
        if missing > 1 and random.random() < 0.2:
            lower = random.randrange(1, missing)
            spans += [(column, column + 1)] * 2
            sizes += [lower, missing - lower]
        elif missing:
            spans.append((column, column + 1))
            sizes.append(missing)
    return spans, sizes, height


@pytest.mark.parametrize("seed", range(100))
def test_sets_that_fill_every_column_get_the_answer_of_the_exact_bitset_search(seed: int) -> None:
    spans, sizes, height = full_columns(Random(seed), 8)
    puzzle = puzzle_of(spans, sizes)
    exact = search_bits(puzzle, height, node_limit=1_000_000, stop=STOP)
    found = SkylineSearch(puzzle, spans).search(height, range(200), seed=0, stop=STOP)
    assert found.verdict == exact.verdict
    if found.verdict == "packed":
        assert puzzle.allows(found.offsets)
        assert puzzle.top(found.offsets) <= height


def test_the_sets_compared_are_of_both_sorts() -> None:
    verdicts = set()
    for seed in range(60):
        spans, sizes, height = full_columns(Random(seed), 8)
        verdicts.add(search_bits(puzzle_of(spans, sizes), height, node_limit=1_000_000, stop=STOP).verdict)
    assert verdicts == {"packed", "impossible"}


@pytest.mark.parametrize("known", [guillotine(150, 3), pinwheel(80, 3), pinwheel(120, 5)], ids=lambda t: str(t.height))
def test_large_tilings_are_found(known: Known) -> None:
    sizes = [tile.size for tile in known.tiles]
    spans = [(tile.start, tile.end) for tile in known.tiles]
    tiling = Tiling(sizes, spans, known.height)
    attempts = (tiling.turn(number, 0, STOP) for number in range(400))
    found = next(attempt for attempt in attempts if attempt.verdict == "packed")
    assert puzzle_of(spans, sizes).allows(found.offsets)
    assert max(offset + size for offset, size in zip(found.offsets, sizes, strict=True)) == known.height


def test_what_guesses_exhaust_proves_nothing() -> None:
    spans, sizes, height = next(
        found
        for found in (full_columns(Random(seed), 8) for seed in range(60))
        if search_bits(puzzle_of(found[0], found[1]), found[2], node_limit=1_000_000, stop=STOP).verdict == "impossible"
    )
    tiling = Tiling(sizes, spans, height)
    number = next(number for number in range(1000) if tiling.turn(number, 0, STOP).verdict == "impossible")
    assert number % 6 == 5


def test_a_search_for_a_tiling_stops_when_it_is_asked_to() -> None:
    known = pinwheel(400, 7)
    tiling = Tiling([t.size for t in known.tiles], [(t.start, t.end) for t in known.tiles], known.height)
    with pytest.raises(Stopped):
        tiling.turn(0, 0, Stop.after(3600, lambda: True))


def test_items_of_one_edge_that_only_fit_together_as_a_whole_are_one_seam() -> None:
    sizes = [5, 7, 4, 8]
    (seam,) = seams_at(3, [0, 1], [2, 3], sizes, 0.0)
    assert (seam.edge, seam.height, seam.before, seam.after) == (3, 12, (0, 1), (2, 3))


def test_items_that_fit_together_in_more_than_one_way_are_in_a_seam_only_by_a_guess() -> None:
    sizes = [500, 700, 300, 200, 700]
    assert seams_at(3, [0, 1], [2, 3, 4], sizes, 0.0) == []
    guessed = seams_at(3, [0, 1], [2, 3, 4], sizes, 0.1)
    assert {(seam.before, seam.after) for seam in guessed} == {((1,), (4,)), ((0,), (2, 3))}


def test_nothing_is_guessed_where_small_sizes_fit_together_by_chance() -> None:
    sizes = [5, 7, 3, 2, 7]
    assert seams_at(3, [0, 1], [2, 3, 4], sizes, 0.1) == []
