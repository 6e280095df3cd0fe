"""Filling valleys: tilings without a hole are found, everything else is answered honestly."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.helpers.solving import solved
from warpack.solver import load_manifest
from warpack.solver.flatten import flatten
from warpack.solver.search.core.conflicts import puzzle_of, unit_of
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.exact.bitset_dfs import search_bits
from warpack.solver.search.exact.skyline_search import SkylineSearch

STOP = Stop.after(3600)


def document(pieces: list[tuple[int, int, int]], length: int) -> dict[str, Any]:
    """A manifest of plain intervals: (first phase, end, bytes) of each buffer."""
    return {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "9.0"},
        "timeline": {"length": length},
        "solver": {"time_limit_s": 600},
        "objective": "shared_bytes",
        "buffers": [
            {"name": f"b{number}", "size": size, "dtype": "uint8", "lifetime": [[first, end]]}
            for number, (first, end, size) in enumerate(pieces)
        ],
    }


def tiling(random: Random, length: int, height: int, cuts: int) -> list[tuple[int, int, int]]:
    pieces = [(0, length, height)]
    while len(pieces) < cuts:
        first, end, size = pieces.pop(random.randrange(len(pieces)))
        if random.random() < 0.5 and end - first > 1:
            middle = random.randrange(first + 1, end)
            pieces += [(first, middle, size), (middle, end, size)]
        elif size > 1:
            lower = random.randrange(1, size)
            pieces += [(first, end, lower), (first, end, size - lower)]
        else:
            pieces.append((first, end, size))
    return pieces


def puzzle_from(pieces: list[tuple[int, int, int]], length: int) -> Puzzle:
    problem = flatten(load_manifest(document(pieces, length))).run
    return puzzle_of(problem, unit_of(problem))


@pytest.mark.parametrize("seed", range(6))
def test_a_tiling_is_filled_to_its_height(seed: int) -> None:
    puzzle = puzzle_from(tiling(Random(seed), 40, 60, 40), 40)
    spans = puzzle.spans
    assert spans is not None
    valleys = SkylineSearch(puzzle, spans)
    height = max(sum(s for s, m in zip(puzzle.sizes, puzzle.stretches, strict=True) if m & 1), 0)
    assert valleys.fill(height) == pytest.approx(1.0)
    found = valleys.search(height, range(48), seed=0, stop=STOP)
    assert found.verdict == "packed"
    assert puzzle.allows(found.offsets)
    assert puzzle.top(found.offsets) == height


@pytest.mark.parametrize("seed", range(120))
def test_small_sets_with_holes_get_the_answer_of_the_exact_bitset_search(seed: int) -> None:
    random = Random(seed)
    pieces = []
    for _ in range(random.randint(3, 8)):
        first = random.randrange(6)
        pieces.append((first, random.randint(first + 1, 7), random.randint(1, 6)))
    puzzle = puzzle_from(pieces, 7)
    spans = puzzle.spans
    assert spans is not None
    load = max(sum(s for s, m in zip(puzzle.sizes, puzzle.stretches, strict=True) if m >> c & 1) for c in range(12))
    for capacity in range(load, load + 4):
        exact = search_bits(puzzle, capacity, node_limit=1_000_000, stop=STOP)
        found = SkylineSearch(puzzle, spans).search(capacity, range(200), seed=0, stop=STOP)
        assert found.verdict == exact.verdict
        if found.verdict == "packed":
            assert puzzle.allows(found.offsets)
            assert puzzle.top(found.offsets) <= capacity


def test_what_is_no_set_of_plain_intervals_is_left_to_others() -> None:
    plain = [(0, 2, 4), (1, 3, 4), (2, 4, 4)]
    assert puzzle_from(plain, 4).spans is not None
    for change in ({"pinned_offset_bytes": 8}, {"alignment_bytes": 64}, {"lifetime": [[0, 1], [2, 3]]}):
        changed = document(plain, 4)
        changed["buffers"][0] |= change
        problem = flatten(load_manifest(changed)).run
        assert puzzle_of(problem, unit_of(problem)).spans is None
    apart = document(plain, 4) | {"apart": [["b0", "b2"]]}
    problem = flatten(load_manifest(apart)).run
    assert puzzle_of(problem, unit_of(problem)).spans is None


@pytest.mark.parametrize("seed", range(3))
def test_the_optimiser_proves_tilings(seed: int) -> None:
    layout = solved(load_manifest(document(tiling(Random(seed), 60, 90, 60), 60)))
    assert layout.status == "optimal"
    assert layout.launch is not None
    assert layout.launch.run_bytes == 90
