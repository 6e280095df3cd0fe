"""The figures and the proof of a pool: an arena without threads, derived again."""

from __future__ import annotations

from collections.abc import Sequence

from warpack.solver.verifier.certificates import Certificates
from warpack.solver.verifier.claims import check_bytes_claim
from warpack.solver.verifier.findings import Findings
from warpack.solver.verifier.placement import PlacedPiece, PlacedRange
from warpack.solver.wire.layout import Layout, LocalBytes
from warpack.solver.wire.manifest import Manifest


def check_pool(
    manifest: Manifest,
    layout: Layout,
    matched: Sequence[PlacedRange],
    placed: Sequence[PlacedPiece],
    findings: Findings,
) -> dict[str, str]:
    """The pool ends where its last buffer does, and starts at a multiple of every alignment; nothing else is claimed
    than its bytes. Returns how the bound was checked."""
    pool, proof = layout.pool, layout.proof.pool_bytes
    if pool is None or layout.launch is not None:
        what = "has a launch" if layout.launch is not None else "has no pool"
        findings.add("pool", f"the manifest's objective is pool_bytes, but the layout {what}")
        return {}
    end = max((one.end for one in placed), default=0)
    findings.expect("pool-size", "pool.pool_bytes", pool.pool_bytes, end)
    alignment = max((one.buffer.alignment_bytes for one in matched if one.ranges), default=1)
    findings.expect("base-alignment", "pool.base_alignment_bytes", pool.base_alignment_bytes, alignment)
    if layout.local != LocalBytes() or layout.bank_conflicts or layout.frontier is not None:
        findings.add(
            "pool", "a pool has no local memory, no bank conflicts and no frontier, but the layout states some"
        )
    if layout.minimum_budget_bytes is not None:
        findings.add("pool", "a pool has no budget, but the layout states a minimum_budget_bytes")
    if proof is None:
        findings.add("proof", "proof.pool_bytes is missing")
        return {}
    check_bytes_claim("pool_bytes", proof, pool.pool_bytes, findings)
    if layout.status != proof.status:
        findings.add("status", f"the status is {layout.status}, but proof.pool_bytes is {proof.status}")
    shared = frozenset(one.buffer.full_name for one in matched)
    certificates = Certificates(manifest, findings.story, shared, False, findings)
    certificates.check_bytes("pool_bytes", "run", proof.certificate, proof.lower_bound_bytes)
    return dict(certificates.outcomes)
