"""The proofs of threads, resident threads and accesses where these were weighed against one another
(`warpack.solver.launch.weighing`)."""

from __future__ import annotations

from typing import Any

from warpack.solver.answer.limits import Best
from warpack.solver.launch.ranking import threads_step
from warpack.solver.launch.weighing import LOCAL_ACCESS_COST, cost, weighed
from warpack.solver.search.core.known_choice import Weighing
from warpack.solver.search.region.regions import Packed
from warpack.solver.wire.layout import CountProof, LaunchFigures, ThreadsProof
from warpack.solver.wire.manifest import Manifest

Proofs = tuple[ThreadsProof, CountProof | None, CountProof | None]


def weighed_proofs(
    manifest: Manifest,
    packed: Packed,
    launch: LaunchFigures,
    best: Best | None,
    threads: ThreadsProof,
    resident: CountProof | None,
) -> Proofs:
    """If it is proven that no choice is worth more, each bound is the figure of the layout's choice. Otherwise the
    bounds of `threads` and `resident` are those for any choice, and the bound of accesses is all accesses. `best`: the
    launch with the most resident threads that nothing rules out."""
    weighing = packed.weighing
    accesses = sum(manifest.by_name[name].accesses for name in packed.on_chip)
    figures = launch.occupancy.resident_threads, accesses
    certificate: dict[str, Any] = {
        "kind": "weighed",
        "resident_threads": figures[0],
        "accesses_on_chip": accesses,
        "local_access_cost": LOCAL_ACCESS_COST,
        "cost": cost(manifest, accesses),
    }
    everything = manifest.run_accesses[1]
    if weighing is not None and figures == (weighing.resident_threads, weighing.accesses):
        certificate |= {"numbers_of_resident_threads": weighing.numbers, "searched": weighing.searched}
        if _proven(manifest, weighing, best):
            return (
                ThreadsProof("optimal", launch.threads_per_block, certificate),
                CountProof("optimal", figures[0], certificate),
                CountProof("optimal", accesses, certificate),
            )
    if accesses == everything:
        return threads, resident, CountProof("optimal", everything, {"kind": "all-on-chip"})
    return threads, resident, CountProof("feasible", everything, {"kind": "bound-only"})


def _proven(manifest: Manifest, weighing: Weighing, best: Best | None) -> bool:
    """Whether no choice is worth more. A choice with more resident threads than any that was found has no more accesses
    than those found with the most threads."""
    if not weighing.settled or best is None:
        return False
    if (best.threads_per_block % threads_step(manifest) == 0) != weighing.whole:
        return False
    if best.resident_threads <= weighing.most_resident:
        return True
    mine = weighed(manifest, weighing.resident_threads, weighing.accesses), weighing.resident_threads
    hoped = weighed(manifest, best.resident_threads, weighing.accesses_at_the_most), best.resident_threads
    return hoped <= mine
