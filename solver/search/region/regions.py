"""Both regions of a manifest, flattened and packed."""

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
"""What the block region may cost before the run region had its turn: there is one of it, and a run region per run."""

Placed = Mapping[str, Bytes]
"""Offsets in bytes by full name of the buffer."""


@dataclass(frozen=True)
class Packed:
    """`on_chip`: full names of the `auto` buffers among the items; `choice`: what is known about them, once they were
    searched for. Where that made a region smaller, parts of splittable buffers are items of their own in `flat`.
    `floor`: where some of the block's buffers lie over windows, what does not; `block` has the offsets of all.
    `weighed`: block and runs share one memory, and every better launch was looked at; `open_launch` is the best of
    those that nothing rules out (None: the packing's own launch is the best). `weighing`: where accesses were weighed
    against resident threads, what came of it."""

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
        """The block region: the windows begin behind it."""
        return self.block.size_bytes if self.floor is None or not self.run.size_bytes else self.floor.region_bytes

    @property
    def region(self) -> tuple[RegionProblem, Packing]:
        """What makes the block region, and how it was packed: what its lower bound is about. With windows behind it
        that is what conflicts with some buffer of a run, though more may lie there."""
        if not self.run.size_bytes:  # without windows there is nothing to lie over
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
        """Where the last of the block's buffers ends."""
        return self.block.size_bytes

    @property
    def offsets(self) -> dict[str, Bytes]:
        """Offsets in their regions of all buffers on chip that have bytes; of the parts (`component/name#part`) where
        these lie apart."""
        found: dict[str, Bytes] = {}
        for problem, packing in ((self.flat.run, self.run), (self.flat.block, self.block)):
            found |= {item.name: offset for item, offset in zip(problem.items, packing.offsets, strict=True)}
        return found


Better = Callable[[Packing, Bytes, Bytes], None]
"""Called with the block region's packing and with the run bytes and their lower bound, whenever one of these gets
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
    """Packs the block region, then the run region, from the offsets in `start` as far as these can be kept; last the
    block region again, from the beginning, where that was too much before. What of the block may lie over windows is
    laid there. `beside`: its block region is taken as it is.

    A packing that is proven is always the one that an undisturbed search from the beginning ends with, whatever the
    time limit.
    """
    split = splittable(manifest, on_chip)
    # Of both scopes, a part may lie over windows, or under the block's, where its whole buffer may not: none is kept
    # whole.
    may_stay_whole = bool(split) and not _of_both_scopes(manifest)
    in_parts = flatten(manifest, on_chip, split, stop.now, warned=not may_stay_whole)
    flat = flatten(manifest, on_chip, stopped=stop.now) if may_stay_whole else in_parts
    seed = manifest.solver.seed
    if beside is None:
        block = _pack(flat.block, in_parts.block, seed, stop.sparing(_BLOCK_EFFORT), start)
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
    """The crossing pairs of a flattened manifest, said of the items of the run region as they were placed."""
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
        return Region(whole, _honest(whole, found))
    parts_begun = None if start is None else repaired(in_parts, start, stop)
    region = pack_in_parts(whole, in_parts, seed=seed, stop=stop, starts=(begun, parts_begun), progressed=progressed)
    return replace(region, packing=_honest(in_parts, region.packing))


def _honest(problem: RegionProblem, packing: Packing) -> Packing:
    """Where a problem holds conflicts that the manifest has not, what was proven of it is no proof."""
    if problem.exact:
        return packing
    bound = lower_bound(problem)
    return replace(packing, lower_bound_bytes=bound.size_bytes, bound=bound, search=None)


def _or_start(problem: RegionProblem, packing: Packing, start: Sequence[Bytes]) -> Packing:
    """Regions of many items are constructed without a start; it stands where it needs no more bytes."""
    if len(problem.items) < MANY_ITEMS or problem.windows:
        return packing
    size = max(offset + item.size_bytes for offset, item in zip(start, problem.items, strict=True))
    return replace(packing, offsets=tuple(start), size_bytes=size) if size <= packing.size_bytes else packing
