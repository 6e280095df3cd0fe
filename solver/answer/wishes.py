"""The proofs of the wishes between threads and bytes: resident threads, accesses on chip, stride.

Each is about layouts that are as good in all earlier wishes. Kinds of certificate:
- `bytes-bounds`: what the launch rules allow with the fewest bytes that the regions can have;
- `all-on-chip`: every access is on chip;
- `choice-search`: a branch and bound over the choices of `auto` buffers;
- `weighed`: a search over the numbers of resident threads found no choice of `auto` buffers that is worth more
  (`warpack.solver.launch.weighing`);
- `bound-only`: nothing was searched.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from warpack.solver.answer.limits import Best, Limits
from warpack.solver.launch.ranking import rank_of, threads_step
from warpack.solver.launch.region import run_region
from warpack.solver.launch.stride import stride_bytes
from warpack.solver.launch.weighing import by_residents
from warpack.solver.search.auto.promotion import candidates
from warpack.solver.search.region.regions import Packed
from warpack.solver.wire.layout import BytesProof, CountProof, LaunchFigures, Status
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes


def resident_proof(manifest: Manifest, limits: Limits, launch: LaunchFigures, best: Best | None) -> CountProof | None:
    """What the bounds allow with the layout's threads per block; with the objective `resident_threads`, with any block
    that is a whole multiple if the layout's is one. `best` is the launch that they allow. None where the objective
    ranks no resident threads."""
    if manifest.objective == "shared_bytes":
        return None
    if by_residents(manifest):
        alike = (
            best is not None and (best.threads_per_block % threads_step(manifest) == 0) == rank_of(manifest, launch)[0]
        )
        rules = replace(manifest.launch, threads_multiple=1)
    else:
        alike = best is not None and best.threads_per_block == launch.threads_per_block
        rules = replace(manifest.launch, threads_per_block=launch.threads_per_block)
    most = best if alike else limits.most(replace(manifest, launch=rules))
    found = launch.occupancy.resident_threads
    upper = found if most is None else max(found, most.resident_threads)
    return CountProof(_status(upper == found), upper, limits.certificate)


def accesses_proof(manifest: Manifest, packed: Packed) -> CountProof | None:
    """None where no `auto` buffer has an access, or the objective leaves them all local."""
    accesses = {buffer.full_name: buffer.accesses for buffer in candidates(manifest)}
    everything = sum(accesses.values())
    if manifest.objective == "shared_bytes" or not everything:
        return None
    found = sum(accesses.get(name, 0) for name in packed.on_chip)
    choice = packed.choice
    if found == everything:
        return CountProof("optimal", everything, {"kind": "all-on-chip"})
    if choice is None or choice.accesses_at_most >= everything:
        return CountProof("feasible", everything, {"kind": "bound-only"})
    certificate = {
        "kind": "choice-search",
        "nodes": choice.nodes,
        "run_bytes_at_most": choice.run_bytes_at_most,
    }
    return CountProof(_status(found >= choice.accesses_at_most), choice.accesses_at_most, certificate)


def stride_proof(manifest: Manifest, base: Packed, packed: Packed, launch: LaunchFigures) -> BytesProof | None:
    """The stride that the fewest run bytes give, for what is on chip and for other choices with as many accesses."""
    if manifest.objective == "shared_bytes":
        return None
    rules, least = manifest.launch, packed.run.lower_bound_bytes
    region = run_region(manifest, packed.on_chip)
    bound = stride_bytes(least, region, rules.threads_per_run, rules.bank_conflicts)
    certificate: dict[str, Any] = {"kind": "bytes-bounds", "run_bytes_at_least": least}
    others = others_at_least(manifest, base, packed)
    if others is not None and others[0] < bound:
        bound, certificate = others[0], _of_choices(packed)
    return BytesProof(_status(bound == launch.stride_bytes), bound, certificate)


def run_proof_with_choices(manifest: Manifest, base: Packed, packed: Packed, proof: BytesProof) -> BytesProof:
    """The proof of the run bytes for what is on chip, no stronger than what is known of other choices with as many
    accesses."""
    others = others_at_least(manifest, base, packed)
    if others is None or others[1] >= proof.lower_bound_bytes:
        return proof
    return BytesProof("feasible", others[1], _of_choices(packed))


def others_at_least(manifest: Manifest, base: Packed, packed: Packed) -> tuple[Bytes, Bytes] | None:
    """Stride and run bytes that no other choice of `auto` buffers goes below; None where there is no other choice to
    consider."""
    if packed.choice is not None:
        return packed.choice.others_at_least
    if manifest.objective == "shared_bytes" or not candidates(manifest):
        return None
    return base.run.lower_bound_bytes, base.run.lower_bound_bytes


def _of_choices(packed: Packed) -> dict[str, Any]:
    choice = packed.choice
    return {"kind": "bound-only"} if choice is None else {"kind": "choice-search", "nodes": choice.nodes}


def _status(proven: bool) -> Status:
    return "optimal" if proven else "feasible"
