"""Where the regions lie in a block's memory: block-scoped buffers anywhere, the windows of the runs a stride apart."""

from __future__ import annotations

from dataclasses import dataclass

from warpack.gpu_runtime.probe.plan.cells import Cell
from warpack.solver.wire.layout import LaunchFigures
from warpack.solver.wire.units import Bytes

_SHARED = ("run", "block")


@dataclass(frozen=True)
class Windows:
    """The window of run r starts at `base + r * stride`."""

    base: Bytes
    stride: Bytes
    runs: int

    @classmethod
    def of(cls, launch: LaunchFigures) -> Windows:
        return cls(
            launch.block_region_bytes + launch.region_gap_bytes, launch.stride_bytes, max(1, launch.runs_per_block)
        )

    def same_memory(self, one: Cell, other: Cell) -> bool:
        """Whether the two may share bytes at all. Every plain local array is memory of its own."""
        if one.region != other.region:
            return one.region in _SHARED and other.region in _SHARED
        return one.region != "local" or one.piece.buffer == other.piece.buffer

    def overlap(self, one: Cell, other: Cell) -> bool:
        """Whether the layout puts bytes of both at the same place; two run-scoped cells are compared in the window of
        one run."""
        if not self.same_memory(one, other):
            return False
        if one.region == other.region:
            return one.offset_bytes < other.end_bytes and other.offset_bytes < one.end_bytes
        block, run = (one, other) if one.region == "block" else (other, one)
        start, end = self.base + run.offset_bytes, self.base + run.end_bytes
        if not self.stride:
            return block.offset_bytes < end and start < block.end_bytes
        first = max(0, (block.offset_bytes - end) // self.stride + 1)
        return first < self.runs and start + first * self.stride < block.end_bytes

    def under(self, block: Cell) -> list[int]:
        """Runs whose windows a block-scoped cell lies over: the first, the one after it and the last."""
        if not self.stride or block.end_bytes <= self.base:
            return []
        first = max(0, (block.offset_bytes - self.base) // self.stride)
        last = min(self.runs - 1, (block.end_bytes - 1 - self.base) // self.stride)
        return sorted({run for run in (first, first + 1, last) if first <= run <= last})
