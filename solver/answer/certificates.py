"""The proofs of a layout: each bound with what proves it.

Kinds of certificate for bytes:
- `max-live`: the named buffers and parts are all occupied in one phase and may share nothing; their bytes add up;
- `all-apart`: of the named buffers no two may share a byte in any phase; their bytes add up;
- `largest-buffer`, `pinned-buffer`: one buffer alone, or the end of one that is pinned;
- `search-exhausted`: a complete search found no packing within `capacity_bytes`;
- `empty`: nothing to place;
- `choice-search`, `bound-only`: as in `wishes`, where another choice of `auto` buffers might have fewer. The block
  region's certificate has `given: "before-windows"`: it is about the buffers that conflict with some buffer of a run,
  if they lie before the windows. A place inside windows is searched for only where it wins threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from warpack.solver.answer.limits import Best, Limits, best_of
from warpack.solver.answer.weighed import weighed_proofs
from warpack.solver.answer.wishes import accesses_proof, resident_proof, run_proof_with_choices, stride_proof
from warpack.solver.flatten.problem import FlatTimeline, RegionProblem
from warpack.solver.launch.weighing import by_residents, weighs
from warpack.solver.search.core.packing import LowerBound, Packing, heaviest
from warpack.solver.search.region.regions import Packed
from warpack.solver.wire.layout import BytesProof, LaunchFigures, Proof, ThreadsProof
from warpack.solver.wire.manifest import Manifest


def prove(
    manifest: Manifest, base: Packed, packed: Packed, launch: LaunchFigures | None, wider: Sequence[Packed] = ()
) -> Proof:
    """`base` is the packing without any `auto` buffer, `wider` are packings with buffers on chip that may take less
    padding: both bound the threads (`warpack.solver.answer.limits`)."""
    limits = Limits(manifest, base, {one.on_chip: one.run.lower_bound_bytes for one in wider})
    settled = packed is base and base.run.proven and base.block.proven and not base.weighed and not limits.wider
    best = best_of(launch) if settled else limits.most(manifest)
    threads = threads_proof(manifest, limits, launch, best)
    run = bytes_proof(packed.flat.run, packed.flat.timeline, packed.run, packed.on_chip)
    problem, packing = packed.region
    block = bytes_proof(problem, packed.flat.timeline, packing, frozenset())
    met = packed.region_bytes <= block.lower_bound_bytes
    if packed.flat.run.items and packed.flat.block.items and packed.run.size_bytes:
        block.certificate["given"] = "before-windows"
    block = replace(block, status="optimal" if met else "feasible")
    if launch is None:
        return Proof(threads, run, block)
    resident = resident_proof(manifest, limits, launch, best)
    accesses = accesses_proof(manifest, packed)
    if weighs(manifest):
        threads, resident, accesses = weighed_proofs(manifest, packed, launch, best, threads, resident)
    return Proof(
        threads,
        run_proof_with_choices(manifest, base, packed, run),
        block,
        resident,
        accesses,
        stride_proof(manifest, base, packed, launch),
    )


def threads_proof(manifest: Manifest, limits: Limits, launch: LaunchFigures | None, best: Best | None) -> ThreadsProof:
    """`best` is the launch that the lower bounds of both regions would allow: more bytes never allow a better one.

    With the objective `resident_threads` the bound is on threads per multiprocessor first; `upper_bound` is then the
    block size that the lower bounds give, and at least the layout's own.
    """
    certificate = limits.certificate
    if best is None:
        return ThreadsProof("infeasible", 0, certificate)
    certificate["resident_threads_upper_bound"] = best.resident_threads
    if launch is None:
        return ThreadsProof("feasible", best.threads_per_block, certificate)
    proven = launch.threads_per_block == best.threads_per_block
    upper = best.threads_per_block
    if by_residents(manifest):
        proven = proven and launch.occupancy.resident_threads == best.resident_threads
        upper = max(upper, launch.threads_per_block)
    return ThreadsProof("optimal" if proven else "feasible", upper, certificate)


def bytes_proof(
    problem: RegionProblem, timeline: FlatTimeline, packing: Packing, on_chip: frozenset[str]
) -> BytesProof:
    certificate = _certificate(problem, timeline, packing)
    if on_chip:
        certificate["given_on_chip"] = sorted(on_chip)
    return BytesProof("optimal" if packing.proven else "feasible", packing.lower_bound_bytes, certificate)


def _certificate(problem: RegionProblem, timeline: FlatTimeline, packing: Packing) -> dict[str, Any]:
    search = packing.search
    if search is not None:
        return {
            "kind": "search-exhausted",
            "capacity_bytes": search.capacity_bytes,
            "method": search.method,
            "nodes": search.nodes,
            "searched": list(search.core),
            "set_aside": list(search.taken_out),
        }
    return _bound_certificate(problem, timeline, packing.bound)


def _bound_certificate(problem: RegionProblem, timeline: FlatTimeline, bound: LowerBound) -> dict[str, Any]:
    certificate: dict[str, Any] = {"kind": bound.kind}
    if bound.phase is not None:
        certificate |= {"phase": bound.phase, "phase_name": timeline.names[bound.phase]}
    if bound.pieces:
        certificate["buffers"] = [{"name": name, "bytes": size} for name, size in heaviest(problem, bound.pieces)]
    return certificate
