"""Symmetry breaking: interchangeable items are put in order, so that a search tries only one of their orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from warpack.solver.search.core.puzzle import Puzzle

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


def alike_pairs(puzzle: Puzzle) -> tuple[tuple[int, int], ...]:
    """Pairs (a, b) of alike items; they form chains. If there is a packing, there is a best one in which every pair has
    offset_a <= offset_b.

    Two items are alike if swapping their offsets keeps any packing legal. They have the same size, alignment and
    forbidden differences to every other item, and the rule between the two is its own mirror image.
    """
    chains: list[list[int]] = []
    for item in range(puzzle.count):
        if puzzle.pins[item] is not None:
            continue
        chain = next((chain for chain in chains if _alike(puzzle, chain[-1], item)), None)
        if chain is None:
            chains.append([item])
        else:
            chain.append(item)
    return tuple(pair for chain in chains for pair in pairwise(chain))


def keep_in_order(
    model: cp_model.CpModel, puzzle: Puzzle, offsets: Sequence[Any], pairs: Iterable[tuple[int, int]]
) -> None:
    """Adds to a model that the first item of each pair lies no higher than the second. If the two may share no byte,
    the first must lie wholly below the second."""
    for a, b in pairs:
        model.add(offsets[a] + (puzzle.sizes[a] if b in puzzle.whole[a] else 0) <= offsets[b])


def _alike(puzzle: Puzzle, a: int, b: int) -> bool:
    if puzzle.sizes[a] != puzzle.sizes[b] or puzzle.alignments[a] != puzzle.alignments[b]:
        return False
    ours, theirs = puzzle.forbidden[a], puzzle.forbidden[b]
    if len(ours) != len(theirs) or ours.get(b) != theirs.get(a):
        return False
    return all(theirs.get(other) == gaps for other, gaps in ours.items() if other != b)
