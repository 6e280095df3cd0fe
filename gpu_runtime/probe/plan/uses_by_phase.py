"""What the threads do with each cell in each phase. The steps of every way and every group of cells are built from
it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from warpack.gpu_runtime.probe.plan.cells import Cell
from warpack.solver.verifier.spans import covers
from warpack.solver.wire.units import Phase


class Use(Enum):
    """BEGIN: new contents are written. UPDATE: contents are read, then new ones written. READ: contents are read, and
    there may be none. WITHIN: the threads may read and rewrite."""

    BEGIN = 1
    UPDATE = 2
    READ = 3
    WITHIN = 4


class Used(NamedTuple):
    cell: Cell
    use: Use


class UsesByPhase:
    """Which cells are accessed in a phase."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self._cells = cells
        self._begins = {cell.index: frozenset(cell.piece.begins) for cell in cells}
        self._known: dict[Phase, tuple[Used, ...]] = {}

    def at(self, phase: Phase) -> tuple[Used, ...]:
        found = self._known.get(phase)
        if found is None:
            used = (Used(cell, self._use(cell, phase)) for cell in self._cells if cell.accessed(phase))
            found = self._known[phase] = tuple(used)
        return found

    def marks(self) -> Iterator[Phase]:
        """The phases in which contents begin, or accesses begin after an interruption."""
        for cell in self._cells:
            yield from cell.piece.begins
            yield from (start for start, _ in cell.piece.accesses)
            if cell.piece.stated.by_access:
                for spans in (cell.piece.stated.brings, cell.piece.stated.wants):
                    yield from (phase for start, end in spans for phase in range(start, end))

    def _use(self, cell: Cell, phase: Phase) -> Use:
        stated = cell.piece.stated
        if phase in self._begins[cell.index]:
            return Use.BEGIN
        if not stated.by_access or not covers(stated.wants, phase):
            return Use.WITHIN
        return Use.UPDATE if covers(stated.brings, phase) else Use.READ
