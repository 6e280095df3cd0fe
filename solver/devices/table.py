"""One architecture's limits, read from `gpu_table.json`.

Where the figures come from: NVIDIA's `cuda_occupancy.h` (nvidia-cuda-runtime 13.5.37) for what decides occupancy, and
CCCL's `arch_traits.h` (nvidia-cuda-cccl 13.3.5) as the second source for the limits. The table holds figures only; a
test compiles the header of the installed wheel and compares every row with it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from warpack.solver.wire.units import Bytes


class UnknownArchitecture(ValueError):
    """No row of the table has this compute capability; the message lists those that there are."""


@dataclass(frozen=True, slots=True)
class Device:
    """The limits of one compute capability. `sm` means streaming multiprocessor, `smem` shared memory, both sizes in
    bytes unless the name says `kb` (1024 bytes).

    `max_smem_per_block_optin` leaves the reserved bytes out; `smem_alloc_unit` is what a block's shared memory is
    rounded up to and `carveout_steps_kb` the sizes that a multiprocessor's shared memory can be set to. Named barriers
    ( `barriers_per_block_slot` times the block slots) limit occupancy where `barriers_limit_occupancy` says so.
    """

    compute_capability: str
    name: str
    sm: str
    warp_size: int
    max_threads_per_block: int
    max_threads_per_sm: int
    max_warps_per_sm: int
    max_blocks_per_sm: int
    regs_per_sm: int
    max_regs_per_block: int
    max_regs_per_thread: int
    reg_alloc_unit_per_warp: int
    sub_partitions: int
    max_smem_per_sm: Bytes
    max_smem_per_block_default: Bytes
    max_smem_per_block_optin: Bytes
    reserved_smem_per_block: Bytes
    smem_alloc_unit: Bytes
    carveout_steps_kb: tuple[int, ...]
    barriers_per_block_slot: int
    barriers_limit_occupancy: bool
    nvcc13: bool
    ptx_first: str


@cache
def devices() -> dict[str, Device]:
    """Every architecture of the table by compute capability, oldest first."""
    text = resources.files("warpack.solver.devices").joinpath("gpu_table.json").read_text(encoding="utf-8")
    return {cc: _device(cc, row) for cc, row in json.loads(text)["cc"].items()}


def device(compute_capability: str) -> Device:
    """The limits of `compute_capability` ("8.6"). Raises UnknownArchitecture."""
    try:
        return devices()[compute_capability]
    except KeyError:
        known = ", ".join(devices())
        raise UnknownArchitecture(f"unknown compute capability {compute_capability!r}; known: {known}") from None


def _device(compute_capability: str, row: dict[str, Any]) -> Device:
    return Device(
        compute_capability=compute_capability, **{**row, "carveout_steps_kb": tuple(row["carveout_steps_kb"])}
    )
