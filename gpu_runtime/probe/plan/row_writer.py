"""Rows for a cell: through which getter, at which elements, by which threads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from warpack.gpu_runtime.emitters import Getter
from warpack.gpu_runtime.probe.kernel.getter_calls import slot_of
from warpack.gpu_runtime.probe.kernel.instructions import Op, Row, Sharing
from warpack.gpu_runtime.probe.plan.cells import Cell
from warpack.solver.wire.units import Elements


@dataclass(frozen=True)
class RowWriter:
    """`getters` as the emitter lists them, `refs` numbers them, `elements` numbers the element types. `leaders`: one
    number for all cells that hand their elements on to one another in place. Every other cell is distributed in its own
    way."""

    getters: Mapping[str, Getter]
    refs: Mapping[str, int]
    elements: Mapping[str, int]
    leaders: Mapping[int, int]

    def whole(self, op: Op, cell: Cell, token: int, team: int) -> list[Row]:
        """All of a cell. A part is written through its own getter and read through its buffer's, where it has both."""
        firsts = [slot * cell.pitch for slot in range(cell.slots)]
        return [self._row(op, cell, token, team, first, cell.slot_count, write=op == Op.FILL) for first in firsts]

    def in_place(self, read: Cell, held: int, write: Cell, token: int, team: int) -> list[Row]:
        """Where the two coincide: check one element, write it, go to the next. The rest of `write` is filled. If the
        two have elements of different size, everything is read before anything is written."""
        if read.itemsize_bytes != write.itemsize_bytes:
            between = [] if read.private else [Row(Op.SYNC, cell=read.index)]
            return [*self.whole(Op.CHECK, read, held, team), *between, *self.whole(Op.FILL, write, token, team)]
        if read.slots > 1:
            checks, fills = self.whole(Op.CHECK, read, held, team), self.whole(Op.FILL, write, token, team)
            return [row for pair in zip(checks, fills, strict=True) for row in _paired(*pair)]
        rows: list[Row] = []
        low, high = max(read.offset_bytes, write.offset_bytes), min(read.end_bytes, write.end_bytes)
        from_read, from_write = (
            (low - read.offset_bytes) // read.itemsize_bytes,
            (low - write.offset_bytes) // write.itemsize_bytes,
        )
        count = (high - low) // write.itemsize_bytes
        check = self._row(Op.CHECK if held else Op.CHECK_ZERO, read, held, team, from_read, count, write=False)
        rows += _paired(check, self._row(Op.FILL, write, token, team, from_write, count, write=True))
        for first, many in ((0, from_write), (from_write + count, write.count - from_write - count)):
            if many:
                rows.append(self._row(Op.FILL, write, token, team, first, many, write=True))
        return rows

    def is_zeroed_at_entry(self, cell: Cell) -> bool:
        """Whether it reads zero from the kernel's start on."""
        if cell.zero != "entry" or not (cell.piece.entry or cell.piece.persistent):
            return False
        return any(self.getters[name].at_entry for name, _ in cell.getters)

    def zero_at_start(self, cell: Cell, team: int, sharing: int, *, used_before: bool) -> list[Row]:
        """The kernel's call at the start of an interval, and the check of what it must leave. Threads may zero other
        elements than they wrote before; then all wait first. `sharing`: the team of all threads that share it, since
        emitted functions zero for all of them together."""
        if cell.zero != "interval":
            return []
        before = [Row(Op.SYNC, cell=cell.index)] if used_before and not cell.private else []
        return [*before, *self._zero(cell, sharing), *self.whole(Op.CHECK_ZERO, cell, 0, team)]

    def _zero(self, cell: Cell, team: int) -> list[Row]:
        """The emitted zero function of the piece itself, or of the whole buffer where that has no pieces of its own."""
        zeroing = next((name for name, _ in cell.getters if self.getters[name].zero is not None), None)
        if zeroing is None:
            raise ValueError(f"no zero function was emitted for {cell.name}")
        ref = self.refs[slot_of(zeroing, 0) if cell.slots > 1 else zeroing]
        rows = [replace(row, op=Op.ZERO, ref=ref) for row in self.whole(Op.FILL, cell, 0, team)]
        return rows if cell.private else [*rows, Row(Op.SYNC, cell=cell.index)]

    def _row(
        self, op: Op, cell: Cell, token: int, team: int, first: Elements, count: Elements, *, write: bool
    ) -> Row:  # fmt: skip
        name, start = cell.getters[0] if write else cell.getters[-1]
        called, inside = name, start + first
        if cell.slots > 1:
            slot, inside = divmod(first, cell.pitch)
            called = slot_of(name, slot)
        sharing = {"run": Sharing.RUN, "block": Sharing.BLOCK}.get(cell.region, Sharing.THREAD)
        address = cell.offset_bytes + first * cell.itemsize_bytes
        return Row(
            op=op,
            element=self.elements[cell.element],
            ref=self.refs[called],
            size=self.getters[name].count,
            start=inside,
            count=count,
            token=token,
            first=first,
            owner=address // cell.itemsize_bytes + self.leaders.get(cell.index, cell.index),
            sharing=sharing,
            address=address,
            itemsize=cell.itemsize_bytes,
            cell=cell.index,
            team=team,
        )


def _paired(read: Row, write: Row) -> tuple[Row, Row]:
    """Element by element, the one read before the other is written."""
    return replace(read, paired=1), write
