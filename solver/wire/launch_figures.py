"""How a layout is launched, or that it is a pool, which is not."""

from __future__ import annotations

from dataclasses import dataclass

from warpack.solver.wire.units import Bytes


@dataclass(frozen=True, slots=True)
class Occupancy:
    """What fits on one multiprocessor at once. `limited_by`: warps, blocks, registers, shared or barriers."""

    blocks_per_sm: int
    resident_threads: int
    limited_by: str
    assumes_no_register_limit: bool


@dataclass(frozen=True, slots=True)
class WidthConflicts:
    """The bank conflicts of the run buffers on chip of one element width: the `accesses` that they count with, the
    passes of each access (`degree`), the fewest passes at any stride for this width alone, and the smallest such
    stride."""

    width_bytes: Bytes
    accesses: int
    degree: int
    least_degree: int
    stride_alone_bytes: Bytes


@dataclass(frozen=True, slots=True)
class LaunchFigures:
    """How to launch. `stride_bytes` = `run_bytes` + `padding_bytes`; thread t serves run t // threads_per_run.

    `bank_conflict_degree` maps an element width in bytes to the passes of a warp's slowest transaction (1: no
    conflict). `threads_if_conflicts_ignored`: threads per block that `bank_conflicts: "ignore"` gives.
    """

    threads_per_block: int
    runs_per_block: int
    run_bytes: Bytes
    padding_bytes: Bytes
    stride_bytes: Bytes
    block_region_bytes: Bytes
    region_gap_bytes: Bytes
    base_alignment_bytes: Bytes
    dynamic_shared_bytes: Bytes
    opt_in: bool
    bank_conflict_degree: dict[int, int]
    threads_if_conflicts_ignored: int
    occupancy: Occupancy


@dataclass(frozen=True, slots=True)
class PoolFigures:
    """An arena without threads: it has `pool_bytes` bytes, and starts at a multiple of `base_alignment_bytes`."""

    pool_bytes: Bytes
    base_alignment_bytes: Bytes
