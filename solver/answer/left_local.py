"""Why an `auto` buffer is not on chip: what it would cost there, or that nothing would be gained."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from warpack.solver.flatten import flatten
from warpack.solver.launch.ranking import rank_of
from warpack.solver.launch.weighing import LOCAL_ACCESS_COST, cost, weighed, weighs
from warpack.solver.search.auto.stride_widening import launch_beside
from warpack.solver.search.bounds.max_live import lower_bound
from warpack.solver.search.region.regions import Packed
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.layout import LaunchFigures
from warpack.solver.wire.manifest import Buffer, Manifest
from warpack.solver.wire.units import Bytes

Kind = Literal[
    "objective",
    "no-bytes",
    "no-accesses",
    "too-large",
    "costs-the-whole-multiple",
    "costs-resident-threads",
    "costs-threads-per-block",
    "no-packing-found",
    "not-settled",
    "not-looked-into",
]


class Reason(NamedTuple):
    """`why` is a sentence with the numbers."""

    kind: Kind
    why: str


def reason(
    manifest: Manifest,
    packed: Packed,
    launch: LaunchFigures,
    buffer: Buffer,
    run_bytes: Bytes | None,
    found: LaunchFigures | None,
) -> Reason:
    """`run_bytes` are enough with the buffer on chip as well (None: not looked into), and `found` the launch that they
    leave."""
    if manifest.objective == "shared_bytes":
        return Reason("objective", "the objective shared_bytes keeps every auto buffer local")
    if not buffer.size_bytes:
        return Reason("no-bytes", "it has no bytes")
    if not buffer.accesses:
        return Reason("no-accesses", "it has no accesses, so that there is nothing to win on chip")
    if run_bytes is None:
        return Reason("not-looked-into", "what it would cost beside what is on chip was not looked into")
    if found is None:
        return _fits_nowhere(manifest, packed, buffer, run_bytes)
    return _costs(manifest, packed, launch, buffer, run_bytes, found)


def _fits_nowhere(manifest: Manifest, packed: Packed, buffer: Buffer, run_bytes: Bytes) -> Reason:
    names = packed.on_chip | {buffer.full_name}
    least = lower_bound(flatten(manifest, names).run).size_bytes
    possible = launch_beside(manifest, least, packed, names)
    if possible is None:
        return Reason(
            "too-large",
            f"beside what is on chip a run would take at least {least} bytes, and no block has room for them",
        )
    return Reason(
        "no-packing-found",
        f"the best packing found with it takes {run_bytes} bytes a run, for which no block has room; {least} are not ruled out",
    )


def _costs(
    manifest: Manifest, packed: Packed, launch: LaunchFigures, buffer: Buffer, run_bytes: Bytes, found: LaunchFigures
) -> Reason:
    mine, other = rank_of(manifest, launch), rank_of(manifest, found)
    with_it = f"with it a run takes {run_bytes} bytes, which leaves"
    if mine[0] and not other[0]:
        return Reason(
            "costs-the-whole-multiple",
            f"{with_it} blocks of {number_of(found.threads_per_block, 'thread')}, no whole multiple",
        )
    now, then = launch.occupancy, found.occupancy
    weighing = _weighed(manifest, packed, launch, buffer, found)
    if then.resident_threads < now.resident_threads and weighing is not None:
        text = (
            f"{with_it} {number_of(then.resident_threads, 'resident thread')} ({_blocks(found)}) in place of {now.resident_threads} "
            f"({_blocks(launch)})"
        )
        return Reason("costs-resident-threads", text + weighing)
    if other < mine and then.resident_threads >= now.resident_threads:
        return Reason(
            "costs-threads-per-block",
            f"{with_it} blocks of {number_of(found.threads_per_block, 'thread')} in place of {launch.threads_per_block}",
        )
    return Reason("not-settled", f"{with_it} what may be better: the search for a choice did not come to an end")


def _blocks(figures: LaunchFigures) -> str:
    return f"{number_of(figures.occupancy.blocks_per_sm, 'block')} of {figures.threads_per_block}"


def _weighed(
    manifest: Manifest, packed: Packed, launch: LaunchFigures, buffer: Buffer, found: LaunchFigures
) -> str | None:
    """Both sides of the weighing, where there was one; None where the other choice is worth more."""
    if not weighs(manifest):
        return ""
    accesses = accesses_of(manifest, packed)
    worth = weighed(manifest, found.occupancy.resident_threads, accesses + buffer.accesses)
    if worth > weighed(manifest, launch.occupancy.resident_threads, accesses):
        return None
    sides = (found, accesses + buffer.accesses), (launch, accesses)
    costs = [f"{one.occupancy.resident_threads} for a cost of {cost(manifest, count)}" for one, count in sides]
    return f", and {costs[0]} is worth no more than {costs[1]}"


def accesses_of(manifest: Manifest, packed: Packed) -> int:
    return sum(manifest.by_name[name].accesses for name in packed.on_chip)


def weighed_advice(manifest: Manifest, packed: Packed, launch: LaunchFigures, *, settled: bool) -> dict[str, Any]:
    """The weighing of the layout's own choice; `status` says whether no choice is worth more."""
    return {
        "status": "optimal" if settled else "feasible",
        "resident_threads": launch.occupancy.resident_threads,
        "cost": cost(manifest, accesses_of(manifest, packed)),
        "local_access_cost": LOCAL_ACCESS_COST,
    }
