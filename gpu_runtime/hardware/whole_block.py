"""A simulator probes a few runs of a block; a device probes all of them, with every thread."""

from __future__ import annotations

from dataclasses import replace

from warpack.gpu_runtime.probe.kernel.instructions import Op
from warpack.gpu_runtime.probe.kernel.primes import distinct_multipliers, prime_above
from warpack.gpu_runtime.probe.plan.launch_shape import BLOCKS
from warpack.gpu_runtime.probe.plan.probe_plan import Plan

MOST_DUMPED_BYTES = 256 << 20
"""The most bytes of one pass: the windows of all runs, after every step."""

MOST_FILLS = 60_000
"""The most writing rows of one pass, times runs. The host's image takes about 20 µs for each."""


def of_whole_block(plan: Plan) -> Plan:
    """The same scripts for every run and thread of the block; as always, the last run of the last block is left out.

    Where that is too much for the host's image, the plan as it is.
    """
    shape = plan.shape
    runs = max(1, shape.threads // shape.threads_per_run)
    whole = replace(
        shape,
        slots=tuple(range(runs)),
        workers=tuple(range(shape.threads)),
        active=(runs,) * (BLOCKS - 1) + (max(1, runs - 1),),
    )
    fills = max(sum(row.op in (Op.FILL, Op.ZERO) for rows in script.steps for row in rows) for script in plan.scripts)
    if (
        fills * sum(whole.active) > MOST_FILLS
        or whole.window_bytes * (max(map(len, plan.ways)) + 1) * BLOCKS > MOST_DUMPED_BYTES
    ):
        return plan
    count = (len(whole.slots) + 1) * len(whole.active)
    prime = prime_above(plan.prime + count)
    return replace(plan, shape=whole, prime=prime, multipliers=tuple(distinct_multipliers(count, prime)))
