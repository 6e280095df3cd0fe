"""What a layout claims about itself: its status and its proofs must agree with its figures, and with one another."""

from __future__ import annotations

from solver.verifier.blocks import Block
from solver.verifier.findings import Findings
from solver.wire.layout import BytesProof, LaunchFigures, Layout
from solver.wire.manifest import Manifest
from solver.wire.units import Bytes


def check_claims(manifest: Manifest, layout: Layout, launch: LaunchFigures, findings: Findings) -> None:
    """Bounds lie on the right side of what they bound; `optimal` stands exactly where they meet it."""
    proof = layout.proof
    _check_bytes("run_bytes", proof.run_bytes, launch.run_bytes, findings)
    _check_bytes("block_region_bytes", proof.block_region_bytes, launch.block_region_bytes, findings)
    threads, bound = launch.threads_per_block, proof.threads_per_block.upper_bound
    if bound < threads:
        findings.add("proof", f"proof.threads_per_block says at most {bound} threads, but the layout has {threads}")
    elif manifest.objective != "resident_threads":
        _check_status("threads_per_block", proof.threads_per_block.status, bound == threads, findings)
    proven = proof.threads_per_block.status == "optimal" and proof.run_bytes.status == "optimal"
    if layout.status == "infeasible":
        findings.add("status", "the status is infeasible, but the layout has a launch")
    elif (layout.status == "optimal") != proven:
        said = f"threads {proof.threads_per_block.status}, run bytes {proof.run_bytes.status}"
        findings.add("status", f"the status is {layout.status}, but the proofs say: {said}")


def check_infeasible(manifest: Manifest, layout: Layout, findings: Findings) -> None:
    """A layout without a launch: it places nothing, says so, and names the budget that would be enough, if any is."""
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


def least_budget(manifest: Manifest, findings: Findings) -> Bytes:
    """A number of bytes that no layout of this manifest can do with less of: for each scope the largest buffer in one piece, or
    what is persistent, times the fewest runs."""
    runs = (manifest.launch.threads_per_block or manifest.launch.threads_per_run) // manifest.launch.threads_per_run
    total = manifest.target.static_shared_bytes
    for scope, copies in (("block", 1), ("run", max(1, runs))):
        buffers = [b for b in manifest.buffers if b.scope == scope and b.location == "shared"]
        largest = max((b.size_bytes for b in buffers if not b.splittable), default=0)
        total += copies * max(largest, sum(b.size_bytes for b in buffers if b.persistent))
    return total


def _check_bytes(what: str, proof: BytesProof, stated: Bytes, findings: Findings) -> None:
    bound = proof.lower_bound_bytes
    if bound > stated:
        findings.add("proof", f"proof.{what} says at least {bound} bytes, but the layout has {stated}")
    else:
        _check_status(what, proof.status, bound == stated, findings)


def _check_status(what: str, status: str, met: bool, findings: Findings) -> None:
    if status != ("optimal" if met else "feasible"):
        how = "meets" if met else "does not meet"
        findings.add("proof", f"proof.{what} has status {status}, but the figure {how} its bound")
