"""How a probe is launched: two whole blocks, a few runs in them put to the test, fewer of those in the last block."""

from __future__ import annotations

from dataclasses import dataclass

from solver.wire.layout import LaunchFigures
from solver.wire.units import Bytes

BLOCKS = 2

FEW_LANES = 4
"""Threads of a run that share out its elements in a simulated probe: what a run's other threads would add is more of
the same, one elementwise stride further on."""


@dataclass(frozen=True)
class Shape:
    """`threads` is that of the layout. `slots`: the runs (by index in their block) that are probed: the first two, whose
    windows are neighbours, and the last, which ends where the memory ends. The first `lanes` threads of each of them
    work. In block b the first `active[b]` slots exist: the last block is a partial one, but its block-scoped buffers are
    all there. `helpers`: what the other threads are needed for: nothing (0), the zeroing at the kernel's start (1), or also
    the zero functions of block-scoped buffers (2). A simulator need not start threads that nobody needs."""

    threads: int
    threads_per_run: int
    slots: tuple[int, ...]
    lanes: int
    active: tuple[int, ...]
    helpers: int
    run_base_bytes: Bytes
    stride_bytes: Bytes
    dynamic_bytes: Bytes

    @property
    def windows(self) -> tuple[tuple[Bytes, Bytes], ...]:
        """The bytes that every dump shows: the block region and the windows (padding included) of the probed runs."""
        wanted = [(0, self.run_base_bytes)]
        for run in self.slots:
            start = self.run_base_bytes + run * self.stride_bytes
            wanted.append((start, start + self.stride_bytes))
        merged: list[tuple[Bytes, Bytes]] = []
        for start, end in wanted:
            end = min(end, self.dynamic_bytes)
            if start >= end:
                continue
            if merged and merged[-1][1] >= start:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return tuple(merged)

    @property
    def window_bytes(self) -> Bytes:
        return sum(end - start for start, end in self.windows)

    @property
    def started(self) -> tuple[int, ...]:
        """The threads of a block that a simulator has to start."""
        if self.helpers:
            return tuple(range(self.threads))
        return tuple(run * self.threads_per_run + lane for run in self.slots for lane in range(self.lanes))

    def slot_of_run(self) -> list[int]:
        """Slot by run index, -1 for runs that are not probed."""
        table = [-1] * max(1, self.threads // self.threads_per_run)
        for slot, run in enumerate(self.slots):
            table[run] = slot
        return table


def shape_of(launch: LaunchFigures, threads_per_run: int, *, all_lanes: bool, helpers: int) -> Shape:
    """`all_lanes`: every thread of a probed run is put to the test, as the zero function of a run's buffer needs them all."""
    runs = max(1, launch.threads_per_block // threads_per_run)
    slots = tuple(sorted({0, min(1, runs - 1), runs - 1}))
    return Shape(
        threads=launch.threads_per_block,
        threads_per_run=threads_per_run,
        slots=slots,
        lanes=threads_per_run if all_lanes else min(threads_per_run, FEW_LANES),
        active=(len(slots),) * (BLOCKS - 1) + (max(1, len(slots) - 1),),
        helpers=helpers,
        run_base_bytes=launch.block_region_bytes + launch.region_gap_bytes,
        stride_bytes=launch.stride_bytes,
        dynamic_bytes=launch.dynamic_shared_bytes,
    )
