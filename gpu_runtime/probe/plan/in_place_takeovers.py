"""In-place pairs whose bytes coincide in this layout: the write takes over the bytes of what it reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from warpack.gpu_runtime.probe.plan.cells import Cell
from warpack.solver.verifier.story import Story
from warpack.solver.wire.units import Phase


@dataclass(frozen=True, slots=True)
class Takeover:
    """Indices of two cells that share bytes at the difference which an in-place pair allows."""

    read: int
    write: int


class Takeovers:
    """The coinciding pairs by phase, and the partners of each cell."""

    def __init__(self, story: Story, cells: Sequence[Cell], overlaps: Callable[[Cell, Cell], bool]) -> None:
        self._cells = cells
        self._pairs: list[tuple[Takeover, tuple[tuple[Phase, Phase], ...]]] = []
        self._partners: dict[int, set[int]] = defaultdict(set)
        by_buffer: dict[str, list[Cell]] = defaultdict(list)
        for cell in cells:
            by_buffer[cell.piece.buffer].append(cell)
        for ranges in story.in_place:
            for read in by_buffer[ranges.read]:
                for write in by_buffer[ranges.write]:
                    if not overlaps(read, write):
                        continue
                    difference = write.offset_bytes - read.offset_bytes
                    conflict = story.conflict(read.piece, write.piece)
                    if conflict is None or difference not in conflict.allowed_differences:
                        continue
                    first, second = read.piece, write.piece
                    listed = ranges.difference_of(
                        first.buffer, first.offset_bytes, first.size_bytes, second.offset_bytes, second.size_bytes
                    )
                    if listed == difference:
                        self._pairs.append((Takeover(read.index, write.index), ranges.spans))
                        self._partners[read.index].add(write.index)
                        self._partners[write.index].add(read.index)

    @property
    def phases(self) -> set[Phase]:
        """Every phase in which a pair may take over. If the listed phase has calls, that is where the write begins."""
        return {start for _, spans in self._pairs for start, _ in spans}

    def at(self, phase: Phase) -> list[Takeover]:
        """The pairs listed for this phase, each once, in the order of the manifest."""
        return list(dict.fromkeys(pair for pair, spans in self._pairs if any(start == phase for start, _ in spans)))

    def leaders(self) -> dict[int, int]:
        """A number for each cell of a pair, the same for all cells that hand their elements on to one another."""
        found: dict[int, int] = {}
        for index in self._partners:
            waiting = [] if index in found else [index]
            while waiting:
                one = waiting.pop()
                found[one] = index
                waiting += [other for other in self._partners[one] if other not in found]
        return found

    def partners(self, index: int) -> frozenset[int]:
        return frozenset(self._partners.get(index, ()))

    def cell(self, index: int) -> Cell:
        return self._cells[index]

    def cells(self, takeover: Takeover) -> tuple[Cell, Cell]:
        """The cell that is read and the cell that is written."""
        return self._cells[takeover.read], self._cells[takeover.write]


def in_order(takeovers: Sequence[Takeover]) -> list[Takeover]:
    """Each pair comes after those that write what it reads, so that chains of pairs work."""
    left, ordered = list(takeovers), []
    while left:
        targets = {takeover.write for takeover in left}
        chosen = next((takeover for takeover in left if takeover.read not in targets), left[0])
        left.remove(chosen)
        ordered.append(chosen)
    return ordered
