"""Stride, threads and residency for given bytes, by trying every block size and every stride of several periods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import lcm

from warpack.solver.devices.table import Device, device
from warpack.solver.wire.manifest import Buffer, Manifest


@dataclass(frozen=True)
class Launched:
    threads: int
    resident: int
    stride: int


@dataclass(frozen=True)
class Bytes:
    """What a block is made of: bytes of the regions, alignments, and the accesses of a run's buffers by element
    width."""

    run: int
    block: int
    run_alignment: int
    base_alignment: int
    accesses: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, on_chip: Iterable[Buffer], run: int, block: int) -> Bytes:
        placed = [buffer for buffer in on_chip if buffer.size_bytes]
        of_runs = [buffer for buffer in placed if buffer.scope == "run"]
        return cls(
            run,
            block,
            max([1, *(buffer.alignment_bytes for buffer in of_runs)]),
            max([16, *(buffer.alignment_bytes for buffer in placed)]),
            tuple((width, sum(_counts(of_runs, width))) for width in {b.dtype.itemsize_bytes for b in of_runs}),
        )

    def stride(self, threads_per_run: int, *, avoid: bool) -> int:
        """The least multiple of the run alignment that holds a run and, where conflicts are to be avoided, gives all
        accesses together as few passes as any; widths of no accesses count for one."""
        if not self.run:
            return 0
        least = _up(self.run, self.run_alignment)
        if not avoid:
            return least
        beyond = least + 2 * max(128, self.run_alignment)
        strides = range(least, beyond, self.run_alignment)

        def total(stride: int) -> int:
            return sum((count or 1) * passes(stride, width, threads_per_run) for width, count in self.accesses)

        return min(strides, key=lambda stride: (total(stride), stride))

    def total(self, manifest: Manifest, threads: int, stride: int) -> int:
        """Static and dynamic bytes of a block: the runs' windows start at a multiple of the run alignment."""
        static = _up(manifest.target.static_shared_bytes, self.base_alignment)
        return static + _up(self.block, self.run_alignment) + stride * (threads // manifest.launch.threads_per_run)


def _counts(buffers: Iterable[Buffer], width: int) -> list[int]:
    return [buffer.accesses for buffer in buffers if buffer.dtype.itemsize_bytes == width]


def launch_of(manifest: Manifest, sizes: Bytes, *, avoid: bool | None = None) -> Launched | None:
    """The launch that the objective wants; None where there is none. `avoid` None: as the manifest says."""
    chip, launch = device(manifest.target.compute_capability), manifest.launch
    stride = sizes.stride(launch.threads_per_run, avoid=launch.bank_conflicts == "avoid" if avoid is None else avoid)
    step = lcm(launch.threads_per_run, launch.threads_multiple)
    whole: list[Launched] = []
    other: list[Launched] = []
    for threads in _block_sizes(manifest, chip):
        total = sizes.total(manifest, threads, stride)
        resident = threads * _blocks(manifest, chip, threads, total)
        if total <= budget_of(manifest) and resident:
            (other if threads % step else whole).append(Launched(threads, resident, stride))
    if manifest.objective == "resident_threads":
        return max(whole or other, key=lambda one: (one.resident, -one.threads), default=None)
    if weighing(manifest):
        return max(whole or other, key=lambda one: (one.resident, one.threads), default=None)
    return max(whole or other, key=lambda one: (one.threads, one.resident), default=None)


def weighing(manifest: Manifest) -> bool:
    """Whether resident threads and accesses on chip are weighed against each other."""
    autos = [buffer for buffer in manifest.buffers if buffer.location == "auto" and buffer.size_bytes]
    return (
        sum(buffer.accesses for buffer in autos) > 0
        and manifest.target.registers_per_thread is not None
        and manifest.objective in ("threads_per_block", "resident_threads")
    )


def enough_budget(manifest: Manifest, sizes: Bytes) -> int | None:
    """The least budget with which a block could start; None where no budget would do."""
    chip, launch = device(manifest.target.compute_capability), manifest.launch
    possible = [threads for threads in _block_sizes(manifest, chip) if _blocks(manifest, chip, threads, 0)]
    if not possible:
        return None
    return sizes.total(
        manifest, min(possible), sizes.stride(launch.threads_per_run, avoid=launch.bank_conflicts == "avoid")
    )


def budget_of(manifest: Manifest) -> int:
    chip, budget = device(manifest.target.compute_capability), manifest.target.shared_budget_bytes
    if isinstance(budget, int):
        return budget
    return chip.max_smem_per_block_default if budget == "default" else chip.max_smem_per_block_optin


@lru_cache(maxsize=65536)
def passes(stride: int, width: int, threads_per_run: int) -> int:
    """Passes of the slowest transaction of a block's first warp. A lane's access is the largest power of two, at most
    16 bytes, that divides the width; a transaction serves 128 bytes, at most 32 lanes."""
    access = next(size for size in (16, 8, 4, 2, 1) if width % size == 0)
    lanes = min(32, 128 // access)
    worst = 1
    for first in range(0, 32, lanes):
        words: dict[int, set[int]] = {}
        for lane in range(first, first + lanes):
            at = lane // threads_per_run * stride + lane % threads_per_run * width
            for byte in (at, at + access - 1, *range(at, at + access, 4)):
                words.setdefault(byte // 4 % 32, set()).add(byte // 4)
        worst = max(worst, *(len(wanted) for wanted in words.values()))
    return worst


def _block_sizes(manifest: Manifest, chip: Device) -> Iterator[int]:
    """Every number of threads that a block of whole runs may have, before anything is counted in bytes."""
    launch = manifest.launch
    for threads in range(1, min(launch.max_threads_per_block, chip.max_threads_per_block) + 1):
        if threads % launch.threads_per_run == 0 and launch.threads_per_block in (None, threads):
            yield threads


def _blocks(manifest: Manifest, chip: Device, threads: int, shared: int) -> int:
    """Blocks of this size that are resident on one multiprocessor at once."""
    warps = -(-threads // chip.warp_size)
    limits = [chip.max_warps_per_sm // warps, chip.max_blocks_per_sm]
    registers = manifest.target.registers_per_thread
    if registers:
        of_warp = _up(registers * chip.warp_size, chip.reg_alloc_unit_per_warp)
        if registers > chip.max_regs_per_thread or of_warp * _up(warps, chip.sub_partitions) > chip.max_regs_per_block:
            return 0
        limits.append(chip.sub_partitions * (chip.regs_per_sm // chip.sub_partitions // of_warp) // warps)
    if chip.barriers_limit_occupancy:
        limits.append(chip.max_blocks_per_sm * chip.barriers_per_block_slot)
    taken = _up(shared + chip.reserved_smem_per_block, chip.smem_alloc_unit)
    if taken > chip.max_smem_per_block_optin + chip.reserved_smem_per_block:
        return 0
    if taken:
        share = manifest.target.carveout
        wished = chip.max_smem_per_sm * (100 if share == "max" else share) // 100
        carved = min(step * 1024 for step in chip.carveout_steps_kb if step * 1024 >= max(wished, taken))
        limits.append(carved // taken)
    return min(limits)


def _up(value: int, alignment: int) -> int:
    return -(-value // alignment) * alignment
