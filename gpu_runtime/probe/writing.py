"""Rows for a cell: through which getter, at which elements, by which threads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gpu_runtime.emitters import Getter
from gpu_runtime.probe.cells import Cell
from gpu_runtime.probe.rows import Op, Row, Sharing
from gpu_runtime.probe.trace import Step
from solver.wire.units import Elements


@dataclass(frozen=True)
class RowWriter:
    """`getters` as the emitter lists them, `refs` numbers them, `elements` numbers the element types."""

    getters: Mapping[str, Getter]
    refs: Mapping[str, int]
    elements: Mapping[str, int]

    def whole(self, op: Op, cell: Cell, token: int) -> list[Row]:
        """One row for all of a cell. A part is written through its own getter and read through its buffer's, where it has both."""
        return [self._row(op, cell, token, 0, cell.count, write=op == Op.FILL)]

    def in_place(self, read: Cell, held: int, write: Cell, token: int) -> list[Row]:
        """Where the two coincide: check one element, write it, go on to the next. The rest of `write` is filled. Where the
        two are handed out in elements of different size, all is read before all is written."""
        if read.itemsize_bytes != write.itemsize_bytes:
            between = [] if read.private else [Row(Op.SYNC, cell=read.index)]
            return [*self.whole(Op.CHECK, read, held), *between, *self.whole(Op.FILL, write, token)]
        rows: list[Row] = []
        low, high = max(read.offset_bytes, write.offset_bytes), min(read.end_bytes, write.end_bytes)
        from_read, from_write = (
            (low - read.offset_bytes) // read.itemsize_bytes,
            (low - write.offset_bytes) // write.itemsize_bytes,
        )
        count = (high - low) // write.itemsize_bytes
        check = self._row(Op.CHECK, read, held, from_read, count, write=False)
        rows.append(replace(check, paired=1))
        rows.append(self._row(Op.FILL, write, token, from_write, count, write=True))
        if from_write:
            rows.append(self._row(Op.FILL, write, token, 0, from_write, write=True))
        if from_write + count < write.count:
            rows.append(
                self._row(Op.FILL, write, token, from_write + count, write.count - from_write - count, write=True)
            )
        return rows

    def zero_at_entry(self, cell: Cell) -> list[Row]:
        """What reads zero at the kernel's start is found so. A plain local array has to be zeroed by the kernel itself."""
        if cell.zero != "entry":
            return []
        if cell.region == "local":
            return [*self._zero(cell), *self.whole(Op.CHECK_ZERO, cell, 0)]
        by_init = any(self.getters[name].at_entry for name, _ in cell.getters)
        return self.whole(Op.CHECK_ZERO, cell, 0) if by_init else []

    def zero_at_start(self, cell: Cell, step: Step, *, used_before: bool) -> list[Row]:
        """The kernel's call at the start of an interval (not where contents merely enter a loop unwritten), and what it must leave.
        Threads may zero other elements than they wrote before: then all wait first."""
        starts = any(segment.start == step.phase and segment.written for segment in cell.piece.segments)
        if cell.zero != "interval" or not starts:
            return []
        before = [Row(Op.SYNC, cell=cell.index)] if used_before and not cell.private else []
        return [*before, *self._zero(cell), *self.whole(Op.CHECK_ZERO, cell, 0)]

    def _zero(self, cell: Cell) -> list[Row]:
        """The emitted zero function of the piece itself, or of the whole buffer where that has no pieces of its own."""
        zeroing = next((name for name, _ in cell.getters if self.getters[name].zero is not None), None)
        if zeroing is None:
            raise ValueError(f"no zero function was emitted for {cell.name}")
        zero = replace(self._row(Op.ZERO, cell, 0, 0, cell.count, write=True), ref=self.refs[zeroing])
        return [zero] if cell.private else [zero, Row(Op.SYNC, cell=cell.index)]

    def _row(self, op: Op, cell: Cell, token: int, first: Elements, count: Elements, *, write: bool) -> Row:
        name, start = cell.getters[0] if write else cell.getters[-1]
        sharing = {"run": Sharing.RUN, "block": Sharing.BLOCK}.get(cell.region, Sharing.THREAD)
        address = cell.offset_bytes + first * cell.itemsize_bytes
        return Row(
            op=op,
            element=self.elements[cell.element],
            ref=self.refs[name],
            size=self.getters[name].count,
            start=start + first,
            count=count,
            token=token,
            first=first,
            owner=address // cell.itemsize_bytes,
            sharing=sharing,
            address=address,
            itemsize=cell.itemsize_bytes,
            cell=cell.index,
        )
