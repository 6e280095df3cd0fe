"""The layout of a pool: one arena, its bytes, and what proves that it cannot be smaller."""

from __future__ import annotations

from warpack.solver.answer.advice import peak_of
from warpack.solver.answer.certificates import bytes_proof
from warpack.solver.answer.placements import placements
from warpack.solver.answer.promises import with_savings
from warpack.solver.answer.trying import Trying
from warpack.solver.answer.versions import versions
from warpack.solver.baselines.of_pool import baselines_of_pool
from warpack.solver.search.region.regions import Packed
from warpack.solver.wire.bulk import uncollected
from warpack.solver.wire.layout import Layout, PoolFigures, Proof, RunInfo, Validation
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.run_info import StrategyAccount


@uncollected()
def assemble_pool(
    manifest: Manifest, packed: Packed, seconds: float, search: tuple[StrategyAccount, ...] = ()
) -> Layout:
    """A pool has no budget, so there is always a layout: `optimal` where its bytes are proven, else `feasible`."""
    proof = bytes_proof(packed.flat.run, packed.flat.timeline, packed.run, frozenset())
    placed = placements(manifest, packed, None)
    alignment = max((item.alignment_bytes for item in packed.flat.run.items), default=1)
    peak = peak_of(packed.flat.run, packed.flat.timeline, packed.run)
    return Layout(
        manifest_sha256=manifest.sha256,
        status=proof.status,
        launch=None,
        buffers=placed.buffers,
        proof=Proof.of_pool(proof),
        baselines=baselines_of_pool(manifest, packed.flat),
        name=manifest.name,
        components=placed.windows,
        advice={} if peak is None else {"peak": peak},
        warnings=(*manifest.warnings, *with_savings(manifest, Trying(packed)), *placed.warnings),
        validation=Validation(manifest.validation, "none"),
        run_info=RunInfo(seconds, manifest.solver.seed, dict(versions()), search),
        pool=PoolFigures(packed.run.size_bytes, alignment),
    )
