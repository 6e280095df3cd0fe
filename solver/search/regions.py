"""Both regions of a manifest, flattened and packed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from solver.flatten import flatten
from solver.flatten.items import splittable
from solver.flatten.problem import FlatManifest, RegionProblem
from solver.search.choice import Choice
from solver.search.pack import MANY_ITEMS, Packing
from solver.search.repair import repaired
from solver.search.splitting import Region, pack_in_parts
from solver.search.stop import Stop
from solver.search.windows import pack_region
from solver.wire.manifest import Manifest
from solver.wire.units import Bytes

_BLOCK_SHARE = 0.25
"""Of the time that is left, the most that the block region may take: there is one of it, and a run region per run."""

Placed = Mapping[str, Bytes]
"""Offsets in bytes by full name of the buffer."""


@dataclass(frozen=True)
class Packed:
    """`on_chip`: full names of the `auto` buffers among the items; `choice`: what is known about them, once they were searched
    for. Where that made a region smaller, parts of splittable buffers are items of their own in `flat`."""

    flat: FlatManifest
    run: Packing
    block: Packing
    on_chip: frozenset[str] = frozenset()
    choice: Choice | None = None

    @property
    def offsets(self) -> dict[str, Bytes]:
        """Offsets in their regions of all buffers on chip that have bytes; of the parts (`component/name#part`) where these
        lie apart."""
        found: dict[str, Bytes] = {}
        for problem, packing in ((self.flat.run, self.run), (self.flat.block, self.block)):
            found |= {item.name: offset for item, offset in zip(problem.items, packing.offsets, strict=True)}
        return found


Better = Callable[[Packing, Bytes, Bytes], None]
"""Called with the block region's packing and with the run bytes and their lower bound, whenever one of these gets better."""


def pack_regions(
    manifest: Manifest,
    *,
    stop: Stop,
    on_chip: frozenset[str] = frozenset(),
    start: Placed | None = None,
    better: Better | None = None,
) -> Packed:
    """Packs the block region, then the run region, from the offsets in `start` as far as these can be kept."""
    flat = flatten(manifest, on_chip)
    split = splittable(manifest, on_chip)
    in_parts = flatten(manifest, on_chip, split) if split else flat
    seed = manifest.solver.seed
    block = _pack(flat.block, in_parts.block, seed, stop.within(_BLOCK_SHARE * stop.remaining_s), start)

    def progressed(size: Bytes, bound: Bytes) -> None:
        if better is not None:
            better(block.packing, size, bound)

    run = _pack(flat.run, in_parts.run, seed, stop, start, progressed)
    return Packed(replace(flat, run=run.problem, block=block.problem), run.packing, block.packing, on_chip)


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
        return Region(whole, packing if begun is None else _or_start(whole, packing, begun))
    parts_begun = None if start is None else repaired(in_parts, start, stop)
    return pack_in_parts(whole, in_parts, seed=seed, stop=stop, starts=(begun, parts_begun), progressed=progressed)


def _or_start(problem: RegionProblem, packing: Packing, start: Sequence[Bytes]) -> Packing:
    """Regions of many items are constructed without a start; it stands where it needs no more bytes."""
    if len(problem.items) < MANY_ITEMS or problem.windows:
        return packing
    size = max(offset + item.size_bytes for offset, item in zip(start, problem.items, strict=True))
    return replace(packing, offsets=tuple(start), size_bytes=size) if size <= packing.size_bytes else packing
