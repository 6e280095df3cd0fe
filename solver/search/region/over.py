"""Places block-scoped buffers over the runs' windows, if they conflict with no buffer of a run.

All other block-scoped buffers are packed first, by themselves. They are the block region, and the windows begin behind
it. Then the buffers that may lie over windows are packed round them, each as low as it can lie.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from warpack.solver.flatten import flatten
from warpack.solver.flatten.problem import FlatManifest, RegionProblem
from warpack.solver.search.bounds.max_live import lower_bound
from warpack.solver.search.core.packing import Packing
from warpack.solver.search.core.pins import PinsCollide
from warpack.solver.search.core.stop import Stop, Stopped
from warpack.solver.search.region.windows import pack_region
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes


@dataclass(frozen=True)
class Floor:
    """The block-scoped items that may not lie over windows (`items`), packed by themselves (`packing`), and their end
    in the packing of all (`region_bytes`). The lower bound of `packing` holds for the block region of any layout in
    which the windows follow it."""

    items: tuple[int, ...]
    packing: Packing
    region_bytes: Bytes


def free_names(manifest: Manifest, flat: FlatManifest, split: frozenset[str]) -> frozenset[str]:
    """The names of the block-scoped items that conflict with no buffer of a run, nor with an `auto` buffer that may
    come on chip."""
    promoted = () if manifest.objective == "shared_bytes" else manifest.buffers
    autos = frozenset(buffer.full_name for buffer in promoted if buffer.location == "auto" and buffer.size)
    if not flat.block.items or flat.block.windows or not (flat.run.items or autos):
        return frozenset()
    told = flatten(manifest, autos, split, warned=False) if autos else flat
    return frozenset(item.name for number, item in enumerate(told.block.items) if number not in told.crossing)


def lay_over(
    problem: RegionProblem, packing: Packing, free: frozenset[str], *, seed: int, stop: Stop
) -> tuple[Packing, Floor]:
    """The better of two packings of the block's items. In one, the fixed items are packed first, and the free ones
    round them. The other is `packing`, in which all were packed together."""
    fixed = tuple(number for number, item in enumerate(problem.items) if item.name not in free)
    alone = problem.restrict(fixed)
    if not fixed:
        return packing, floor_of(problem, packing, free)
    try:
        floor = pack_region(alone, seed=seed, stop=stop.within(stop.remaining_s / 2))
        pins = dict(zip(fixed, floor.offsets, strict=True))
        items = tuple(
            item._replace(pinned_offset_bytes=pins[number]) if number in pins else item
            for number, item in enumerate(problem.items)
        )
        above = pack_region(replace(problem, items=items), seed=seed, stop=stop)
    except (PinsCollide, Stopped):
        return packing, floor_of(problem, packing, free)
    if above.size_bytes > packing.size_bytes:
        ends = [packing.offsets[number] + problem.items[number].size_bytes for number in fixed]
        if max(ends) <= floor.size_bytes:
            return packing, Floor(fixed, floor, max(ends))
    whole = replace(packing, offsets=above.offsets, size_bytes=above.size_bytes, puzzle=None)
    return whole, Floor(fixed, floor, floor.size_bytes)


def floor_of(problem: RegionProblem, packing: Packing, free: frozenset[str]) -> Floor:
    """The floor of a packing of all items, which is kept as it is."""
    fixed = tuple(number for number, item in enumerate(problem.items) if item.name not in free)
    ends = [packing.offsets[number] + problem.items[number].size_bytes for number in fixed]
    bound, top = lower_bound(problem.restrict(fixed)), max(ends, default=0)
    alone = Packing(tuple(packing.offsets[number] for number in fixed), top, bound.size_bytes, bound)
    return Floor(fixed, alone, top)
