"""The static level: every rule of a layout, derived again from the manifest alone."""

from __future__ import annotations

from collections.abc import Sequence

from warpack.solver.verifier.block_size import check_block_size, smallest_block
from warpack.solver.verifier.claims import check_claims
from warpack.solver.verifier.comparing import check_baselines
from warpack.solver.verifier.findings import Findings
from warpack.solver.verifier.handoffs import check_handoffs
from warpack.solver.verifier.infeasible import check_infeasible, check_ruled_out
from warpack.solver.verifier.launching import check_launch, check_regions, check_widths
from warpack.solver.verifier.local import check_local
from warpack.solver.verifier.over import NO_WINDOWS, RunWindows
from warpack.solver.verifier.overlaps import check_overlaps
from warpack.solver.verifier.placement import PlacedPiece, match, place_pieces
from warpack.solver.verifier.pool import check_pool
from warpack.solver.verifier.sharing import check_shares
from warpack.solver.verifier.story import Story, derive
from warpack.solver.verifier.windows import check_windows
from warpack.solver.wire.bulk import uncollected
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.report import StaticReport

MOST_PIECES_COUNTED = 512
"""Conflicting pairs are counted for the report up to so many pieces; the check itself needs no such count."""


@uncollected()
def verify(manifest: Manifest, layout: Layout) -> StaticReport:
    """Checks `layout` against `manifest`; a layout that keeps every rule has no findings.

    Each finding names its rule and, where the rule has such, the buffers, the bytes of the region and the phase.
    `checked` counts the buffers, phases, hand-overs, pairs found in common bytes, and (up to 512 pieces) conflicting
    pairs.
    """
    asked = manifest
    if manifest.grows:  # the sizes of the layout's own block, or of the smallest
        threads = smallest_block(manifest) if layout.launch is None else max(1, layout.launch.threads_per_block)
        manifest = manifest.in_block(manifest.launch.threads_per_block or threads)
    story = derive(manifest)
    findings = Findings(story)
    checked = {"buffers": len(manifest.buffers), "pieces": len(story.pieces), "phases": story.length}
    if layout.manifest_sha256 != manifest.sha256:
        message = f"the layout is for manifest {layout.manifest_sha256}, not for this one ({manifest.sha256})"
        findings.add("manifest-hash", message)
    for warning in layout.warnings:
        if warning.type == "layout-hash-differs":
            findings.add("layout-hash", warning.message)
    if layout.pool is not None and not manifest.of_pool:
        findings.add("pool", f"the layout is a pool, but the manifest's objective is {manifest.objective}")
        return StaticReport(tuple(findings.found), checked)
    if layout.launch is None and not manifest.of_pool:
        check_infeasible(manifest, layout, findings)
        certificates = check_ruled_out(manifest, layout, findings, grows=asked.grows)
        if all(
            buffer.location != "auto" for buffer in manifest.buffers
        ):  # the layout does not say which of them are on chip
            check_baselines(asked, layout, [one for one in manifest.buffers if one.location == "shared"], findings)
        return StaticReport(tuple(findings.found), checked, certificates)
    matched = match(manifest, layout, findings)
    placed = place_pieces(matched, findings)
    launch = layout.launch
    windows = NO_WINDOWS if launch is None else RunWindows.of(launch)
    if launch is not None:
        check_regions(launch, placed, windows, findings)
    checked["pairs_in_common_bytes"] = check_overlaps(manifest, placed, windows, findings)
    said = {warning.type for warning in layout.warnings}
    check_shares(matched, windows, findings, left_out="shares-not-listed" in said)
    check_windows(manifest, layout, placed, findings)
    checked["handoffs"] = check_handoffs(layout, placed, windows, findings, left_out="handoffs-not-listed" in said)
    if manifest.of_pool:
        certificates = check_pool(manifest, layout, matched, placed, findings)
    elif launch is not None:
        check_local(layout.local, matched, findings)
        check_launch(manifest, launch, matched, placed, findings)
        check_widths(manifest, layout, launch, matched, findings)
        certificates = check_claims(manifest, layout, launch, matched, findings)
    if asked.grows:
        certificates["threads_per_block"] = check_block_size(asked, layout, findings)
    check_baselines(asked, layout, [one.buffer for one in matched if one.placed.location == "shared"], findings)
    if len(placed) <= MOST_PIECES_COUNTED:
        checked["conflicting_pairs"] = _conflicting_pairs(story, placed)
    return StaticReport(tuple(findings.found), checked, certificates)


def _conflicting_pairs(story: Story, placed: Sequence[PlacedPiece]) -> int:
    """Pairs of pieces in the block's memory that the layout had to keep apart, or to place at one difference."""
    return sum(
        story.conflicts(one.piece, other.piece)
        for at, one in enumerate(placed)
        for other in placed[:at]
        if one.piece.buffer != other.piece.buffer
    )
