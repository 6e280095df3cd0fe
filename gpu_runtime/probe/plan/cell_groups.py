"""Which cells are filled together in one pass.

In a *plain* group no two cells overlap because of an alias. So on every way, every cell's contents must last as long as
the story says. A *lingering* group is for conflicts that no way shows: two cells that must not share bytes (`apart`, or
the time until a barrier), though neither is ever filled while the other has contents. Its cells lie at different bytes,
so each must keep its contents to the end of the kernel, whatever the others write.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from warpack.gpu_runtime.probe.plan.cells import Cell
from warpack.gpu_runtime.probe.plan.conflict_edges import Edges, bits


@dataclass(frozen=True)
class Group:
    """`members`: a bit per cell. `lingering`: contents are checked to the end, not only while they are needed."""

    members: int
    lingering: bool

    def __contains__(self, index: int) -> bool:
        return bool(self.members >> index & 1)


def plain_groups(cells: Sequence[Cell], edges: Edges) -> tuple[Group, ...]:
    """Groups such that each cell is in one, and each conflicting pair of cells is in one together."""
    return tuple(
        Group(members, lingering=False)
        for members in _cover(len(cells), edges.conflicts, lambda index: edges.permitted[index], everybody=True)
    )


def lingering_groups(
    cells: Sequence[Cell], uncovered: Sequence[int], overlap: Callable[[Cell, Cell], bool]
) -> tuple[Group, ...]:
    """Groups of cells at different bytes such that each pair of `uncovered` (a mask per cell) is in one together, even
    a pair that does overlap, as in a faulty layout."""
    wanted = [cell for cell in cells if uncovered[cell.index]]
    overlapping = {
        cell.index: sum(1 << other.index for other in wanted if other is not cell and overlap(cell, other))
        for cell in wanted
    }
    return tuple(
        Group(members, lingering=True)
        for members in _cover(len(cells), uncovered, lambda index: overlapping.get(index, 0), everybody=False)
    )


def _cover(count: int, pairs: Sequence[int], excluded: Callable[[int], int], *, everybody: bool) -> list[int]:
    """Greedy: starts a group with a pair, or a cell, that is in none, and adds all cells that may join."""
    groups: list[int] = []
    left = list(pairs)
    lonely = (1 << count) - 1 if everybody else 0
    pool = (1 << count) - 1 if everybody else sum(1 << index for index, mask in enumerate(pairs) if mask)
    while True:
        seed = next((index for index in range(count) if left[index]), None)
        if seed is not None:
            group = 1 << seed | (left[seed] & -left[seed])
        elif lonely:
            group = lonely & -lonely
        else:
            return groups
        banned = 0
        for index in bits(group):
            banned |= excluded(index)
        hungry = sum(1 << index for index, mask in enumerate(left) if mask)
        for index in [*bits(pool & hungry & ~group), *bits(pool & ~hungry & ~group)]:
            if not banned >> index & 1:
                group |= 1 << index
                banned |= excluded(index)
        groups.append(group)
        lonely &= ~group
        for index in bits(group):
            left[index] &= ~group
