"""Flattens a manifest and packs both its regions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from warpack.solver.flatten import flatten
from warpack.solver.flatten.items import splittable
from warpack.solver.flatten.problem import FlatManifest, RegionProblem
from warpack.solver.launch.wanted import Wanted
from warpack.solver.search.bounds.max_live import lower_bound
from warpack.solver.search.core.known_choice import Choice, Weighing
from warpack.solver.search.core.packing import Packing
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.heuristics.warm_start import repaired
from warpack.solver.search.region.over import Floor, floor_of, free_names, lay_over
from warpack.solver.search.region.pack import MANY_ITEMS
from warpack.solver.search.region.splitting import Region, pack_in_parts
from warpack.solver.search.region.windows import pack_region
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes

_BLOCK_EFFORT = 1.0
"""The effort for the block region before the run region is packed. A block has one block region, but a run region for
each run."""

Placed = Mapping[str, Bytes]
"""Offsets in bytes by full name of the buffer."""


@dataclass(frozen=True)
class Packed:
    """The packings of both regions, `run` and `block`, of the problems in `flat`. Parts of splittable buffers are items
    of their own in `flat`, if that made a region smaller.

    `on_chip`: the full names of the `auto` buffers among the items. `choice`: what is known of their choice, once it
    was searched for. `floor`: if some block-scoped buffers lie over windows, those that do not; `block` has the offsets
    of all. `weighed`: the regions share one memory, and every better launch was examined. `open_launch`: the best
    launch among these that nothing rules out; None if the packing's own launch is the best. `weighing`: the result of
    weighing accesses against resident threads, if that was asked for."""

    flat: FlatManifest
    run: Packing
    block: Packing
    on_chip: frozenset[str] = frozenset()
    choice: Choice | None = None
    floor: Floor | None = None
    weighed: bool = False
    open_launch: Wanted | None = None
    weighing: Weighing | None = None

    @property
    def region_bytes(self) -> Bytes:
        """The size of the block region, behind which the windows begin."""
        return self.block.size_bytes if self.floor is None or not self.run.size_bytes else self.floor.region_bytes

    @property
    def region(self) -> tuple[RegionProblem, Packing]:
        """The problem and the packing that the block region's lower bound is about. If windows follow, its items are
        those that conflict with some buffer of a run. More items may lie there."""
        if not self.run.size_bytes:  # there are no windows to lie over
            return self.flat.block, self.block
        free = frozenset(item.name for n, item in enumerate(self.flat.block.items) if n not in self.flat.crossing)
        if self.floor is None and not free:
            return self.flat.block, self.block
        floor, names = self.floor, [item.name for item in self.flat.block.items]
        if floor is None or (floor.packing.lower_bound_bytes and any(names[number] in free for number in floor.items)):
            floor = floor_of(self.flat.block, self.block, free)
        return self.flat.block.restrict(floor.items), floor.packing

    @property
    def reach_bytes(self) -> Bytes:
        """The end of the last block-scoped buffer."""
        return self.block.size_bytes

    @property
    def offsets(self) -> dict[str, Bytes]:
        """The offsets of all buffers on chip with bytes, in their regions. If the parts of a buffer lie apart, the
        offsets are those of the parts (`component/name#part`)."""
        found: dict[str, Bytes] = {}
        for problem, packing in ((self.flat.run, self.run), (self.flat.block, self.block)):
            found |= {item.name: offset for item, offset in zip(problem.items, packing.offsets, strict=True)}
        return found


Better = Callable[[Packing, Bytes, Bytes], None]
"""Called with the block region's packing, the run bytes and their lower bound, whenever one of the latter gets
better."""


def pack_regions(
    manifest: Manifest,
    *,
    stop: Stop,
    on_chip: frozenset[str] = frozenset(),
    start: Placed | None = None,
    better: Better | None = None,
    beside: Packed | None = None,
) -> Packed:
    """Packs the block region with little effort, then the run region. If the block region was not proven, it is packed
    once more, from the beginning. Block-scoped buffers that may lie over windows are placed there. `start` are offsets
    to begin with, as far as they can be kept. `beside`: its block region is taken as it is.

    A proven packing is always the one that an undisturbed search from the beginning ends with, whatever the time limit.
    """
    split = splittable(manifest, on_chip)
    # If there are buffers of both scopes, a part may lie over or under those of the other scope although its whole
    # buffer may not. Then no buffer is kept whole.
    may_stay_whole = bool(split) and not _of_both_scopes(manifest)
    in_parts = flatten(manifest, on_chip, split, stop.now, warned=not may_stay_whole)
    flat = flatten(manifest, on_chip, stopped=stop.now) if may_stay_whole else in_parts
    seed = manifest.solver.seed
    if beside is None:
        block = _pack(flat.block, in_parts.block, seed, stop.with_effort(_BLOCK_EFFORT), start)
    else:
        block = Region(beside.flat.block, beside.block)

    def progressed(size: Bytes, bound: Bytes) -> None:
        if better is not None:
            better(block.packing, size, bound)

    run = _pack(flat.run, in_parts.run, seed, stop, start, progressed)
    if beside is None and not block.packing.proven and not stop.now():
        again = _pack(flat.block, in_parts.block, seed, stop, start)
        block = again if again.packing.size_bytes <= block.packing.size_bytes else block
    floor = None if beside is None else beside.floor
    apart = flat is in_parts or len(block.problem.items) != len(flat.block.items)
    told = in_parts if apart else flat
    if beside is None:
        free = free_names(manifest, told, split if apart else frozenset())
        if free:
            packing, floor = lay_over(block.problem, block.packing, free, seed=seed, stop=stop)
            block = replace(block, packing=packing)
    whole = replace(flat, run=run.problem, block=block.problem, crossing=_crossing(told, run.problem))
    return Packed(whole, run.packing, block.packing, on_chip, floor=floor)


def _of_both_scopes(manifest: Manifest) -> bool:
    return len({buffer.scope for buffer in manifest.buffers if buffer.size and buffer.location != "local"}) > 1


def _crossing(flat: FlatManifest, run: RegionProblem) -> Mapping[int, frozenset[int]]:
    """The crossing pairs of a flattened manifest, by the items of the run region as they were placed."""
    if run is flat.run or not flat.crossing:
        return flat.crossing
    met = {flat.run.items[other].buffer for others in flat.crossing.values() for other in others}
    of = {name: frozenset(n for n, item in enumerate(run.items) if item.buffer == name) for name in met}
    return {
        number: frozenset().union(*(of[flat.run.items[other].buffer] for other in others))
        for number, others in flat.crossing.items()
    }


def _pack(
    whole: RegionProblem,
    in_parts: RegionProblem,
    seed: int,
    stop: Stop,
    start: Placed | None,
    progressed: Callable[[Bytes, Bytes], None] | None = None,
) -> Region:
    begun = None if start is None else repaired(whole, start, stop)
    if len(in_parts.items) == len(whole.items):
        packing = pack_region(whole, seed=seed, stop=stop, start=begun, progressed=progressed)
        found = packing if begun is None else _or_start(whole, packing, begun)
        return Region(whole, _without_unfounded_proof(whole, found))
    parts_begun = None if start is None else repaired(in_parts, start, stop)
    region = pack_in_parts(whole, in_parts, seed=seed, stop=stop, starts=(begun, parts_begun), progressed=progressed)
    return replace(region, packing=_without_unfounded_proof(in_parts, region.packing))


def _without_unfounded_proof(problem: RegionProblem, packing: Packing) -> Packing:
    """The packing without its proof, if the problem has conflicts that the manifest does not have."""
    if problem.exact:
        return packing
    bound = lower_bound(problem)
    return replace(packing, lower_bound_bytes=bound.size_bytes, bound=bound, search=None)


def _or_start(problem: RegionProblem, packing: Packing, start: Sequence[Bytes]) -> Packing:
    """The packing, or `start` if that needs no more bytes. Regions of many items are constructed without a start."""
    if len(problem.items) < MANY_ITEMS or problem.windows:
        return packing
    size = max(offset + item.size_bytes for offset, item in zip(start, problem.items, strict=True))
    return replace(packing, offsets=tuple(start), size_bytes=size) if size <= packing.size_bytes else packing
