"""The conflict graph of the cells as bit masks, and the overlaps that an alias permits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from warpack.gpu_runtime.probe.plan.cells import Cell
from warpack.gpu_runtime.probe.plan.memory_windows import Windows
from warpack.gpu_runtime.probe.ways.program_outline import ProbeTooLargeError
from warpack.solver.verifier.story import Story

MOST_CELLS = 4096
"""Every pair of cells in one memory is compared: at most 8 million pairs."""


@dataclass(frozen=True)
class Edges:
    """Bit j of `conflicts[i]`: cells i and j must not share a byte (in-place pairs: except at their one difference).
    Bit j of `permitted[i]`: in this layout they share bytes and would conflict, but an alias allows it."""

    conflicts: tuple[int, ...]
    permitted: tuple[int, ...]

    @property
    def count(self) -> int:
        """Conflict edges: unordered pairs."""
        return sum(mask.bit_count() for mask in self.conflicts) // 2


def edges_of(story: Story, cells: Sequence[Cell], windows: Windows) -> Edges:
    """Looks at every pair of cells that lie in one memory. Raises ProbeTooLargeError above MOST_CELLS cells."""
    if len(cells) > MOST_CELLS:
        raise ProbeTooLargeError(f"{len(cells)} pieces, of which at most {MOST_CELLS} can be probed")
    conflicts, permitted = [0] * len(cells), [0] * len(cells)
    for i, first in enumerate(cells):
        for second in cells[i + 1 :]:
            if not windows.same_memory(first, second):
                continue
            if _must_not(story, first, second, windows):
                graph = conflicts
            elif _only_by_alias(story, first, second, windows):
                graph = permitted
            else:
                continue
            graph[i] |= 1 << second.index
            graph[second.index] |= 1 << i
    return Edges(tuple(conflicts), tuple(permitted))


def _must_not(story: Story, first: Cell, second: Cell, windows: Windows) -> bool:
    if first.piece.buffer != second.piece.buffer:
        return story.conflict(first.piece, second.piece) is not None
    return windows.overlap(first, second) and story.conflict_unless_permitted(first.piece, second.piece) is not None


def _only_by_alias(story: Story, first: Cell, second: Cell, windows: Windows) -> bool:
    return (
        story.permits(first.piece, second.piece)
        and windows.overlap(first, second)
        and story.conflict_unless_permitted(first.piece, second.piece) is not None
    )


def bits(mask: int) -> Iterator[int]:
    """The positions of the bits that are set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
