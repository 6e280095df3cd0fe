"""The proofs of a layout: each bound with what proves it.

Kinds of certificate for bytes:
- `max-live`: the named buffers and parts are all occupied in one phase and may share nothing; their bytes add up;
- `all-apart`: of the named buffers no two may share a byte in any phase; their bytes add up;
- `largest-buffer`, `pinned-buffer`: one buffer alone, or the end of one that is pinned;
- `search-exhausted`: a search looked at every packing within `capacity_bytes`, and there is none;
- `empty`: nothing to place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from solver.flatten.problem import FlatTimeline, RegionProblem
from solver.launch.threads import launch_for
from solver.search.bound import LowerBound, heaviest
from solver.search.pack import Packing
from solver.search.regions import Packed
from solver.search.widening import PAIRED_AUTOS, least_with, widening_autos, widening_pairs
from solver.wire.layout import BytesProof, LaunchFigures, Proof, ThreadsProof
from solver.wire.manifest import Manifest


def prove(
    manifest: Manifest, base: Packed, packed: Packed, launch: LaunchFigures | None, wider: Sequence[Packed] = ()
) -> Proof:
    """`base` is the packing without any `auto` buffer: with more of them on chip there are more bytes, and never more threads
    (but for the padding: `wider` are packings with buffers on chip that may take less of it, see `solver.search.widening`)."""
    settled = packed is base and base.run.proven and base.block.proven
    return Proof(
        threads_proof(manifest, base, launch, settled=settled, packings=wider),
        bytes_proof(packed.flat.run, packed.flat.timeline, packed.run, packed.on_chip),
        bytes_proof(packed.flat.block, packed.flat.timeline, packed.block, frozenset()),
    )


def threads_proof(
    manifest: Manifest,
    base: Packed,
    launch: LaunchFigures | None,
    *,
    settled: bool = False,
    packings: Sequence[Packed] = (),
) -> ThreadsProof:
    """The threads that the lower bounds of both regions would allow: more bytes never allow more.

    With the objective `resident_threads` the bound is on threads per multiprocessor first; `upper_bound` is then the block
    size that the lower bounds give, and at least the layout's own. `settled`: both regions are as small as their bounds.
    """
    least_run, least_block = base.run.lower_bound_bytes, base.block.lower_bound_bytes
    wider = widening_autos(manifest)
    settled = settled and not wider
    best = launch if settled else _most(manifest, base, wider, packings)
    certificate: dict[str, Any] = {
        "kind": "bytes-bounds",
        "run_bytes_at_least": least_run,
        "block_region_bytes_at_least": least_block,
    }
    if wider:
        certificate["also_with_on_chip"] = sorted(wider)
    if best is None:
        return ThreadsProof("infeasible", 0, certificate)
    certificate["resident_threads_upper_bound"] = best.occupancy.resident_threads
    if launch is None:
        return ThreadsProof("feasible", best.threads_per_block, certificate)
    same_threads = launch.threads_per_block == best.threads_per_block
    if manifest.objective == "resident_threads":
        same_resident = launch.occupancy.resident_threads == best.occupancy.resident_threads
        upper = max(best.threads_per_block, launch.threads_per_block)
        return ThreadsProof("optimal" if same_threads and same_resident else "feasible", upper, certificate)
    return ThreadsProof("optimal" if same_threads else "feasible", best.threads_per_block, certificate)


def _most(manifest: Manifest, base: Packed, wider: Sequence[str], packings: Sequence[Packed]) -> LaunchFigures | None:
    """The best launch that the lower bounds of both regions would allow, whichever `auto` buffers are on chip.

    The stride depends on the bytes, the widest element and the widest alignment. Whatever is on chip, one buffer has that
    element and one that alignment, and it takes at least the bytes of these two: so all pairs are looked at. Where there
    are too many, any stride counts as free of conflicts.
    """
    least_run, least_block = base.run.lower_bound_bytes, base.block.lower_bound_bytes
    plain = launch_for(manifest, run_bytes=least_run, block_region_bytes=least_block)
    if len(wider) > PAIRED_AUTOS:
        ignoring = replace(manifest, launch=replace(manifest.launch, bank_conflicts="ignore"))
        return launch_for(ignoring, run_bytes=least_run, block_region_bytes=least_block)
    found = [plain]
    known = {packed.on_chip: packed.run.lower_bound_bytes for packed in packings}
    for pair in widening_pairs(manifest):
        run_bytes = max(known.get(pair, 0), least_with(manifest, base, pair))
        found.append(launch_for(manifest, run_bytes=run_bytes, block_region_bytes=least_block, on_chip=pair))
    by_resident = manifest.objective == "resident_threads"

    def worth(figures: LaunchFigures) -> tuple[int, int]:
        threads, resident = figures.threads_per_block, figures.occupancy.resident_threads
        return (resident, -threads) if by_resident else (threads, resident)

    return max((figures for figures in found if figures is not None), key=worth, default=None)


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
