"""Where every buffer of the manifest went, in the manifest's order."""

from __future__ import annotations

from dataclasses import dataclass

from warpack.solver.answer.local_memory import local_bytes, place_persistent
from warpack.solver.answer.over_windows import over_windows
from warpack.solver.answer.sharing import at_most_shares, sharing
from warpack.solver.flatten.problem import RegionProblem
from warpack.solver.search.core.packing import Packing
from warpack.solver.search.region.regions import Packed
from warpack.solver.search.region.windows import hull_of
from warpack.solver.wire.layout import (
    MOST_SHARES_LISTED,
    ComponentWindow,
    LaunchFigures,
    LocalBytes,
    PlacedBuffer,
    PlacedPart,
    Region,
)
from warpack.solver.wire.manifest import Buffer, Manifest
from warpack.solver.wire.problems import Problem
from warpack.solver.wire.units import Bytes

_NOT_LISTED = Problem(
    "shares-not-listed",
    "",
    f"shares_bytes_with is empty for every buffer: the lists would hold more than {MOST_SHARES_LISTED} names in all",
)


@dataclass(frozen=True)
class Placements:
    buffers: tuple[PlacedBuffer, ...]
    windows: tuple[ComponentWindow, ...]
    local: LocalBytes
    warnings: tuple[Problem, ...] = ()


def placements(manifest: Manifest, packed: Packed, launch: LaunchFigures | None) -> Placements:
    """Buffers of no bytes are placed at 0 and share nothing; plain local ones have no offset. `launch` None: of a
    pool."""
    on_chip = [_on_chip(buffer, packed) for buffer in manifest.buffers]
    local = [buffer for buffer, chip in zip(manifest.buffers, on_chip, strict=True) if not chip]
    persistent, persistent_bytes = place_persistent(buffer for buffer in local if buffer.persistent)
    offsets, listed = packed.offsets, _shares(packed, launch)
    shares = listed or {}
    buffers = []
    for buffer, chip in zip(manifest.buffers, on_chip, strict=True):
        name, component, size = buffer.full_name, buffer.component, buffer.size_bytes
        if chip:
            offset, parts = offsets.get(name), None
            if offset is None:
                offset, parts = _place(buffer, offsets)
            others = shares.get(name, ())
            region: Region = "pool" if manifest.of_pool else buffer.scope
            placed = PlacedBuffer(component, buffer.name, "shared", region, offset, size, parts, others)
        elif buffer.persistent:
            placed = PlacedBuffer(component, buffer.name, "local", "persistent_local", persistent[name], size)
        else:
            placed = PlacedBuffer(component, buffer.name, "local", "local", None, size)
        buffers.append(placed)
    warnings = () if listed is not None else (_NOT_LISTED,)
    plain = (buffer for buffer in local if not buffer.persistent)
    run_region: Region = "pool" if manifest.of_pool else "run"
    windows = (*_windows(packed.flat.block, packed.block, "block"), *_windows(packed.flat.run, packed.run, run_region))
    return Placements(tuple(buffers), windows, local_bytes(plain, persistent_bytes), warnings)


def _on_chip(buffer: Buffer, packed: Packed) -> bool:
    return buffer.location == "shared" or (buffer.location == "auto" and buffer.full_name in packed.on_chip)


def _place(buffer: Buffer, offsets: dict[str, Bytes]) -> tuple[Bytes | None, tuple[PlacedPart, ...] | None]:
    """The offset of a buffer that was not placed as a whole, or its parts where they lie apart. Parts that were placed
    one by one, but lie as they do in the buffer, become one piece again. Parts and buffers of no bytes are at 0."""
    if not buffer.size:
        return 0, None
    bytes_of = buffer.dtype.bytes_of
    bases = {offsets[buffer.part_name(part)] - bytes_of(part.offset) for part in buffer.parts if part.size}
    base = bases.pop()
    if not bases and base >= 0 and base % buffer.alignment_bytes == 0:
        return base, None
    return None, tuple(
        PlacedPart(part.name, offsets.get(buffer.part_name(part), 0), bytes_of(part.size)) for part in buffer.parts
    )


def _shares(packed: Packed, launch: LaunchFigures | None) -> dict[str, tuple[str, ...]] | None:
    """None where the lists would be too long to be useful."""
    regions = [
        [(offset, offset + item.size_bytes) for item, offset in zip(problem.items, packing.offsets, strict=True)]
        for problem, packing in ((packed.flat.run, packed.run), (packed.flat.block, packed.block))
    ]
    if not at_most_shares(MOST_SHARES_LISTED, regions):
        return None
    problems = (packed.flat.run, packed.flat.block)
    named = (
        [(item.buffer, start, end) for item, (start, end) in zip(problem.items, spans, strict=True)]
        for problem, spans in zip(problems, regions, strict=True)
    )
    found = {name: others for placed in named for name, others in sharing(placed).items()}
    run, block = (
        [(span, item.buffer) for item, span in zip(problem.items, spans, strict=True)]
        for problem, spans in zip(problems, regions, strict=True)
    )
    across: dict[str, set[str]] = {}
    if launch is None:
        return found
    for count, (upper, lower) in enumerate(over_windows(launch, block, run)):
        if count > MOST_SHARES_LISTED:
            return None
        across.setdefault(upper, set()).add(lower)
        across.setdefault(lower, set()).add(upper)
    return found | {name: tuple(sorted({*found[name], *others})) for name, others in across.items()}


def _windows(problem: RegionProblem, packing: Packing, region: Region) -> tuple[ComponentWindow, ...]:
    found = []
    for window in problem.windows:
        start, end = hull_of(problem, window, packing.offsets)
        found.append(ComponentWindow(window.path, region, start, end - start))
    return tuple(found)
