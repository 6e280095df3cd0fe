"""Why no block can be launched at all, whatever the budget is."""

from __future__ import annotations

from warpack.solver.devices.table import device
from warpack.solver.launch.block import BlockShape, block_shape
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.problems import Problem
from warpack.solver.wire.units import align_up

NO_BLOCK = "no-block"


def hurdle(manifest: Manifest) -> Problem | None:
    """What prevents a block that takes no shared memory from starting: the number of threads, or the registers where
    they are given. None where such a block can start."""
    launch, limits = manifest.launch, device(manifest.target.compute_capability)
    exact, per_run = launch.threads_per_block, launch.threads_per_run
    threads = align_up(manifest.least_threads, per_run) if exact is None else exact
    where = "/launch/threads_per_run" if exact is None else "/launch/threads_per_block"
    fewest = "which one run has," if threads == per_run else "as many as the tracks need,"
    what = f"{number_of(threads, 'thread')}{f', {fewest}' if exact is None else ' per block'}"
    if threads % per_run:
        whole = " or ".join(str(n) for n in (threads // per_run * per_run, -(-threads // per_run) * per_run) if n)
        verb = "is" if threads == 1 else "are"
        message = f"{what} {verb} no whole number of runs of {per_run} threads: {whole} would be"
        return Problem(NO_BLOCK, where, message)
    if threads < manifest.least_threads:
        verb, least = "leaves" if threads == 1 else "leave", manifest.least_threads
        message = f"{what} {verb} none for the track that takes the rest: at least {least} are needed"
        return Problem(NO_BLOCK, where, message)
    if threads > limits.max_threads_per_block:
        most, architecture = limits.max_threads_per_block, limits.compute_capability
        message = f"{what} are more than the {most} that a block of compute capability {architecture} can have"
        return Problem(NO_BLOCK, where, message)
    if threads > launch.max_threads_per_block:
        message = f"{what} are more than the {launch.max_threads_per_block} that `max_threads_per_block` allows"
        return Problem(NO_BLOCK, where, message)
    shape = block_shape(manifest, run_bytes=0, block_region_bytes=0)
    return None if shape.registers_suffice(threads) else _too_many_registers(manifest, shape, threads)


def _too_many_registers(manifest: Manifest, shape: BlockShape, threads: int) -> Problem:
    registers, limits = manifest.target.registers_per_thread, shape.device
    fewer = (n for n in range(threads - 1, 0, -1) if shape.registers_suffice(n))
    most = next(fewer, 0)
    allowed = (
        f"a block can have {number_of(most, 'thread')}" if most else f"a thread can have {limits.max_regs_per_thread}"
    )
    message = (
        f"a block of {number_of(threads, 'thread')} with {registers} registers each does not fit the registers of "
        f"compute capability {limits.compute_capability}: {allowed}"
    )
    return Problem(NO_BLOCK, "/target/registers_per_thread", message)
