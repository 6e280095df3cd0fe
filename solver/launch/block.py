"""What a block of so many threads costs, for given run bytes and block-region bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from warpack.solver.devices.occupancy import block_limits, occupancy
from warpack.solver.devices.table import Device, device
from warpack.solver.launch.budget import budget_bytes
from warpack.solver.launch.region import RunRegion, run_region
from warpack.solver.launch.stride import stride_bytes
from warpack.solver.wire.layout import Occupancy
from warpack.solver.wire.manifest import Manifest, Target
from warpack.solver.wire.units import Bytes, align_up


@dataclass(frozen=True, slots=True)
class BlockShape:
    """One way to lay a block out: static shared memory, the block region, a gap up to the run alignment, then one
    window every `stride_bytes`. Block-scoped buffers may lie over windows, up to `block_reach_bytes` from the block
    region's start. `budget_bytes` bounds the whole. A number of threads `fits` if the budget and the registers allow
    it, and it is at least `least_threads`, the number that tracks need."""

    target: Target
    device: Device
    region: RunRegion
    threads_per_run: int
    budget_bytes: Bytes
    static_bytes: Bytes
    block_region_bytes: Bytes
    gap_bytes: Bytes
    stride_bytes: Bytes
    block_reach_bytes: Bytes = 0
    least_threads: int = 1

    @property
    def fixed_bytes(self) -> Bytes:
        """What a block takes before its first run."""
        return self.static_bytes + self.block_region_bytes + self.gap_bytes

    def dynamic_bytes(self, threads: int) -> Bytes:
        windows = self.stride_bytes * (threads // self.threads_per_run)
        return max(self.block_region_bytes + self.gap_bytes + windows, self.block_reach_bytes)

    def total_bytes(self, threads: int) -> Bytes:
        return self.static_bytes + self.dynamic_bytes(threads)

    def threads_in_budget(self, most: int) -> int:
        """The most threads, in whole runs and up to `most`, whose bytes are within the budget; 0 or less where not one
        run is."""
        if self.static_bytes + self.block_reach_bytes > self.budget_bytes:
            return 0
        if not self.stride_bytes:
            return most if self.fixed_bytes <= self.budget_bytes else 0
        return min(most, (self.budget_bytes - self.fixed_bytes) // self.stride_bytes * self.threads_per_run)

    def occupancy(self, threads: int) -> Occupancy:
        return self.occupancy_with(threads, self.dynamic_bytes(threads))

    def occupancy_with(self, threads: int, dynamic_bytes: Bytes) -> Occupancy:
        """The occupancy where a block takes so many dynamic bytes."""
        return occupancy(
            self.device,
            threads=threads,
            registers_per_thread=self.target.registers_per_thread,
            static_shared_bytes=self.static_bytes,
            dynamic_shared_bytes=dynamic_bytes,
            carveout=self.target.carveout,
        )

    def registers_suffice(self, threads: int) -> bool:
        """Whether a block of `threads` threads could be launched if it needed no shared memory."""
        limits = block_limits(
            self.device,
            threads=threads,
            registers_per_thread=self.target.registers_per_thread,
            static_shared_bytes=0,
            dynamic_shared_bytes=0,
        )
        return min(limits.values()) > 0

    def fits(self, threads: int) -> bool:
        """Whether one block of `threads` threads can be launched within the budget."""
        return self.resident_threads(threads) > 0

    def resident_threads(self, threads: int) -> int:
        """Threads of one multiprocessor with blocks of `threads` threads; 0 where no such block can be launched within
        the budget."""
        possible = threads >= self.least_threads and self.total_bytes(threads) <= self.budget_bytes
        return self.occupancy(threads).resident_threads if possible else 0


def block_shape(
    manifest: Manifest,
    *,
    run_bytes: Bytes,
    block_region_bytes: Bytes,
    block_reach_bytes: Bytes = 0,
    on_chip: frozenset[str] = frozenset(),
    region: RunRegion | None = None,
    bank_conflicts: Literal["avoid", "ignore"] | None = None,
) -> BlockShape:
    """The shape of the manifest's blocks. `region` None: that of the buffers which `on_chip` names. `bank_conflicts`
    None: the manifest's policy."""
    launch = manifest.launch
    region = run_region(manifest, on_chip) if region is None else region
    return BlockShape(
        target=manifest.target,
        device=device(manifest.target.compute_capability),
        region=region,
        threads_per_run=launch.threads_per_run,
        budget_bytes=budget_bytes(manifest),
        static_bytes=align_up(manifest.target.static_shared_bytes, region.base_alignment_bytes),
        block_region_bytes=block_region_bytes,
        gap_bytes=align_up(block_region_bytes, region.run_alignment_bytes) - block_region_bytes,
        stride_bytes=stride_bytes(run_bytes, region, launch.threads_per_run, bank_conflicts or launch.bank_conflicts),
        block_reach_bytes=block_reach_bytes,
        least_threads=manifest.least_threads,
    )
