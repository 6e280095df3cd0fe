"""How a probe is launched: two whole blocks, with a few probed runs in each, fewer in the last block."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from warpack.gpu_runtime.probe.ways.thread_teams import Teams
from warpack.solver.wire.layout import LaunchFigures
from warpack.solver.wire.units import Bytes

BLOCKS = 2

FEW_LANES = 4
"""The most threads of a run that a simulated probe uses. Further threads would do the same, one element further on."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """`threads` is that of the layout. `slots`: the runs (by index in their block) that are probed: the first two,
    whose windows are neighbours, and the last, which ends where the memory ends; with tracks, the first two and the
    last of each; and some over which block-scoped buffers lie. `workers` are the threads of them that work. In block b
    the first `active[b]` slots exist: the last block is a partial one, but its block-scoped buffers are all there.
    `helpers`: what the other threads are needed for: nothing (0), the zeroing at the kernel's start (1), or also the
    zero functions of block-scoped buffers (2). A simulator need not start threads that are not needed.
    `block_end_bytes`: how far block-scoped buffers reach."""

    threads: int
    threads_per_run: int
    slots: tuple[int, ...]
    workers: tuple[int, ...]
    active: tuple[int, ...]
    helpers: int
    run_base_bytes: Bytes
    stride_bytes: Bytes
    dynamic_bytes: Bytes
    block_end_bytes: Bytes

    @property
    def lanes(self) -> int:
        """The most threads of a run that work."""
        return max(sum(thread // self.threads_per_run == run for thread in self.workers) for run in self.slots)

    @property
    def windows(self) -> tuple[tuple[Bytes, Bytes], ...]:
        """The bytes that every dump shows: the block-scoped buffers and the windows (padding included) of the probed
        runs."""
        wanted = [(0, max(self.run_base_bytes, self.block_end_bytes))]
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
        return tuple(range(self.threads)) if self.helpers else self.workers

    def slot_of_run(self) -> list[int]:
        """Slot by run index, -1 for runs that are not probed."""
        table = [-1] * max(1, self.threads // self.threads_per_run)
        for slot, run in enumerate(self.slots):
            table[run] = slot
        return table

    def active_runs(self, teams: Teams, team: int) -> list[int]:
        """By block, how many of its probed runs have a worker in the team."""
        runs = teams.runs(team)
        return [sum(run in runs for run in self.slots[:active]) for active in self.active]


def shape_of(
    launch: LaunchFigures, teams: Teams, *, all_lanes: bool, helpers: int, under: Iterable[int], block_end_bytes: Bytes
) -> Shape:
    """`all_lanes`: every thread of a probed run takes part, because the zero function of a run's buffer needs them all.
    `under`: runs to probe in addition to the usual ones."""
    per_run = teams.threads_per_run
    runs = max(1, launch.threads_per_block // per_run)
    found = {0, min(1, runs - 1), runs - 1, *under}
    for team in range(len(teams)):
        own = sorted(teams.runs(team))
        found.update((*own[:2], *own[-1:]))
    slots = tuple(sorted(found))
    return Shape(
        threads=launch.threads_per_block,
        threads_per_run=per_run,
        slots=slots,
        workers=_workers(teams, slots, per_run if all_lanes else FEW_LANES),
        active=(len(slots),) * (BLOCKS - 1) + (max(1, len(slots) - 1),),
        helpers=helpers,
        run_base_bytes=launch.block_region_bytes + launch.region_gap_bytes,
        stride_bytes=launch.stride_bytes,
        dynamic_bytes=launch.dynamic_shared_bytes,
        block_end_bytes=block_end_bytes,
    )


def _workers(teams: Teams, slots: tuple[int, ...], lanes: int) -> tuple[int, ...]:
    """The first threads of each run; where teams split runs, the first of each team."""
    found: set[int] = set()
    for run in slots:
        threads = range(run * teams.threads_per_run, (run + 1) * teams.threads_per_run)
        found.update(threads[:lanes])
        for team in range(len(teams)):
            if not teams.whole_runs(team):
                found.update([thread for thread in threads if thread in teams.members(team)][:lanes])
    return tuple(sorted(found))


def places_of(teams: Teams, workers: Iterable[int], team: int) -> list[int]:
    """For each thread of the block four integers: its place among the team's workers of its run, their number, its
    place among all of the team's workers, and their number. The places of a thread that does not work are -1, and the
    last number of one that is not in the team is 0."""
    members = teams.members(team)
    order = [thread for thread in sorted(workers) if thread in members]
    by_run: dict[int, list[int]] = {}
    for thread in order:
        by_run.setdefault(thread // teams.threads_per_run, []).append(thread)
    of_all = {thread: place for place, thread in enumerate(order)}
    of_run = {thread: place for run in by_run.values() for place, thread in enumerate(run)}
    table = []
    for thread in range(teams.threads):
        many = len(by_run.get(thread // teams.threads_per_run, ()))
        working = [of_run[thread], many, of_all[thread], len(order)] if thread in of_all else None
        table += working or [-1, max(1, many), -1, len(order) if thread in members else 0]
    return table
