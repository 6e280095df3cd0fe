"""One group's script: what is filled and checked in every step, and which conflict edges that covers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gpu_runtime.probe.cells import Cell
from gpu_runtime.probe.edges import bits
from gpu_runtime.probe.groups import Group
from gpu_runtime.probe.rows import Op, Row
from gpu_runtime.probe.takeovers import Takeover, Takeovers, in_order
from gpu_runtime.probe.trace import Step
from gpu_runtime.probe.writing import RowWriter
from solver.verifier.story import Story


@dataclass(frozen=True)
class Script:
    """`steps[k]`: the rows of step k; one more entry than the trace has, the closing check behind a barrier of the
    probe's own. `covered[i]`: a bit per cell j such that i and j were both filled, then both found as they should be.
    `tokens`: how many fills there are (numbered from 1)."""

    group: Group
    steps: tuple[tuple[Row, ...], ...]
    covered: tuple[int, ...]
    tokens: int


class ScriptWriter:
    """Plays the story forward for one group, noting what each cell should hold."""

    def __init__(
        self, story: Story, cells: Sequence[Cell], group: Group, writer: RowWriter, takeovers: Takeovers
    ) -> None:
        self._story = story
        self._cells = [cell for cell in cells if cell.index in group]
        self._group = group
        self._rows = writer
        self._takeovers = takeovers
        self._token: dict[int, int] = {}
        self._tokens = 0
        self._covered = [0] * len(cells)

    def write(self, trace: Sequence[Step]) -> Script:
        steps = [self._step(index, step) for index, step in enumerate(trace)]
        last = trace[-1] if trace else Step(0, None)
        steps.append(self._check([cell for cell in self._cells if self._holds(cell, last)]))
        return Script(self._group, tuple(steps), tuple(self._covered), self._tokens)

    def _step(self, index: int, step: Step) -> tuple[Row, ...]:
        rows: list[Row] = []
        taking = self._taking(step)
        taken = {takeover.read for takeover in taking}
        if self._story.barriers.get(step.phase):
            carried = [
                cell
                for cell in self._cells
                if not cell.private and cell.index not in taken and self._carried(cell, step)
            ]
            rows += self._check(carried, cover=False)
        targets = {takeover.write for takeover in taking}
        beginning = [cell for cell in self._cells if self._story.writes(cell.piece, step.previous, step.phase)]
        if index == 0:
            for cell in beginning:
                rows += self._rows.zero_at_entry(cell)
        for cell in beginning:
            if cell.index not in targets:
                rows += self._rows.zero_at_start(cell, step, used_before=cell.index in self._token)
                rows += self._rows.whole(Op.FILL, cell, self._fill(cell))
        for takeover in in_order(taking):
            rows += self._take_over(takeover, step)
        if any(row.op in (Op.FILL, Op.ZERO) for row in rows):
            rows.append(Row(Op.PAUSE))
        rows += self._check([cell for cell in self._cells if self._holds(cell, step)])
        return tuple(rows)

    def _carried(self, cell: Cell, step: Step) -> bool:
        """Whether the cell comes into this step with contents that still count."""
        if self._group.lingering:
            return cell.index in self._token
        return (
            cell.index in self._token
            and step.previous is not None
            and cell.live(step.previous)
            and cell.live(step.phase)
            and not self._story.writes(cell.piece, step.previous, step.phase)
        )

    def _holds(self, cell: Cell, step: Step) -> bool:
        """Whether the cell has contents at the end of the step that must be found."""
        return cell.index in self._token and (self._group.lingering or cell.live(step.phase))

    def _taking(self, step: Step) -> list[Takeover]:
        """The in-place pairs that coincide in this layout, both in this group, whose read has contents to be read."""
        if self._group.lingering:
            return []
        both = [
            pair for pair in self._takeovers.at(step.phase) if pair.read in self._group and pair.write in self._group
        ]
        cells = {cell.index: cell for cell in self._cells}
        ready = {
            cell.index
            for cell in self._cells
            if self._carried(cell, step) or self._story.writes(cell.piece, step.previous, step.phase)
        }
        return [
            pair
            for pair in both
            if pair.read in ready and cells[pair.read].live(step.phase) and cells[pair.write].live(step.phase)
        ]

    def _fill(self, cell: Cell) -> int:
        """A new token for the cell; in-place partners at its bytes lose their contents."""
        self._tokens += 1
        for other in self._takeovers.partners(cell.index):
            self._token.pop(other, None)
        self._token[cell.index] = self._tokens
        return self._tokens

    def _take_over(self, takeover: Takeover, step: Step) -> list[Row]:
        """Reads the one cell and writes the other, element by element, then what of the other has no partner."""
        read, write = self._takeovers.cells(takeover)
        held = self._token.get(read.index)
        if held is None:
            if not self._story.writes(write.piece, step.previous, step.phase):
                return []
            return self._rows.whole(Op.FILL, write, self._fill(write))
        for index, _ in self._token.items():
            if index != read.index and self._holds(self._takeovers.cell(index), step):
                self._cover(read.index, index)
        token = self._fill(write)
        self._cover(read.index, write.index)
        return self._rows.in_place(read, held, write, token)

    def _check(self, cells: Sequence[Cell], *, cover: bool = True) -> tuple[Row, ...]:
        if cover:
            together = sum(1 << cell.index for cell in cells)
            for cell in cells:
                self._covered[cell.index] |= together
        return tuple(row for cell in cells for row in self._rows.whole(Op.CHECK, cell, self._token[cell.index]))

    def _cover(self, first: int, second: int) -> None:
        self._covered[first] |= 1 << second
        self._covered[second] |= 1 << first


def uncovered(conflicts: Sequence[int], scripts: Sequence[Script]) -> tuple[int, ...]:
    """The conflict edges that no script covers, a mask per cell."""
    left = list(conflicts)
    for script in scripts:
        for index in bits(script.group.members):
            left[index] &= ~script.covered[index]
    return tuple(left)
