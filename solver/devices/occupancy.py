"""How many blocks of a kernel are resident on one multiprocessor at once.

The rules are those of NVIDIA's `cuda_occupancy.h` for compute capability 7.0 and above, written anew; a test compiles
that header and compares. A naive formula misses four things. Registers are allocated to whole warps in units,
separately in each of four sub-partitions. The hardware counts the warps of a block rounded up to the sub-partitions.
Shared memory is rounded up to a unit after the reserved bytes are added. A carve-out that is too small for one block is
raised to the next step that holds it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from warpack.solver.devices.table import Device
from warpack.solver.wire.layout import Occupancy
from warpack.solver.wire.units import Bytes, align_up

NO_LIMIT = 2**31 - 1
"""The limit by a resource that the kernel does not use."""

_KB = 1024


@lru_cache(maxsize=4096)
def occupancy(
    device: Device,
    *,
    threads: int,
    registers_per_thread: int | None,
    static_shared_bytes: Bytes,
    dynamic_shared_bytes: Bytes,
    carveout: int | Literal["max"] = "max",
    barriers: int = 1,
) -> Occupancy:
    """Resident blocks and threads of one multiprocessor, for blocks of `threads` threads; 0 means that a block cannot
    start.

    `registers_per_thread` None leaves registers out. `carveout` is the preferred share of shared memory in percent of
    the largest, `barriers` the number of named barriers a block uses. Where several resources bind equally,
    `limited_by` names the first of warps, blocks, registers, shared, barriers. Raises ValueError for arguments that
    no launch can have (fewer than one thread, negative sizes, a carve-out outside 0 to 100).
    """
    limits = block_limits(
        device,
        threads=threads,
        registers_per_thread=registers_per_thread,
        static_shared_bytes=static_shared_bytes,
        dynamic_shared_bytes=dynamic_shared_bytes,
        carveout=carveout,
        barriers=barriers,
    )
    limited_by = min(limits, key=lambda resource: limits[resource])
    blocks = limits[limited_by]
    return Occupancy(blocks, blocks * threads, limited_by, registers_per_thread is None)


def block_limits(
    device: Device,
    *,
    threads: int,
    registers_per_thread: int | None,
    static_shared_bytes: Bytes,
    dynamic_shared_bytes: Bytes,
    carveout: int | Literal["max"] = "max",
    barriers: int = 1,
) -> dict[str, int]:
    """Blocks that each resource alone allows, in the order of `limited_by`'s precedence. Arguments as in
    `occupancy`."""
    registers = 0 if registers_per_thread is None else registers_per_thread
    if threads < 1:
        raise ValueError(f"a block has at least one thread, not {threads}")
    if min(registers, static_shared_bytes, dynamic_shared_bytes, barriers) < 0:
        raise ValueError("registers, shared bytes and barriers cannot be negative")
    if carveout != "max" and not 0 <= carveout <= 100:
        raise ValueError(f'carveout is "max" or 0 to 100 percent, not {carveout}')
    warps = -(-threads // device.warp_size)
    return {
        "warps": device.max_warps_per_sm // warps if threads <= device.max_threads_per_block else 0,
        "blocks": device.max_blocks_per_sm,
        "registers": _by_registers(device, warps, registers),
        "shared": _by_shared(device, static_shared_bytes + dynamic_shared_bytes, carveout),
        "barriers": _by_barriers(device, barriers),
    }


def _by_registers(device: Device, warps: int, registers: int) -> int:
    per_warp = align_up(registers * device.warp_size, device.reg_alloc_unit_per_warp)
    if registers > device.max_regs_per_thread:
        return 0
    if per_warp * align_up(warps, device.sub_partitions) > device.max_regs_per_block:
        return 0
    if per_warp == 0:
        return NO_LIMIT
    warps_per_partition = device.regs_per_sm // device.sub_partitions // per_warp
    return warps_per_partition * device.sub_partitions // warps


def _by_shared(device: Device, shared_bytes: Bytes, carveout: int | Literal["max"]) -> int:
    allocated = align_up(shared_bytes + device.reserved_smem_per_block, device.smem_alloc_unit)
    if allocated > device.max_smem_per_block_optin + device.reserved_smem_per_block:
        return 0
    if allocated == 0:
        return NO_LIMIT
    preferred = device.max_smem_per_sm if carveout == "max" else carveout * device.max_smem_per_sm // 100
    return _carveout_step(device, max(preferred, allocated)) // allocated


def _carveout_step(device: Device, size_bytes: Bytes) -> Bytes:
    """The smallest size that the multiprocessor's shared memory can be set to and that holds `size_bytes`."""
    return next(step * _KB for step in device.carveout_steps_kb if step * _KB >= size_bytes)


def _by_barriers(device: Device, barriers: int) -> int:
    if barriers == 0 or not device.barriers_limit_occupancy:
        return NO_LIMIT
    return device.max_blocks_per_sm * device.barriers_per_block_slot // barriers
