"""The weighing of accesses on chip against resident threads, for a manifest with known registers; derived from the
manifest alone."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from warpack.solver.verifier.findings import Findings
from warpack.solver.verifier.placement import PlacedRange
from warpack.solver.wire.layout import LaunchFigures, Layout
from warpack.solver.wire.manifest import Manifest

_OFF_CHIP = 8
"""The cost of an access to local memory, where one on chip costs 1."""


def residents_first(manifest: Manifest) -> bool:
    """Whether resident threads rank a block before its size does."""
    return manifest.objective == "resident_threads" or is_weighed(manifest)


def is_weighed(manifest: Manifest) -> bool:
    """Registers are given, buffers may come on chip, and some of these are accessed."""
    if manifest.objective == "shared_bytes" or manifest.target.registers_per_thread is None:
        return False
    return any(buffer.location == "auto" and buffer.size_bytes and buffer.accesses for buffer in manifest.buffers)


def check_weighing(
    manifest: Manifest, layout: Layout, launch: LaunchFigures, matched: Sequence[PlacedRange], findings: Findings
) -> None:
    """A `weighed` certificate must have the layout's own figures, and no point of the frontier may be worth more than a
    layout that claims to be worth the most."""
    certificates = [
        one.certificate
        for one in (layout.proof.threads_per_block, layout.proof.resident_threads, layout.proof.accesses_on_chip)
        if one is not None and one.certificate.get("kind") == "weighed"
    ]
    if not certificates:
        return
    if not is_weighed(manifest):
        findings.add("weighing", "a proof says that accesses were weighed, but this manifest does not ask for it")
        return
    on_chip = {one.buffer.full_name for one in matched if one.placed.location == "shared"}
    here = sum(b.accesses for b in manifest.buffers if b.location == "auto" and b.full_name in on_chip)
    resident = launch.occupancy.resident_threads
    right = {
        "resident_threads": resident,
        "accesses_on_chip": here,
        "local_access_cost": _OFF_CHIP,
        "cost": _cost(manifest, here),
    }
    for certificate in certificates:
        said = {key: certificate.get(key) for key in right}
        findings.expect("weighing", "what a proof says was weighed", said, right)
    mine = Fraction(resident, _cost(manifest, here))
    for number, point in enumerate(layout.frontier or ()):
        worth = _worth(manifest, point)
        if worth is not None and worth > mine and _whole(manifest, point) >= _whole(manifest, launch):
            findings.add("weighing", f"point {number} of the frontier is worth {worth}, but the layout {mine}")


def _cost(manifest: Manifest, on_chip: int) -> int:
    total = 0
    for buffer in manifest.buffers:
        if buffer.scope == "run" and buffer.size_bytes and buffer.location != "local":
            total += buffer.accesses * (_OFF_CHIP if buffer.location == "auto" else 1)
    return total - (_OFF_CHIP - 1) * on_chip


def _worth(manifest: Manifest, point: dict[str, Any]) -> Fraction | None:
    resident, accesses = point.get("resident_threads"), point.get("accesses_on_chip")
    if type(resident) is not int or type(accesses) is not int:
        return None
    return Fraction(resident, max(1, _cost(manifest, accesses)))


def _whole(manifest: Manifest, block: Any) -> bool:
    threads = block.get("threads_per_block") if isinstance(block, dict) else block.threads_per_block
    return type(threads) is int and threads % manifest.launch.threads_multiple == 0
