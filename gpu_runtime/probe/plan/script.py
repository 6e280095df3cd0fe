"""The script of one group on one way: what is filled and checked in every step, and which conflict edges that
covers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from warpack.gpu_runtime.probe.kernel.instructions import Op, Row
from warpack.gpu_runtime.probe.plan.cell_contents import ZEROES, CellContents
from warpack.gpu_runtime.probe.plan.cell_groups import Group
from warpack.gpu_runtime.probe.plan.cells import Cell
from warpack.gpu_runtime.probe.plan.conflict_edges import bits
from warpack.gpu_runtime.probe.plan.edge_coverage import Coverage
from warpack.gpu_runtime.probe.plan.in_place_takeovers import Takeover, Takeovers, in_order
from warpack.gpu_runtime.probe.plan.row_writer import RowWriter
from warpack.gpu_runtime.probe.plan.uses_by_phase import Use, UsesByPhase
from warpack.gpu_runtime.probe.ways.program_outline import Front, Step
from warpack.gpu_runtime.probe.ways.thread_teams import Teams


@dataclass(frozen=True)
class Script:
    """`way`: the number of its way. `steps[k]`: the rows of step k; one more entry than the way has steps: the final
    check after a barrier of the probe's own. `covered[i]`: a bit per cell j such that one of i and j was filled while
    the other had contents, and these were then checked. `tokens`: how many fills there are (numbered from 1)."""

    group: Group
    way: int
    steps: tuple[tuple[Row, ...], ...]
    covered: tuple[int, ...]
    tokens: int


class ScriptWriter:
    """Follows one way for one group, and tracks what each cell should hold."""

    def __init__(
        self, cells: Sequence[Cell], uses: UsesByPhase, teams: Teams, group: Group, writer: RowWriter, takeovers: Takeovers
    ) -> None:  # fmt: skip
        self._cells, self._uses, self._teams, self._group = cells, uses, teams, group
        self._rows, self._takeovers = writer, takeovers
        self._held = CellContents(teams)
        self._handed: set[int] = set()
        self._last_team: dict[int, int] = {}
        self._tokens = 0
        self._coverage = Coverage(len(cells))

    def write(self, way: int, steps: Sequence[Step]) -> Script:
        rows = [self._step(index, step) for index, step in enumerate(steps)]
        self._coverage.step()
        if self._group.lingering:
            closing = [(self._cells[index], 0) for index in sorted(self._held)]
        else:
            closing = [
                (cell, team) for phase, team in (steps[-1].fronts if steps else ()) for cell in self._used(phase)
            ]
        rows.append(tuple(row for cell, team in closing for row in self._check(cell, team)))
        return Script(self._group, way, tuple(rows), tuple(self._coverage.covered), self._tokens)

    def _step(self, index: int, step: Step) -> tuple[Row, ...]:
        self._coverage.step()
        if index == 0:
            self._start()
        rows: list[Row] = []
        self._leave(step)
        for front in step.fronts:
            if step.waits:
                rows += self._incoming(front)
        for front in step.fronts:
            rows += self._begin(front)
        if any(row.op in (Op.FILL, Op.ZERO) for row in rows):
            rows.append(Row(Op.PAUSE))
        for phase, team in step.fronts:
            rows += [row for cell in self._used(phase) for row in self._check(cell, team)]
        return tuple(rows)

    def _used(self, phase: int) -> Iterator[Cell]:
        return (used.cell for used in self._uses.at(phase) if used.cell.index in self._group)

    def _start(self) -> None:
        """What `init` has zeroed at the kernel's start."""
        if self._group.lingering:
            return
        for cell in self._cells:
            if cell.index in self._group and self._rows.is_zeroed_at_entry(cell):
                self._held.fill(cell, 0, ZEROES)
                self._coverage.holds(cell.index)

    def _leave(self, step: Step) -> None:
        """Drops contents that no thread needs where it is."""
        here = {front.phase for front in step.fronts} | set(step.standing)
        for index in [index for index in self._held if not any(map(self._cells[index].live, here))]:
            if not self._group.lingering:
                self._held.drop(index)
        self._handed = {index for index in self._handed if any(map(self._cells[index].accessed, here))}

    def _incoming(self, front: Front) -> Iterator[Row]:
        """Checks the contents that come in, after a barrier and before anything new is written."""
        taken = {pair.read for pair in self._taking(front)}
        for cell, use in self._uses.at(front.phase):
            if cell.index in self._group and use != Use.BEGIN and not cell.private and cell.index not in taken:
                yield from self._check(cell, front.team)

    def _begin(self, front: Front) -> Iterator[Row]:
        """New contents; those of in-place pairs last."""
        taking = self._taking(front)
        targets = {takeover.write for takeover in taking}
        spent = {pair.read for pair in self._takeovers.at(front.phase) if pair.write in self._group}
        for cell, use in self._uses.at(front.phase):
            if cell.index not in self._group or cell.index in targets:
                continue
            if use == Use.BEGIN:
                if any(token == ZEROES for _, token in self._held.of(cell, front.team)):
                    yield from self._check(cell, front.team)
                yield from self._synchronised(cell, front.team)
                used_before = self._coverage.has_held(cell.index)
                yield from self._rows.zero_at_start(
                    cell, front.team, self._held.owner(cell, front.team), used_before=used_before
                )
                yield from self._fill(cell, front.team)
            elif use == Use.UPDATE:
                yield from self._check(cell, front.team)
                yield from self._fill(cell, front.team)
            elif cell.index not in self._handed | spent and not self._held.of(cell, front.team):
                rewriting = use == Use.WITHIN and not cell.piece.stated.by_access
                if rewriting or self._group.lingering:
                    yield from self._fill(cell, front.team)
        for takeover in in_order(taking):
            yield from self._take_over(takeover, front.team)

    def _taking(self, front: Front) -> list[Takeover]:
        """The in-place pairs that coincide in this layout, both in this group, whose read has contents to be read."""
        if self._group.lingering:
            return []
        return [
            pair
            for pair in self._takeovers.at(front.phase)
            if pair.read in self._group
            and pair.write in self._group
            and self._held.of(self._cells[pair.read], front.team)
        ]

    def _fill(self, cell: Cell, team: int) -> Iterator[Row]:
        token = self._new(cell, team)
        yield from self._synchronised(cell, team)
        yield from self._rows.whole(Op.FILL, cell, token, team)

    def _new(self, cell: Cell, team: int) -> int:
        """A new token for the cell; in-place partners at its bytes lose their contents."""
        self._tokens += 1
        for other in self._takeovers.partners(cell.index):
            self._held.forget(self._cells[other], team)
            self._handed.add(other)
        self._held.fill(cell, team, self._tokens)
        self._handed.discard(cell.index)
        self._coverage.fill(cell.index)
        return self._tokens

    def _take_over(self, takeover: Takeover, team: int) -> Iterator[Row]:
        """Reads the one cell and writes the other, element by element, then what of the other has no partner."""
        read, write = self._takeovers.cells(takeover)
        found = self._held.of(read, team)
        yield from self._synchronised(read, team)
        self._coverage.check(read.index)
        token = self._new(write, team)
        self._coverage.check(read.index)
        rest: int | None = team
        for owner, held in found:
            yield from self._rows.in_place(read, held, write, token, owner)
            rest = None if rest is None else self._teams.without(rest, owner)
        if rest is not None:
            yield from self._rows.whole(Op.FILL, write, token, rest)

    def _check(self, cell: Cell, team: int) -> Iterator[Row]:
        found = self._held.of(cell, team)
        if not found:
            return
        self._coverage.check(cell.index)
        yield from self._synchronised(cell, team)
        for owner, token in found:
            yield from self._rows.whole(Op.CHECK if token != ZEROES else Op.CHECK_ZERO, cell, token, owner)

    def _synchronised(self, cell: Cell, team: int) -> Iterator[Row]:
        """Where other threads touched the elements last: the kernel orders them, in ways that no manifest states."""
        if cell.private:
            return
        last = self._last_team.get(cell.index, team)
        self._last_team[cell.index] = team
        if last != team and any(self._held.owner(cell, each) != each for each in (last, team)):
            yield Row(Op.SYNC, cell=cell.index)


def uncovered(conflicts: Sequence[int], scripts: Iterable[Script]) -> tuple[int, ...]:
    """The conflict edges that none of these scripts covers, a mask per cell."""
    left = list(conflicts)
    for script in scripts:
        for index in bits(script.group.members):
            left[index] &= ~script.covered[index]
    return tuple(left)
