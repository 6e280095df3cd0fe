"""Sets of items of which no two may share a byte: they make a bound, and one no-overlap constraint each.

Items that conflict by their phases alone form an interval graph, whose largest such sets a maximum cardinality search
finds all; `apart` pairs and permissions make it any graph, where some pairs are left over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from warpack.solver.search.core.puzzle import Puzzle

Member = TypeVar("Member")


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


@dataclass(frozen=True)
class Cover:
    """`cliques`: sets of items that conflict wholly with one another, none inside another. `pairs`: (smaller, larger)
    of every conflict that no clique holds, those that are not whole among them."""

    cliques: tuple[tuple[int, ...], ...]
    pairs: tuple[tuple[int, int], ...]


def cover(puzzle: Puzzle) -> Cover:
    """All conflicts of the puzzle, as cliques where they are whole."""
    whole, weight = puzzle.whole, [0] * puzzle.count
    position: dict[int, int] = {}
    found: list[frozenset[int]] = []
    left = set(range(puzzle.count))
    while left:
        item = max(left, key=lambda i: (weight[i], -i))
        left.remove(item)
        clique = {item}
        for other in sorted((i for i in whole[item] if i in position), key=position.__getitem__, reverse=True):
            if clique <= whole[other]:
                clique.add(other)
        position[item] = len(position)
        found.append(frozenset(clique))
        for other in whole[item]:
            weight[other] += 1
    cliques = maximal((one for one in found if len(one) > 1), key=lambda one: -len(one))
    held = {(a, b) for clique in cliques for a in clique for b in clique if a < b}
    pairs = ((i, j) for i, row in enumerate(puzzle.forbidden) for j in sorted(row) if i < j and (i, j) not in held)
    return Cover(tuple(tuple(sorted(clique)) for clique in cliques), tuple(pairs))


def maximal(sets: Iterable[frozenset[Member]], key: Callable[[frozenset[Member]], Any]) -> list[frozenset[Member]]:
    """Those that lie in no other, in the order of `key`, which puts larger ones first."""
    kept: list[frozenset[Member]] = []
    for one in sorted(sets, key=key):
        if not any(one <= other for other in kept):
            kept.append(one)
    return kept
