"""Checks a layout that has no launch."""

from __future__ import annotations

from warpack.solver.verifier.blocks import Block, must_be_shared
from warpack.solver.verifier.certificates import Certificates
from warpack.solver.verifier.claims import threads_from_bytes
from warpack.solver.verifier.findings import Findings
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes


def check_infeasible(manifest: Manifest, layout: Layout, findings: Findings) -> None:
    """A layout without a launch must place nothing, be `infeasible`, and name the budget that would be enough, if any
    is."""
    if layout.status != "infeasible":
        findings.add("status", f"the status is {layout.status}, but the layout has no launch")
    for placed in layout.buffers:
        message = f"the layout is infeasible, but places {placed.full_name}"
        findings.add("infeasible", message, placed.full_name, region=placed.region)
    if layout.components or layout.handoffs:
        findings.add("infeasible", "the layout is infeasible, but lists windows or hand-overs")
    empty = Block.of(manifest, (), 0, 0)
    minimum = layout.minimum_budget_bytes
    startable = empty.chosen_threads(0) is not None
    if minimum is None:
        if startable:
            findings.add(
                "infeasible", "minimum_budget_bytes is missing, though a block without shared memory could start"
            )
        return
    if minimum <= empty.budget:
        message = f"minimum_budget_bytes is {minimum}, which the budget of {empty.budget} already gives"
        findings.add("infeasible", message)
    least = least_budget(manifest, findings)
    if minimum < least:
        message = f"minimum_budget_bytes is {minimum}, but static bytes and the largest buffers alone take {least}"
        findings.add("infeasible", message)


def check_ruled_out(manifest: Manifest, layout: Layout, findings: Findings, *, grows: bool) -> dict[str, str]:
    """Checks the certificates of a layout without a launch: its bounds must hold whatever comes on chip, so only the
    buffers that have to be there count. `grows`: `manifest` has the sizes of its smallest block. Returns how each bound
    was checked."""
    proof = layout.proof
    shared = must_be_shared(manifest)
    windows = any(buffer.scope == "run" for buffer in shared)
    on_chip = frozenset(buffer.full_name for buffer in shared)
    certificates = Certificates(manifest, findings.story, on_chip, windows, findings)
    of_runs, of_block = proof.run_bytes, proof.block_region_bytes
    certificates.check_bytes("run_bytes", "run", of_runs.certificate, of_runs.lower_bound_bytes)
    certificates.check_bytes("block_region_bytes", "block", of_block.certificate, of_block.lower_bound_bytes)
    what, threads = "threads_per_block", proof.threads_per_block
    if threads.status == "infeasible" and threads.upper_bound:
        findings.add("proof", f"proof.{what} is infeasible, but says at most {threads.upper_bound} threads")
    startable = Block.of(manifest, (), 0, 0).chosen_threads(0) is not None
    if startable and not grows and threads.upper_bound == 0 and threads.certificate.get("kind") == "bytes-bounds":
        certificates.outcomes[what] = threads_from_bytes(manifest, proof, certificates, findings)
    else:
        certificates.check_other(what, threads.certificate, trivial=not startable)
    return dict(certificates.outcomes)


def least_budget(manifest: Manifest, findings: Findings) -> Bytes:
    """A number of bytes that every layout of this manifest needs. For each scope it is the largest buffer in one piece,
    or the sum of the persistent buffers (which never share), times the fewest runs. The two scopes may share bytes, so
    the larger number counts."""
    runs = (manifest.launch.threads_per_block or manifest.launch.threads_per_run) // manifest.launch.threads_per_run
    total, most = manifest.target.static_shared_bytes, 0
    used = {piece.buffer for piece in findings.story.pieces if piece.accesses}
    for scope, copies in (("block", 1), ("run", max(1, runs))):
        buffers = [b for b in manifest.buffers if b.scope == scope and b.location == "shared" and b.full_name in used]
        largest = max((b.size_bytes for b in buffers if not b.splittable and not b.persistent), default=0)
        total += copies * sum(b.size_bytes for b in buffers if b.persistent)
        most = max(most, copies * largest)
    return total + most
