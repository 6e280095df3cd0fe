"""`auto` buffers that change which strides are free of bank conflicts.

With `bank_conflicts: avoid`, the padding between two runs depends on the buffers on chip: on their largest alignment,
and on their element widths with the accesses. So a buffer with a larger alignment may add bytes and still make the
stride smaller. If the widths agree (`warpack.solver.launch.mixing`), no buffers beside the one with the largest
alignment make a stride smaller. So only each such buffer alone has to be tried. If they do not agree, any buffer may
reduce the padding, and bounds assume that there is none.
"""

from __future__ import annotations

from itertools import combinations

from warpack.solver.flatten import flatten
from warpack.solver.launch.mixing import accesses_decide
from warpack.solver.launch.ranking import Rank, rank_of
from warpack.solver.launch.region import run_region
from warpack.solver.launch.threads import launch_for, minimum_budget_bytes
from warpack.solver.search.bounds.max_live import lower_bound
from warpack.solver.search.core.pins import PinsCollide
from warpack.solver.search.core.stop import Stop, Stopped
from warpack.solver.search.region.regions import Packed, pack_regions
from warpack.solver.wire.layout import LaunchFigures
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes

MOST_WIDENING = 64
"""With more widening buffers than this, none is tried by itself."""

_PAIRED = 12
"""If accesses matter, up to so many buffers are also tried in pairs."""

_EFFORT = 0.5
"""The effort of packing one choice."""

Worth = tuple[bool, Rank, Bytes]
"""Whether there is a launch; its rank; and if there is none, minus the budget that one needs. Larger is better."""

_NO_RANK: Rank = (False, 0, 0)

_NO_BUDGET: Bytes = 1 << 62
"""More than any budget."""


def widening_autos(manifest: Manifest) -> list[str]:
    """The `auto` buffers that may change which strides are free of bank conflicts: those with a larger alignment than
    all buffers that must be shared, or all of them if accesses matter. More bytes with one of them may need less
    padding."""
    if manifest.launch.bank_conflicts == "ignore" or manifest.objective == "shared_bytes":
        return []
    autos = [buffer for buffer in manifest.buffers if buffer.location == "auto" and buffer.size]
    aligned, decide = run_region(manifest).run_alignment_bytes, accesses_decide(manifest)
    return [buffer.full_name for buffer in autos if decide or buffer.alignment_bytes > aligned]


def widening_choices(manifest: Manifest) -> list[frozenset[str]]:
    """Each widening buffer alone, and a few in pairs if accesses matter. Empty if there are too many."""
    wider = sorted(widening_autos(manifest))
    if len(wider) > MOST_WIDENING:
        return []
    pairs = combinations(wider, 2) if len(wider) <= _PAIRED and accesses_decide(manifest) else ()
    return [frozenset((name,)) for name in wider] + [frozenset(pair) for pair in pairs]


def padding_bounded(manifest: Manifest) -> bool:
    """Whether no choice of `auto` buffers has a smaller stride than the buffers that must be shared, alone or with one
    of `widening_choices`."""
    wider = widening_autos(manifest)
    return not wider or (len(wider) <= MOST_WIDENING and not accesses_decide(manifest))


def least_with(manifest: Manifest, base: Packed, names: frozenset[str]) -> Bytes:
    """A lower bound on the run bytes with these buffers on chip."""
    return max(base.run.lower_bound_bytes, lower_bound(flatten(manifest, names, warned=False).run).size_bytes)


def widened(manifest: Manifest, base: Packed, stop: Stop) -> tuple[Packed, ...]:
    """Packings with a widening choice on chip. Only choices are packed that may have more threads than `base`; or if
    `base` does not fit at all, those that may need a smaller budget."""
    choices = widening_choices(manifest) if base.run.size_bytes else []
    if not choices:
        return ()
    found = []
    now = worth(manifest, base.run.size_bytes, base)
    for names in choices:
        least = least_with(manifest, base, names)
        if stop.now() or worth(manifest, least, base, names) <= now:
            continue
        try:
            packed = pack_regions(manifest, stop=stop.with_effort(_EFFORT), on_chip=names, beside=base)
        except (PinsCollide, Stopped):
            continue
        found.append(packed)
    return tuple(found)


def worth(manifest: Manifest, run_bytes: Bytes, base: Packed, on_chip: frozenset[str] = frozenset()) -> Worth:
    """The worth of a choice with so many run bytes."""
    launch = launch_beside(manifest, run_bytes, base, on_chip)
    if launch is not None:
        return True, rank_of(manifest, launch), 0
    budget = minimum_budget_bytes(manifest, run_bytes, base.region_bytes, on_chip, base.reach_bytes)
    return False, _NO_RANK, -(_NO_BUDGET if budget is None else budget)


def launch_of(manifest: Manifest, packed: Packed) -> LaunchFigures | None:
    """The launch of a packing; None if none fits."""
    return launch_beside(manifest, packed.run.size_bytes, packed, packed.on_chip)


def launch_beside(
    manifest: Manifest, run_bytes: Bytes, packed: Packed, on_chip: frozenset[str] = frozenset()
) -> LaunchFigures | None:
    """The launch of so many run bytes with the block region of a packing."""
    return launch_for(
        manifest,
        run_bytes=run_bytes,
        block_region_bytes=packed.region_bytes,
        block_reach_bytes=packed.reach_bytes,
        on_chip=on_chip,
    )


def threads_settled(manifest: Manifest, packed: Packed) -> bool:
    """Whether there is a launch and the bounds of the regions allow no better one."""
    launch = launch_of(manifest, packed)
    best = launch_for(
        manifest,
        run_bytes=packed.run.lower_bound_bytes,
        block_region_bytes=packed.block.lower_bound_bytes,
        on_chip=packed.on_chip,
    )
    return launch is not None and best is not None and rank_of(manifest, launch) == rank_of(manifest, best)


def least_budget(manifest: Manifest, packings: tuple[Packed, ...]) -> Bytes | None:
    """The least budget that suffices for one of these packings; None if no budget does."""
    budgets = (
        minimum_budget_bytes(manifest, packed.run.size_bytes, packed.region_bytes, packed.on_chip, packed.reach_bytes)
        for packed in packings
    )
    return min((budget for budget in budgets if budget is not None), default=None)
