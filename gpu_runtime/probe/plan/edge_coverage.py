"""Which conflict edges a probe covers: one of two cells is filled while the other has contents, and these are then
checked."""

from __future__ import annotations

from warpack.gpu_runtime.probe.plan.conflict_edges import bits


class Coverage:
    """Notes fills and checks step by step. A cell that is filled in a step is also checked in it. So if two cells are
    filled in one step, the first shows whether the second left it unchanged. `covered[i]`: a bit per cell j such that i
    and j are an edge that is seen."""

    def __init__(self, cells: int) -> None:
        self.covered = [0] * cells
        self._filled: list[int] = []
        self._seen_from: dict[int, int] = {}

    def step(self) -> None:
        self._filled.append(0)

    def holds(self, cell: int) -> None:
        """From here on the cell has contents."""
        self._seen_from[cell] = len(self._filled) - 1

    def has_held(self, cell: int) -> bool:
        return cell in self._seen_from

    def fill(self, cell: int) -> None:
        self._filled[-1] |= 1 << cell
        self.holds(cell)

    def check(self, cell: int) -> None:
        """All cells that were filled since this one left its contents unchanged."""
        new = 0
        for mask in self._filled[self._seen_from[cell] :]:
            new |= mask
        for other in bits(new & ~self.covered[cell]):
            self.covered[other] |= 1 << cell
        self.covered[cell] |= new
        self.holds(cell)
