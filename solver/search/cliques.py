"""A bound from items of which no two may share a byte, found greedily: `apart` pairs make such sets that no phase shows."""

from __future__ import annotations

from solver.search.puzzle import Puzzle


def heavy_clique(puzzle: Puzzle) -> tuple[int, ...]:
    """Items that all conflict wholly with one another, of a large sum of sizes (not always the largest)."""
    by_size = sorted(range(puzzle.count), key=lambda i: (-puzzle.sizes[i], i))
    best: list[int] = []
    best_size = 0
    for seed in by_size:
        clique, common = [seed], puzzle.whole[seed]
        for other in by_size:
            if other in common:
                clique.append(other)
                common = common & puzzle.whole[other]
        size = sum(puzzle.sizes[i] for i in clique)
        if size > best_size:
            best, best_size = clique, size
    return tuple(sorted(best))
