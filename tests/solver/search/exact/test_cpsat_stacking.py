"""Stacking: packings at the very bound for tight sets of many intervals, and honest answers elsewhere."""

from __future__ import annotations

from random import Random

from tests.solver.search.puzzles import make_puzzle, whole
from warpack.solver.search.core.cliques import cover
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.exact.cpsat_stacking import StackingSearch


def tiling(random: Random, width: int, height: int, cuts: int) -> tuple[Puzzle, list[tuple[int, int, int]]]:
    """A rectangle of phases and units cut into pieces that fill it: (start, end, size) of each, and the puzzle of
    packing them."""
    pieces = [(0, width, height)]
    while len(pieces) < cuts:
        start, end, size = pieces.pop(random.randrange(len(pieces)))
        if random.random() < 0.5 and end - start > 1:
            middle = random.randrange(start + 1, end)
            pieces += [(start, middle, size), (middle, end, size)]
        elif size > 1:
            lower = random.randrange(1, size)
            pieces += [(start, end, lower), (start, end, size - lower)]
        else:
            pieces.append((start, end, size))
    sizes = [size for *_, size in pieces]
    rows = {
        (i, j): whole(sizes, i, j)
        for i, a in enumerate(pieces)
        for j, b in enumerate(pieces)
        if i < j and a[0] < b[1] and b[0] < a[1]
    }
    return make_puzzle(sizes, rows), pieces


def test_a_cover_holds_every_conflict_once_in_cliques_or_pairs() -> None:
    sizes = [2, 3, 4, 5]
    rows = {(0, 1): whole(sizes, 0, 1), (1, 2): whole(sizes, 1, 2), (0, 2): whole(sizes, 0, 2), (2, 3): ((0, 1),)}
    found = cover(make_puzzle(sizes, rows))
    assert found.cliques == ((0, 1, 2),)
    assert found.pairs == ((2, 3),)


def test_the_cliques_of_intervals_are_what_is_live_together() -> None:
    for seed in range(20):
        puzzle, pieces = tiling(Random(seed), 12, 12, 14)
        found = cover(puzzle)
        assert not found.pairs
        live = [frozenset(i for i, (start, end, _) in enumerate(pieces) if start <= t < end) for t in range(12)]
        most = {one for one in live if len(one) > 1 and not any(one < other for other in live)}
        assert {frozenset(clique) for clique in found.cliques} == most


def test_a_tiling_is_packed_into_its_own_height_and_not_into_less() -> None:
    for seed in range(4):
        puzzle, _ = tiling(Random(seed), 16, 24, 12)
        stop = Stop.after(3600)
        packed = StackingSearch(puzzle, seed).search(24, effort=1.0, stop=stop)
        assert packed.verdict == "packed"
        assert puzzle.allows(packed.offsets)
        assert puzzle.top(packed.offsets) == 24
        assert StackingSearch(puzzle, seed).search(23, effort=1.0, stop=stop).verdict == "impossible"


def test_alignments_pins_and_parts_are_kept() -> None:
    sizes = [3, 4, 2]
    rows = {(0, 1): whole(sizes, 0, 1), (1, 2): whole(sizes, 1, 2), (0, 2): ((-1, 0),)}
    puzzle = Puzzle(tuple(sizes), (1, 4, 1), (None, None, 3), make_puzzle(sizes, rows).forbidden)
    packed = StackingSearch(puzzle, 0).search(12, effort=1.0, stop=Stop.after(3600))
    assert packed.verdict == "packed"
    assert puzzle.allows(packed.offsets)
    assert StackingSearch(puzzle, 0).search(7, effort=1.0, stop=Stop.after(3600)).verdict == "impossible"


def test_the_same_seed_gives_the_same_packing() -> None:
    puzzle, _ = tiling(Random(7), 40, 60, 45)
    first, second = (StackingSearch(puzzle, 3).search(66, effort=0.2, stop=Stop.after(3600)) for _ in range(2))
    assert first == second
