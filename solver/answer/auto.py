"""Which `auto` buffers are on chip, how good that choice is, and what each of the others would cost."""

from __future__ import annotations

from typing import Any

from warpack.solver.answer.left_local import reason, weighed_advice
from warpack.solver.launch.weighing import weighs
from warpack.solver.search.auto.stride_widening import launch_beside
from warpack.solver.search.region.regions import Packed
from warpack.solver.wire.layout import LaunchFigures
from warpack.solver.wire.manifest import Buffer, Manifest

_MOST_COSTED = 64
"""For so many of the buffers left local, those with the most accesses, the layout says what they would cost."""


def auto_advice(manifest: Manifest, packed: Packed, launch: LaunchFigures, *, settled: bool) -> dict[str, Any] | None:
    """None where the manifest has no `auto` buffer. `settled`: it is proven that no choice is worth more, where
    accesses are weighed.

    `accesses_on_chip` of `accesses`. Where a choice was searched for: `status` says whether it is proven to be the best
    with these threads, no choice has more than `accesses_at_most`, and a run may take `run_bytes_at_most` without
    costing threads. `weighed`: the result, where accesses were weighed against resident threads. `buffers` by falling
    accesses; those left local with the run bytes that are enough if they came on chip as well, the threads that this
    leaves (0: it does not fit), and the `reason`.
    """
    autos = [buffer for buffer in manifest.buffers if buffer.location == "auto"]
    if not autos:
        return None
    autos.sort(key=lambda buffer: (-buffer.accesses, buffer.size_bytes, buffer.full_name))
    advice: dict[str, Any] = {}
    choice = packed.choice
    if choice is not None:
        advice["status"] = "optimal" if choice.proven else "feasible"
        advice["accesses_at_most"] = choice.accesses_at_most
        advice["run_bytes_at_most"] = choice.run_bytes_at_most
    if weighs(manifest):
        advice["weighed"] = weighed_advice(manifest, packed, launch, settled=settled)
    on_chip = [buffer for buffer in autos if buffer.full_name in packed.on_chip]
    costed = [buffer.full_name for buffer in autos if choice is not None and buffer.full_name in choice.run_bytes_with]
    advice["accesses_on_chip"] = sum(buffer.accesses for buffer in on_chip)
    advice["accesses"] = sum(buffer.accesses for buffer in autos)
    with_cost = frozenset(costed[:_MOST_COSTED])
    advice["buffers"] = [_entry(manifest, packed, launch, buffer, buffer.full_name in with_cost) for buffer in autos]
    return advice


def _entry(
    manifest: Manifest, packed: Packed, launch: LaunchFigures, buffer: Buffer, with_cost: bool
) -> dict[str, Any]:
    name = buffer.full_name
    entry: dict[str, Any] = {
        "name": name,
        "on_chip": name in packed.on_chip,
        "accesses": buffer.accesses,
        "bytes": buffer.size_bytes,
    }
    if entry["on_chip"]:
        return entry
    run_bytes, found = None, None
    if with_cost and packed.choice is not None:
        run_bytes = packed.choice.run_bytes_with[name]
        found = launch_beside(manifest, run_bytes, packed, packed.on_chip | {name})
        entry["run_bytes_with_it"] = run_bytes
        entry["threads_per_block_with_it"] = 0 if found is None else found.threads_per_block
        entry["resident_threads_with_it"] = 0 if found is None else found.occupancy.resident_threads
    entry["reason"], entry["why"] = reason(manifest, packed, launch, buffer, run_bytes, found)
    return entry
