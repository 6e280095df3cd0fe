"""What more or fewer bytes would give: threads and blocks for any number of bytes, by the launch rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from warpack.solver.launch.threads import launch_for
from warpack.solver.wire.layout import LaunchFigures, Layout
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes

_MOST_ASKED = 4000


@dataclass(frozen=True, slots=True)
class Step:
    """With `first_bytes` to `last_bytes` the launch has these figures; all are 0 where none is possible."""

    first_bytes: Bytes
    last_bytes: Bytes
    threads_per_block: int
    blocks_per_sm: int
    resident_threads: int

    @property
    def figures(self) -> tuple[int, int]:
        return self.threads_per_block, self.blocks_per_sm


@dataclass(frozen=True)
class Staircase:
    """`region`: whose bytes are counted. The layout's own are `here_bytes`; all else is as it has it. `steps` by rising
    bytes."""

    region: Literal["run", "block"]
    here_bytes: Bytes
    floor_bytes: Bytes
    steps: tuple[Step, ...]

    @property
    def here(self) -> int:
        """The number of the step that the layout is on."""
        return next((n for n, step in enumerate(self.steps) if step.last_bytes >= self.here_bytes), len(self.steps) - 1)


def staircase_of(manifest: Manifest, layout: Layout, launch: LaunchFigures) -> Staircase | None:
    """From a third of the layout's bytes to a little more than the most that it is compared with. `manifest` has the
    sizes of the layout's block. None where the layout has no bytes on chip."""
    region: Literal["run", "block"] = "run" if launch.run_bytes else "block"
    here = launch.run_bytes or launch.block_region_bytes
    if not here:
        return None
    compared = [
        base.run_bytes if region == "run" else base.block_region_bytes
        for base in layout.baselines.values()
        if base.threads_per_block
    ]
    proof = layout.proof.run_bytes if region == "run" else layout.proof.block_region_bytes
    asking = _Asking(manifest, layout, launch, region)
    low, high = max(1, here // 3), max(here, *compared) if compared else here
    steps = asking.steps(low, max(high + high // 12, low + 1))
    return Staircase(region, here, proof.lower_bound_bytes, tuple(steps))


@dataclass
class _Asking:
    manifest: Manifest
    layout: Layout
    launch: LaunchFigures
    region: Literal["run", "block"]
    _asked: int = 0

    def steps(self, low: Bytes, high: Bytes) -> list[Step]:
        found: list[Step] = []
        self._between(self._at(low), self._at(high), found)
        return found

    def _between(self, first: Step, last: Step, found: list[Step]) -> None:
        """More bytes never give a better launch, so where both ends are alike all between them is."""
        if first.figures == last.figures or last.first_bytes - first.first_bytes <= 1 or self._asked > _MOST_ASKED:
            _join(found, first)
            _join(found, last)
            return
        middle = self._at((first.first_bytes + last.first_bytes) // 2)
        self._between(first, middle, found)
        self._between(middle, last, found)

    def _at(self, size: Bytes) -> Step:
        self._asked += 1
        run = size if self.region == "run" else self.launch.run_bytes
        block = size if self.region == "block" else self.launch.block_region_bytes
        launch = launch_for(
            self.manifest,
            run_bytes=run,
            block_region_bytes=block,
            block_reach_bytes=self._reach,
            on_chip=self._on_chip,
        )
        if launch is None:
            return Step(size, size, 0, 0, 0)
        occupancy = launch.occupancy
        return Step(size, size, launch.threads_per_block, occupancy.blocks_per_sm, occupancy.resident_threads)

    @property
    def _reach(self) -> Bytes:
        """Where the last block-scoped buffer ends, if some lie over windows of runs."""
        ends = [
            part.offset_bytes + part.size_bytes
            for one in self.layout.buffers
            if one.region == "block" and one.parts is not None
            for part in one.parts
        ]
        ends += [
            one.offset_bytes + one.size_bytes
            for one in self.layout.buffers
            if one.region == "block" and one.offset_bytes is not None
        ]
        end = max(ends, default=0)
        return end if end > self.launch.block_region_bytes and self.region == "run" else 0

    @property
    def _on_chip(self) -> frozenset[str]:
        shared = {one.full_name for one in self.layout.buffers if one.location == "shared"}
        return frozenset(one.full_name for one in self.manifest.buffers if one.location == "auto") & shared


def _join(found: list[Step], step: Step) -> None:
    if found and found[-1].figures == step.figures:
        last = found.pop()
        step = Step(
            last.first_bytes, step.last_bytes, last.threads_per_block, last.blocks_per_sm, last.resident_threads
        )
    elif found and found[-1].last_bytes >= step.first_bytes:
        return
    found.append(step)
