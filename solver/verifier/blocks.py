"""How many threads a block may have for given bytes, and how many blocks are resident; derived from the device
table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from math import lcm

from warpack.solver.devices.table import Device, device
from warpack.solver.verifier.banks import least_stride
from warpack.solver.verifier.weighing import residents_first
from warpack.solver.wire.manifest import Buffer, Manifest
from warpack.solver.wire.units import Bytes, align_up

_UNLIMITED = 2**31 - 1


def must_be_shared(manifest: Manifest) -> list[Buffer]:
    """The buffers with bytes that are in shared memory in every layout."""
    return [buffer for buffer in manifest.buffers if buffer.location == "shared" and buffer.size_bytes]


@dataclass(frozen=True)
class Block:
    """What follows from the manifest, the buffers on chip and the bytes of the two regions, for any number of threads.
    `accesses`: those of the run-scoped buffers on chip, by element width, narrow ones first. `highest`: where the last
    block-scoped buffer ends, if some lie over windows. `allowed`: whether they may lie over so many runs at this
    stride."""

    manifest: Manifest
    device: Device
    run_bytes: Bytes
    block_region_bytes: Bytes
    run_alignment: Bytes
    base_alignment: Bytes
    accesses: Mapping[Bytes, int]
    highest: Bytes = 0
    allowed: Callable[[int, Bytes], bool] | None = None

    @classmethod
    def of(cls, manifest: Manifest, on_chip: Iterable[Buffer], run_bytes: Bytes, block_region_bytes: Bytes) -> Block:
        """`on_chip`: the buffers in the run and block regions; those of no bytes do not count."""
        with_bytes = [buffer for buffer in on_chip if buffer.size_bytes]
        of_runs = [buffer for buffer in with_bytes if buffer.scope == "run"]
        accesses = dict.fromkeys(sorted({buffer.dtype.itemsize_bytes for buffer in of_runs}), 0)
        for buffer in of_runs:
            accesses[buffer.dtype.itemsize_bytes] += buffer.accesses
        return cls(
            manifest=manifest,
            device=device(manifest.target.compute_capability),
            run_bytes=run_bytes,
            block_region_bytes=block_region_bytes,
            run_alignment=max((buffer.alignment_bytes for buffer in of_runs), default=1),
            base_alignment=max((16, *(buffer.alignment_bytes for buffer in with_bytes))),
            accesses=accesses,
        )

    @property
    def gap(self) -> Bytes:
        """From the end of the block region to the first run's window."""
        return self.base - self.block_region_bytes

    @property
    def base(self) -> Bytes:
        """Where the first run's window starts."""
        return align_up(self.block_region_bytes, self.run_alignment)

    @property
    def static(self) -> Bytes:
        return align_up(self.manifest.target.static_shared_bytes, self.base_alignment)

    @property
    def budget(self) -> Bytes:
        budget = self.manifest.target.shared_budget_bytes
        if isinstance(budget, int):
            return budget
        limits = self.device
        return limits.max_smem_per_block_default if budget == "default" else limits.max_smem_per_block_optin

    def stride(self, *, avoid: bool) -> Bytes:
        per_run = self.manifest.launch.threads_per_run
        return least_stride(self.run_bytes, self.run_alignment, self.accesses, per_run, avoid=avoid)

    def dynamic(self, threads: int, stride: Bytes) -> Bytes:
        return max(self.base + stride * (threads // self.manifest.launch.threads_per_run), self.highest)

    def limits(self, threads: int, shared_bytes: Bytes) -> dict[str, int]:
        """Resident blocks that each resource allows, for `shared_bytes` of shared memory, static and dynamic."""
        limits = self.device
        warps = -(-threads // limits.warp_size)
        return {
            "warps": limits.max_warps_per_sm // warps if threads <= limits.max_threads_per_block else 0,
            "blocks": limits.max_blocks_per_sm,
            "registers": self._by_registers(warps),
            "shared": self._by_shared(shared_bytes),
            "barriers": (
                limits.max_blocks_per_sm * limits.barriers_per_block_slot
                if limits.barriers_limit_occupancy
                else _UNLIMITED
            ),
        }

    def fits(self, threads: int, stride: Bytes) -> bool:
        """Whether one block of `threads` threads can start within the budget."""
        shared = self.static + self.dynamic(threads, stride)
        if threads < self.manifest.least_threads:
            return False
        if shared > self.budget or min(self.limits(threads, shared).values()) == 0:
            return False
        return self.allowed is None or self.allowed(threads // self.manifest.launch.threads_per_run, stride)

    def chosen_threads(self, stride: Bytes) -> int | None:
        """The best number of threads per block by the objective, at this stride; None where no number fits."""
        launch = self.manifest.launch
        per_run, most = launch.threads_per_run, min(launch.max_threads_per_block, self.device.max_threads_per_block)
        if launch.threads_per_block is not None:
            exact = launch.threads_per_block
            return exact if exact <= most and exact % per_run == 0 and self.fits(exact, stride) else None
        step = lcm(per_run, launch.threads_multiple)
        fitting = self._fitting(step, most, stride)
        if not fitting:  # no whole multiple fits: whole runs
            fitting = self._fitting(per_run, most, stride)
        if fitting and residents_first(self.manifest):
            smallest = self.manifest.objective == "resident_threads"
            return min(fitting, key=lambda one: (-self.resident(one, stride), one if smallest else -one))
        return fitting[-1] if fitting else None

    def _fitting(self, step: int, most: int, stride: Bytes) -> list[int]:
        """The multiples of `step` that fit. More threads take no fewer bytes: none fits after one over the budget."""
        numbers = range(step, most + 1, step)
        within = takewhile(lambda threads: self.static + self.dynamic(threads, stride) <= self.budget, numbers)
        return [threads for threads in within if self.fits(threads, stride)]

    def resident(self, threads: int, stride: Bytes) -> int:
        """Threads resident on one multiprocessor."""
        return threads * min(self.limits(threads, self.static + self.dynamic(threads, stride)).values())

    def _by_registers(self, warps: int) -> int:
        """Registers are allocated to whole warps in units, separately in each sub-partition."""
        limits, registers = self.device, self.manifest.target.registers_per_thread
        if not registers:
            return _UNLIMITED
        per_warp = align_up(registers * limits.warp_size, limits.reg_alloc_unit_per_warp)
        in_block = per_warp * align_up(warps, limits.sub_partitions)
        if registers > limits.max_regs_per_thread or in_block > limits.max_regs_per_block:
            return 0
        return limits.regs_per_sm // limits.sub_partitions // per_warp * limits.sub_partitions // warps

    def _by_shared(self, shared_bytes: Bytes) -> int:
        """A block takes its bytes and the reserved ones, rounded up, from the carve-out: the one asked for, or the
        smallest that holds one block."""
        limits, carveout = self.device, self.manifest.target.carveout
        taken = align_up(shared_bytes + limits.reserved_smem_per_block, limits.smem_alloc_unit)
        if taken > limits.max_smem_per_block_optin + limits.reserved_smem_per_block:
            return 0
        if taken == 0:
            return _UNLIMITED
        wished = limits.max_smem_per_sm if carveout == "max" else limits.max_smem_per_sm * carveout // 100
        steps = [step * 1024 for step in limits.carveout_steps_kb]
        return min(step for step in steps if step >= max(wished, taken)) // taken
