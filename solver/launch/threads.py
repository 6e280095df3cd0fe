"""The block size: how many threads a block may have, and which number is best by the manifest's objective."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from warpack.solver.launch.advisories import launch_warnings as launch_warnings
from warpack.solver.launch.block import BlockShape, block_shape
from warpack.solver.launch.ranking import rank, threads_step
from warpack.solver.launch.stride import conflict_degree, stride_bytes
from warpack.solver.launch.weighing import by_residents
from warpack.solver.wire.layout import LaunchFigures
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes, align_up


def launch_for(
    manifest: Manifest,
    *,
    run_bytes: Bytes,
    block_region_bytes: Bytes,
    block_reach_bytes: Bytes = 0,
    on_chip: frozenset[str] = frozenset(),
) -> LaunchFigures | None:
    """The best launch for these bytes by the manifest's objective, where block-scoped buffers over windows end by
    `block_reach_bytes`. None where not one run fits (or, with `threads_per_block` given, not exactly so many threads).

    Threads are a whole multiple of lcm(threads_per_run, threads_multiple). Where not even one such multiple fits, they
    are a multiple of threads_per_run. Of either kind the best by `warpack.solver.launch.ranking` is taken. Fewer bytes
    never give a launch of a lower rank.
    """
    block = block_for(
        manifest,
        run_bytes=run_bytes,
        block_region_bytes=block_region_bytes,
        block_reach_bytes=block_reach_bytes,
        on_chip=on_chip,
    )
    return None if block is None else _figures(manifest, block.shape, run_bytes, block.threads)


@dataclass(frozen=True, slots=True)
class Block:
    """A block size that was chosen, and the shape of the block."""

    shape: BlockShape
    threads: int


def block_for(
    manifest: Manifest,
    *,
    run_bytes: Bytes,
    block_region_bytes: Bytes,
    block_reach_bytes: Bytes = 0,
    on_chip: frozenset[str] = frozenset(),
) -> Block | None:
    """The block of `launch_for`, without the other figures."""
    shape = block_shape(
        manifest,
        run_bytes=run_bytes,
        block_region_bytes=block_region_bytes,
        block_reach_bytes=block_reach_bytes,
        on_chip=on_chip,
    )
    threads = chosen_threads(manifest, shape)
    return None if threads is None else Block(shape, threads)


def minimum_budget_bytes(
    manifest: Manifest,
    run_bytes: Bytes,
    block_region_bytes: Bytes,
    on_chip: frozenset[str] = frozenset(),
    block_reach_bytes: Bytes = 0,
) -> Bytes | None:
    """The least budget with which a launch exists: for `threads_per_block` threads where given, else for one run. It
    may be more than the architecture has. None where no budget helps (`warpack.solver.launch.hurdles` says why)."""
    shape = block_shape(
        manifest,
        run_bytes=run_bytes,
        block_region_bytes=block_region_bytes,
        block_reach_bytes=block_reach_bytes,
        on_chip=on_chip,
    )
    threads = manifest.launch.threads_per_block or align_up(shape.least_threads, shape.threads_per_run)
    possible = (
        threads >= shape.least_threads
        and threads % shape.threads_per_run == 0
        and threads <= _most_threads(manifest, shape)
    )
    return shape.total_bytes(threads) if possible and shape.registers_suffice(threads) else None


def largest_run_bytes_for(
    manifest: Manifest,
    threads: int,
    block_region_bytes: Bytes,
    on_chip: frozenset[str] = frozenset(),
    block_reach_bytes: Bytes = 0,
) -> Bytes | None:
    """The most run bytes with which a block of `threads` threads still fits; None where none do, 0 where the manifest
    has no run buffer on chip."""
    shape = block_shape(
        manifest,
        run_bytes=0,
        block_region_bytes=block_region_bytes,
        block_reach_bytes=block_reach_bytes,
        on_chip=on_chip,
    )
    runs, rest = divmod(threads, shape.threads_per_run)
    if rest or runs < 1 or threads > _most_threads(manifest, shape) or not shape.fits(threads):
        return None
    if not shape.region.widths:
        return 0
    alignment = shape.region.run_alignment_bytes
    stride = (shape.budget_bytes - shape.fixed_bytes) // runs // alignment * alignment
    policy = manifest.launch.bank_conflicts
    while stride > 0 and stride_bytes(stride, shape.region, shape.threads_per_run, policy) != stride:
        stride -= alignment
    return stride or None


def chosen_threads(manifest: Manifest, shape: BlockShape) -> int | None:
    """The threads of the best block by the objective; None where not one run fits."""
    launch, most = manifest.launch, _most_threads(manifest, shape)
    if launch.threads_per_block is not None:
        threads = launch.threads_per_block
        possible = threads % shape.threads_per_run == 0 and threads <= most and shape.fits(threads)
        return threads if possible else None
    step, most = threads_step(manifest), shape.threads_in_budget(most)
    whole = _best(manifest, shape, range(most // step * step, 0, -step))
    if whole is not None:
        return whole
    per_run = shape.threads_per_run  # if the smallest multiple with enough threads does not fit, no larger block does
    below = align_up(max(step, shape.least_threads), step) - 1
    return _best(manifest, shape, range(min(most, below) // per_run * per_run, 0, -per_run))


def _best(manifest: Manifest, shape: BlockShape, sizes: Iterable[int]) -> int | None:
    """The best of falling block sizes; None where not one fits."""
    if not by_residents(manifest):
        return next((threads for threads in sizes if shape.fits(threads)), None)
    ranked = (
        (rank(manifest, threads, resident), threads)
        for threads in sizes
        if (resident := shape.resident_threads(threads))
    )
    return max(ranked, default=(None, None))[1]


def _most_threads(manifest: Manifest, shape: BlockShape) -> int:
    return min(manifest.launch.max_threads_per_block, shape.device.max_threads_per_block)


def _threads_if_conflicts_ignored(manifest: Manifest, shape: BlockShape, run_bytes: Bytes, threads: int) -> int:
    """A smaller stride may allow a larger block; where there is none, the block is the same."""
    narrow = stride_bytes(run_bytes, shape.region, shape.threads_per_run, "ignore")
    if narrow == shape.stride_bytes:
        return threads
    return chosen_threads(manifest, replace(shape, stride_bytes=narrow)) or threads


def _figures(manifest: Manifest, shape: BlockShape, run_bytes: Bytes, threads: int) -> LaunchFigures:
    stride, dynamic = shape.stride_bytes, shape.dynamic_bytes(threads)
    return LaunchFigures(
        threads_per_block=threads,
        runs_per_block=threads // shape.threads_per_run,
        run_bytes=run_bytes,
        padding_bytes=stride - run_bytes,
        stride_bytes=stride,
        block_region_bytes=shape.block_region_bytes,
        region_gap_bytes=shape.gap_bytes,
        base_alignment_bytes=shape.region.base_alignment_bytes,
        dynamic_shared_bytes=dynamic,
        opt_in=shape.total_bytes(threads) > shape.device.max_smem_per_block_default,
        bank_conflict_degree={
            width: conflict_degree(stride, width, shape.threads_per_run) for width in shape.region.widths
        },
        threads_if_conflicts_ignored=_threads_if_conflicts_ignored(manifest, shape, run_bytes, threads),
        occupancy=shape.occupancy(threads),
    )
