"""The bank conflicts of each element width on chip at a stride, and what the choice of the stride costs each."""

from __future__ import annotations

from warpack.solver.launch.region import run_region
from warpack.solver.launch.stride import conflict_degree, least_free
from warpack.solver.wire.layout import LaunchFigures, WidthConflicts
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes, align_up


def conflicts_by_width(
    manifest: Manifest, figures: LaunchFigures, on_chip: frozenset[str] = frozenset()
) -> tuple[WidthConflicts, ...]:
    """By rising width. Empty where there was nothing to choose: conflicts are ignored, or there are fewer than two
    widths."""
    region = run_region(manifest, on_chip)
    if manifest.launch.bank_conflicts == "ignore" or len(region.weights) < 2:
        return ()
    alignment, per_run = region.run_alignment_bytes, manifest.launch.threads_per_run
    least = align_up(figures.run_bytes, alignment)

    def of_width(width: Bytes, accesses: int) -> WidthConflicts:
        alone = least_free(least, alignment, width, per_run)
        degree, least_degree = (conflict_degree(one, width, per_run) for one in (figures.stride_bytes, alone))
        return WidthConflicts(width, accesses, degree, least_degree, alone)

    return tuple(of_width(width, accesses) for width, accesses in region.weights)
