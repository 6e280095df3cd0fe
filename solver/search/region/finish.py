"""The last packing of a solve, searched from the beginning."""

from __future__ import annotations

from dataclasses import replace

from warpack.solver.flatten import flatten
from warpack.solver.flatten.items import splittable
from warpack.solver.search.core.packing import unclaimed
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.region.regions import Packed, Placed, pack_regions
from warpack.solver.wire.manifest import Manifest


def finished(manifest: Manifest, base: Packed, on_chip: frozenset[str], known: Placed, stop: Stop) -> Packed:
    """A packing with these `auto` buffers on chip. It has at most the run bytes of the offsets in `known`, and at most
    the block region of `base`.

    Earlier searches found `known` and `base` on the way to other results. They are used only if nothing as good is
    proven in time. So a proven packing does not depend on how far those searches came.
    """
    if on_chip == base.on_chip and base.run.proven and base.block.proven:
        return base
    beside = base if base.block.proven else None
    packed = pack_regions(manifest, stop=stop, on_chip=on_chip, start=manifest.solver.warm_start, beside=beside)
    if packed.block.size_bytes > base.block.size_bytes:
        flat = replace(packed.flat, block=base.flat.block, crossing=base.flat.crossing)
        packed = replace(packed, block=base.block, floor=base.floor, flat=flat)
    return packed if packed.run.proven else _no_larger(manifest, packed, known)


def _no_larger(manifest: Manifest, packed: Packed, known: Placed) -> Packed:
    """The packing, with the run region of `known` if that takes fewer bytes."""
    problem = flatten(manifest, packed.on_chip, splittable(manifest, packed.on_chip), warned=False).run
    offsets = tuple(
        known[item.name] if item.name in known else known[item.buffer] + item.start_bytes for item in problem.items
    )
    size = max((offset + item.size_bytes for offset, item in zip(offsets, problem.items, strict=True)), default=0)
    if size >= packed.run.size_bytes:
        return packed
    run = unclaimed(problem, replace(packed.run, offsets=offsets, size_bytes=size, puzzle=None))
    return replace(packed, run=run, flat=replace(packed.flat, run=problem))
