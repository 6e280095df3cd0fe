"""The tree of structures against what the spans say, phase by phase."""

from __future__ import annotations

from random import Random

import pytest

from warpack.solver.reading.intervals import held
from warpack.solver.reading.nesting import CHOICE, LOOP, WHOLE_BRANCH
from warpack.solver.reading.structures import Node, Structure, Tree
from warpack.solver.wire.manifest import Interval


def random_structures(random: Random, start: int, end: int, depth: int = 0) -> list[Structure]:
    """Properly nested loops and branches inside [start, end)."""
    found: list[Structure] = []
    at = start
    while at < end:
        until = random.randint(at + 1, end)
        kind = random.choice(["loop", "branch", "none"]) if depth < 4 and until - at < end - start else "none"
        if kind == "loop":
            found.append(Structure((at, until), LOOP, "loop", "", [at, until]))
            found += random_structures(random, at, until, depth + 1)
        elif kind == "branch" and until - at > 1:
            middle = random.randint(at + 1, until - 1)
            found.append(Structure((at, until), WHOLE_BRANCH, "branch", "", [[at, middle], [middle, until]]))
            for arm in ((at, middle), (middle, until)):
                found.append(Structure(arm, CHOICE, "arm", "", [*arm]))
                found += random_structures(random, *arm, depth + 1)
        at = until
    return found


@pytest.mark.parametrize("seed", range(60))
def test_the_innermost_structure_that_holds_two_phases_is_found(seed: int) -> None:
    random = Random(seed)
    length = random.randint(1, 24)
    tree = Tree(length, random_structures(random, 0, length))
    for first in range(length):
        for second in range(length):
            holding = [node for node in (tree.program, *tree.nodes) if node.holds(first) and node.holds(second)]
            assert tree.holder(first, second) is max(holding, key=lambda node: node.depth)
            loops = [node for node in holding if node.structure.kind == "loop"]
            assert tree.loop_round(first, second) is (max(loops, key=lambda node: node.depth) if loops else None)


@pytest.mark.parametrize("seed", range(60))
def test_an_interval_holds_what_stands_between_its_ends_but_for_arms_that_hold_neither(seed: int) -> None:
    random = Random(seed)
    length = random.randint(2, 24)
    tree = Tree(length, random_structures(random, 0, length))
    for first in range(length):
        for last in range(length):
            holder, loop = tree.holder(first, last), tree.loop_round(first, last)
            if holder.structure.kind == "branch" or (last < first and loop is None):
                continue
            if first <= last:
                order, scope = list(range(first, last + 1)), holder
            else:
                assert loop is not None
                order, scope = [*range(first, loop.end), *range(loop.start, last + 1)], loop
            expected = [phase for phase in order if not _free(tree, scope, (first, last), phase)]
            spans = held(tree, Interval(first, last + 1)).spans
            assert [phase for start, end in spans for phase in range(start, end)] == expected


def _free(tree: Tree, scope: Node, ends: tuple[int, int], phase: int) -> bool:
    """Whether the phase lies in an arm of a branch inside the scope, and an end of the interval in another arm of
    it."""
    for branch in tree.nodes:
        if branch.structure.kind != "branch" or not branch.holds(phase) or branch is scope:
            continue
        inside = branch.parent
        while inside is not None and inside is not scope:
            inside = inside.parent
        if inside is None:
            continue
        arm = next(arm for arm in branch.children or () if arm.holds(phase))
        if any(branch.holds(end) and not arm.holds(end) for end in ends):
            return True
    return False


def test_the_tree_of_very_deep_loops_is_walked_in_few_steps() -> None:
    depth = 20_000
    structures = [Structure((i, 2 * depth - i), LOOP, "loop", "", [i, 2 * depth - i]) for i in range(depth)]
    tree = Tree(2 * depth, structures)
    for phase in range(depth):
        found = tree.loop_round(2 * depth - 1, phase)
        assert found is not None
        assert found.start == 0
