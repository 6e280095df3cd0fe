"""A layout's claims about itself: its status and its proofs must agree with its figures, and with one another."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm

from warpack.solver.devices.table import device
from warpack.solver.verifier.banks import least_stride
from warpack.solver.verifier.blocks import Block
from warpack.solver.verifier.certificates import Certificates, Outcome
from warpack.solver.verifier.findings import Findings
from warpack.solver.verifier.placement import PlacedRange
from warpack.solver.verifier.weighing import check_weighing, residents_first
from warpack.solver.wire.layout import BytesProof, CountProof, LaunchFigures, Layout, Proof
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes


def check_claims(
    manifest: Manifest,
    layout: Layout,
    launch: LaunchFigures,
    matched: Sequence[PlacedRange],
    findings: Findings,
) -> dict[str, str]:
    """Each bound must lie on the right side of what it bounds, and have a certificate. A wish must be `optimal` exactly
    where its figure equals the bound, and the layout exactly where all wishes are. Returns how each bound was
    checked."""
    proof = layout.proof
    on_chip = frozenset(one.buffer.full_name for one in matched if one.placed.location == "shared")
    over_windows = launch.stride_bytes > 0 and launch.runs_per_block > 0
    certificates = Certificates(manifest, findings.story, on_chip, over_windows, findings)
    for what, of_bytes, stated in (
        ("run_bytes", proof.run_bytes, launch.run_bytes),
        ("block_region_bytes", proof.block_region_bytes, launch.block_region_bytes),
    ):
        check_bytes_claim(what, of_bytes, stated, findings)
        certificates.check_bytes(
            what, "run" if what == "run_bytes" else "block", of_bytes.certificate, of_bytes.lower_bound_bytes
        )
    if proof.stride_bytes is not None:
        check_bytes_claim("stride_bytes", proof.stride_bytes, launch.stride_bytes, findings)
        certificates.check_other("stride_bytes", proof.stride_bytes.certificate, trivial=launch.stride_bytes == 0)
    _check_threads(manifest, proof, launch, certificates, findings)
    _check_counts(manifest, proof, launch, matched, certificates, findings)
    check_weighing(manifest, layout, launch, matched, findings)
    _check_layout_status(manifest, layout, launch, matched, findings)
    return dict(certificates.outcomes)


def _check_threads(
    manifest: Manifest, proof: Proof, launch: LaunchFigures, certificates: Certificates, findings: Findings
) -> None:
    threads, bound = launch.threads_per_block, proof.threads_per_block.upper_bound
    if bound < threads:
        findings.add("proof", f"proof.threads_per_block says at most {bound} threads, but the layout has {threads}")
    elif not residents_first(manifest):
        _check_status("threads_per_block", proof.threads_per_block.status, bound == threads, findings)
    rules = manifest.launch
    most = min(rules.max_threads_per_block, device(manifest.target.compute_capability).max_threads_per_block)
    step = lcm(rules.threads_per_run, rules.threads_multiple)
    trivial = threads == bound and (
        threads == rules.threads_per_block or (threads % step == 0 and threads + step > most)
    )
    certificate = proof.threads_per_block.certificate
    if not trivial and certificate.get("kind") == "bytes-bounds":
        certificates.outcomes["threads_per_block"] = threads_from_bytes(manifest, proof, certificates, findings)
    else:
        certificates.check_other("threads_per_block", certificate, trivial=trivial)


def threads_from_bytes(manifest: Manifest, proof: Proof, certificates: Certificates, findings: Findings) -> Outcome:
    """Bounds on the bytes of both regions bound the threads, if their buffers may share nothing across the regions
    either."""
    certificate = proof.threads_per_block.certificate
    of_run, of_region = certificate.get("run_bytes_at_least"), certificate.get("block_region_bytes_at_least")
    if not isinstance(of_run, int) or not isinstance(of_region, int):
        findings.add("certificate", "the certificate of proof.threads_per_block does not say what bytes it rests on")
        return "wrong"
    if any(buffer.location == "auto" for buffer in manifest.buffers):
        return "by search"
    shared = [buffer for buffer in manifest.buffers if buffer.location == "shared"]
    block = Block.of(manifest, shared, of_run, of_region)
    best = block.chosen_threads(block.stride(avoid=manifest.launch.bank_conflicts == "avoid"))
    if not residents_first(manifest) and (best or 0) > proof.threads_per_block.upper_bound:
        findings.add(
            "certificate",
            f"with the bytes of the certificate of proof.threads_per_block a block of {best} threads fits",
        )
        return "wrong"
    for what, bound, needed in (
        ("run_bytes", proof.run_bytes.lower_bound_bytes, of_run),
        ("block_region_bytes", proof.block_region_bytes.lower_bound_bytes, of_region),
    ):
        if needed > bound or (needed and certificates.outcomes.get(what) != "checked"):
            return "by search"
    story = findings.story
    of_runs, of_block = (certificates.sets.get(what, ()) for what in ("run_bytes", "block_region_bytes"))
    if of_run and of_region and not (of_runs and of_block):
        return "by search"
    return "checked" if all(story.conflict(a, b) for a in of_runs for b in of_block) else "by search"


def _check_counts(
    manifest: Manifest,
    proof: Proof,
    launch: LaunchFigures,
    matched: Sequence[PlacedRange],
    certificates: Certificates,
    findings: Findings,
) -> None:
    autos = [buffer for buffer in manifest.buffers if buffer.location == "auto" and buffer.size_bytes]
    on_chip = {one.buffer.full_name for one in matched if one.placed.location == "shared"}
    here = sum(buffer.accesses for buffer in autos if buffer.full_name in on_chip)
    everything = sum(buffer.accesses for buffer in autos)
    for what, of_count, stated, trivial in (
        ("resident_threads", proof.resident_threads, launch.occupancy.resident_threads, False),
        ("accesses_on_chip", proof.accesses_on_chip, here, everything),
    ):
        if of_count is not None:
            _check_count(what, of_count, stated, findings)
            certificates.check_other(what, of_count.certificate, trivial=stated == trivial and trivial is not False)


def _check_layout_status(
    manifest: Manifest, layout: Layout, launch: LaunchFigures, matched: Sequence[PlacedRange], findings: Findings
) -> None:
    proof = layout.proof
    stated = {
        "threads": proof.threads_per_block,
        "resident threads": proof.resident_threads,
        "accesses on chip": proof.accesses_on_chip,
        "stride": proof.stride_bytes,
        "run bytes": proof.run_bytes,
        "block region": proof.block_region_bytes,
    }
    missing = set(_ranked(manifest, launch, matched, proof)) - {what for what, of in stated.items() if of is not None}
    left = [f"{what} {of.status}" for what, of in stated.items() if of is not None and of.status != "optimal"]
    left += [f"{what} missing" for what in stated if what in missing]
    if layout.status == "infeasible":
        findings.add("status", "the status is infeasible, but the layout has a launch")
    elif layout.status == "optimal" and left:
        findings.add("status", f"the status is optimal, but the proofs say: {', '.join(left)}")
    elif layout.status != "optimal" and not left:
        findings.add("status", f"the status is {layout.status}, but every wish is proven")


def _ranked(manifest: Manifest, launch: LaunchFigures, matched: Sequence[PlacedRange], proof: Proof) -> list[str]:
    """The wishes, other than threads and bytes, that this layout's objective ranks and that leave a choice."""
    ranked = []
    on_chip = [one.buffer for one in matched if one.placed.location == "shared"]
    block = Block.of(manifest, on_chip, launch.run_bytes, launch.block_region_bytes)
    if manifest.objective != "shared_bytes":
        threads, resident = launch.threads_per_block, launch.occupancy.resident_threads
        if threads > 0 and resident < threads * min(block.limits(threads, 0).values()):
            ranked.append("resident threads")
        if any(one.buffer.location == "auto" and one.buffer.size_bytes and one.buffer.accesses for one in matched):
            ranked.append("accesses on chip")
    bound = proof.run_bytes.lower_bound_bytes
    least = least_stride(
        bound,
        block.run_alignment,
        block.accesses,
        manifest.launch.threads_per_run,
        avoid=manifest.launch.bank_conflicts == "avoid",
    )
    if least < launch.stride_bytes:
        ranked.append("stride")
    return ranked


def check_bytes_claim(what: str, proof: BytesProof, stated: Bytes, findings: Findings) -> None:
    bound = proof.lower_bound_bytes
    if bound > stated:
        findings.add("proof", f"proof.{what} says at least {bound} bytes, but the layout has {stated}")
    else:
        _check_status(what, proof.status, bound == stated, findings)


def _check_count(what: str, proof: CountProof, stated: int, findings: Findings) -> None:
    bound = proof.upper_bound
    if bound < stated:
        findings.add("proof", f"proof.{what} says at most {bound}, but the layout has {stated}")
    else:
        _check_status(what, proof.status, bound == stated, findings)


def _check_status(what: str, status: str, met: bool, findings: Findings) -> None:
    if status != ("optimal" if met else "feasible"):
        how = "meets" if met else "does not meet"
        findings.add("proof", f"proof.{what} has status {status}, but the figure {how} its bound")
