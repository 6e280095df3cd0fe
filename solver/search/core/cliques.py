"""Cliques: sets of items of which no two may share a byte. A clique gives a bound, and a no-overlap constraint.

If items conflict by their phases alone, their conflicts form an interval graph. A maximum cardinality search finds all
its maximal cliques (Tarjan and Yannakakis 1984). With `apart` pairs and permissions it may be any graph, and some pairs
are in no clique that is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from warpack.solver.search.core.puzzle import Puzzle

Member = TypeVar("Member")


def heavy_clique(puzzle: Puzzle) -> tuple[int, ...]:
    """A clique with a large sum of sizes, found greedily. It is not always the largest."""
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
    """All conflicts of a puzzle. `cliques`: sets of items of which no two may share a byte, none inside another.
    `pairs` (smaller, larger): the conflicts in no clique, and all conflicts that forbid some differences only."""

    cliques: tuple[tuple[int, ...], ...]
    pairs: tuple[tuple[int, int], ...]


def cover(puzzle: Puzzle) -> Cover:
    """All conflicts of the puzzle. Whole ones are given as cliques, as far as these are found."""
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
    """The sets that lie in no other one, in the order of `key`, which must put larger sets first."""
    kept: list[frozenset[Member]] = []
    for one in sorted(sets, key=key):
        if not any(one <= other for other in kept):
            kept.append(one)
    return kept
