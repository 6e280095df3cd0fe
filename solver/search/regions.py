"""Both regions of a manifest, flattened and packed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from solver.flatten import flatten
from solver.flatten.problem import FlatManifest, RegionProblem
from solver.search.pack import Packing
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
    """`on_chip`: full names of the `auto` buffers among the items."""

    flat: FlatManifest
    run: Packing
    block: Packing
    on_chip: frozenset[str] = frozenset()

    @property
    def offsets(self) -> dict[str, Bytes]:
        """Offsets of all buffers on chip that have bytes, in their regions."""
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
    """Packs the block region, then the run region, from the offsets in `start` where they place every item and are legal."""
    flat = flatten(manifest, on_chip)
    seed = manifest.solver.seed
    block = pack_region(
        flat.block, seed=seed, stop=stop.within(_BLOCK_SHARE * stop.remaining_s), start=_start(flat.block, start)
    )

    def progressed(size: Bytes, bound: Bytes) -> None:
        if better is not None:
            better(block, size, bound)

    run = pack_region(flat.run, seed=seed, stop=stop, start=_start(flat.run, start), progressed=progressed)
    return Packed(flat, run, block, on_chip)


def _start(problem: RegionProblem, placed: Placed | None) -> Sequence[Bytes] | None:
    if placed is None or not all(item.name in placed for item in problem.items):
        return None
    return [placed[item.name] for item in problem.items]
