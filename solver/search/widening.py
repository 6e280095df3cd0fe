"""`auto` buffers whose width or alignment changes which strides are free of bank conflicts.

With `bank_conflicts: avoid` the padding between two runs depends on the widest element and the largest alignment of what is on
chip. A wider buffer may bring bytes and still take a smaller stride. Whatever is on chip, one buffer has the widest element
and one the largest alignment, and more buffers need no fewer bytes: so pairs are all that has to be looked at.
"""

from __future__ import annotations

from itertools import product

from solver.flatten import flatten
from solver.launch.ranking import Rank, rank_of
from solver.launch.region import run_region
from solver.launch.threads import launch_for, minimum_budget_bytes
from solver.search.bound import lower_bound
from solver.search.firstfit import PinsCollide
from solver.search.regions import Packed, pack_regions
from solver.search.stop import Stop, Stopped
from solver.wire.layout import LaunchFigures
from solver.wire.manifest import Manifest
from solver.wire.units import Bytes

PAIRED_AUTOS = 12
"""Up to so many widening buffers are looked at in pairs."""

_EFFORT = 0.5
"""What packing one pair may cost."""

Worth = tuple[bool, Rank, Bytes]
"""Whether there is a launch, and its rank, or minus the budget that it takes where there is none: larger is better."""

_NO_RANK: Rank = (False, 0, 0)

_NO_BUDGET: Bytes = 1 << 62
"""More than any budget that would do."""


def widening_autos(manifest: Manifest) -> list[str]:
    """The `auto` buffers that would change which strides are free of bank conflicts: wider, or aligned wider, than all that
    must be shared. More bytes with one of them may then take less padding."""
    if manifest.launch.bank_conflicts == "ignore" or manifest.objective == "shared_bytes":
        return []
    shared = run_region(manifest)
    widest = max(shared.widths, default=0)
    return [
        buffer.full_name
        for buffer in manifest.buffers
        if buffer.location == "auto"
        and buffer.size
        and (buffer.dtype.itemsize_bytes > widest or buffer.alignment_bytes > shared.run_alignment_bytes)
    ]


def widening_pairs(manifest: Manifest) -> list[frozenset[str]]:
    """Each widening buffer alone, and each two of them; none where there are too many."""
    wider = widening_autos(manifest)
    if len(wider) > PAIRED_AUTOS:
        return []
    pairs = {frozenset(pair) for pair in product(wider, repeat=2)}
    return sorted(pairs, key=lambda pair: (len(pair), sorted(pair)))


def least_with(manifest: Manifest, base: Packed, pair: frozenset[str]) -> Bytes:
    """Run bytes that these take at least beside all that must be shared."""
    return max(base.run.lower_bound_bytes, lower_bound(flatten(manifest, pair).run).size_bytes)


def widened(manifest: Manifest, base: Packed, stop: Stop) -> tuple[Packed, ...]:
    """Packings with a widening pair on chip, of those pairs that may bring more threads than `base`, or where that does not
    fit at all, a smaller budget."""
    pairs = widening_pairs(manifest) if base.run.size_bytes else []
    if not pairs:
        return ()
    found = []
    now = worth(manifest, base.run.size_bytes, base)
    for pair in pairs:
        least = least_with(manifest, base, pair)
        if stop.now() or worth(manifest, least, base, pair) <= now:
            continue
        try:
            packed = pack_regions(manifest, stop=stop.sparing(_EFFORT), on_chip=pair, beside=base)
        except (PinsCollide, Stopped):
            continue
        found.append(packed)
    return tuple(found)


def worth(manifest: Manifest, run_bytes: Bytes, base: Packed, on_chip: frozenset[str] = frozenset()) -> Worth:
    """What so many run bytes of a choice come to."""
    block, reach = base.region_bytes, base.reach_bytes
    launch = launch_for(
        manifest, run_bytes=run_bytes, block_region_bytes=block, block_reach_bytes=reach, on_chip=on_chip
    )
    if launch is not None:
        return True, rank_of(manifest, launch), 0
    budget = minimum_budget_bytes(manifest, run_bytes, block, on_chip, reach)
    return False, _NO_RANK, -(_NO_BUDGET if budget is None else budget)


def launch_of(manifest: Manifest, packed: Packed) -> LaunchFigures | None:
    return launch_for(
        manifest,
        run_bytes=packed.run.size_bytes,
        block_region_bytes=packed.region_bytes,
        block_reach_bytes=packed.reach_bytes,
        on_chip=packed.on_chip,
    )


def threads_settled(manifest: Manifest, packed: Packed) -> bool:
    """Whether there is a launch, and the bounds of the regions allow no better one."""
    launch = launch_of(manifest, packed)
    best = launch_for(
        manifest,
        run_bytes=packed.run.lower_bound_bytes,
        block_region_bytes=packed.block.lower_bound_bytes,
        on_chip=packed.on_chip,
    )
    return launch is not None and best is not None and rank_of(manifest, launch) == rank_of(manifest, best)


def least_budget(manifest: Manifest, packings: tuple[Packed, ...]) -> Bytes | None:
    """The least budget that is enough for one of these; None where no budget is."""
    budgets = (
        minimum_budget_bytes(manifest, packed.run.size_bytes, packed.region_bytes, packed.on_chip, packed.reach_bytes)
        for packed in packings
    )
    return min((budget for budget in budgets if budget is not None), default=None)
