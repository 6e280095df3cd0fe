"""Valid layouts without the optimiser: offsets by first fit, figures from the launch rules.

Placement follows the verifier's story; figures, sharing and hand-overs come from elsewhere (`warpack.solver.launch`,
`warpack.solver.flatten`, all pairs by hand), so that the verifier has something to disagree with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from warpack.solver.flatten import flatten
from warpack.solver.flatten.handoffs import list_handoffs
from warpack.solver.launch.threads import launch_for, minimum_budget_bytes
from warpack.solver.verifier.story import Story, StoryPiece, derive
from warpack.solver.wire.layout import (
    BytesProof,
    ComponentWindow,
    CountProof,
    Handoff,
    Layout,
    LocalBytes,
    PlacedBuffer,
    Proof,
    Region,
    ThreadsProof,
)
from warpack.solver.wire.manifest import Buffer, Manifest
from warpack.solver.wire.units import align_up


def first_fit(manifest: Manifest, on_chip: frozenset[str] = frozenset()) -> Layout:
    """Every buffer at the lowest offset that suits it. With contiguous windows: side by side, in order of the tree."""
    return layout_at(manifest, _offsets(manifest, on_chip), on_chip)


def layout_at(manifest: Manifest, offsets: Mapping[str, int], on_chip: frozenset[str] = frozenset()) -> Layout:
    """The layout with all shared buffers (and the `auto` ones in `on_chip`) at these offsets, by full name."""
    chosen = [buffer for buffer in manifest.buffers if _is_on_chip(buffer, on_chip)]
    ends = {"run": 0, "block": 0}
    for buffer in chosen:
        if buffer.size:
            ends[buffer.scope] = max(ends[buffer.scope], offsets[buffer.full_name] + buffer.size_bytes)
    launch = launch_for(manifest, run_bytes=ends["run"], block_region_bytes=ends["block"], on_chip=on_chip)
    if launch is None:
        return Layout(
            manifest_sha256=manifest.sha256,
            status="infeasible",
            launch=None,
            buffers=(),
            proof=_proof(0, 0, 0),
            baselines={},
            minimum_budget_bytes=minimum_budget_bytes(manifest, ends["run"], ends["block"], on_chip),
        )
    local = _local_offsets(buffer for buffer in manifest.buffers if not _is_on_chip(buffer, on_chip))
    placed = []
    for buffer in manifest.buffers:
        name = buffer.full_name
        if _is_on_chip(buffer, on_chip):
            others = sorted(other.full_name for other in chosen if _share(buffer, other, offsets))
            place = (buffer.component, buffer.name, "shared", buffer.scope, offsets[name], buffer.size_bytes)
            placed.append(PlacedBuffer(*place, shares_bytes_with=tuple(others)))
        else:
            region: Region = "persistent_local" if buffer.persistent else "local"
            place = (buffer.component, buffer.name, "local", region, local.get(name), buffer.size_bytes)
            placed.append(PlacedBuffer(*place))
    off_chip = [buffer for buffer in manifest.buffers if not _is_on_chip(buffer, on_chip)]
    return Layout(
        manifest_sha256=manifest.sha256,
        status="optimal",
        launch=launch,
        buffers=tuple(placed),
        components=tuple(_windows(manifest, chosen, offsets)),
        handoffs=_handoffs(manifest, offsets, on_chip),
        local=LocalBytes(sum(buffer.size_bytes for buffer in off_chip if not buffer.persistent), local.get("", 0)),
        proof=_proof(
            launch.threads_per_block,
            ends["run"],
            ends["block"],
            launch.occupancy.resident_threads,
            _accesses(manifest, on_chip),
        ),
        baselines={},
    )


def _is_on_chip(buffer: Buffer, on_chip: frozenset[str]) -> bool:
    return buffer.location == "shared" or buffer.full_name in on_chip


def _proof(threads: int, run_bytes: int, block_bytes: int, resident: int = 0, on_chip: int | None = None) -> Proof:
    """All that is claimed rests on searches that nobody has made."""
    searched = {"kind": "launches-ruled-out"}
    return Proof(
        ThreadsProof("optimal", threads, searched),
        _bytes_proof(run_bytes),
        _bytes_proof(block_bytes),
        CountProof("optimal", resident, searched),
        None if on_chip is None else CountProof("optimal", on_chip, searched),
    )


def _bytes_proof(bound: int) -> BytesProof:
    return BytesProof(
        "optimal", bound, {"kind": "search-exhausted", "capacity_bytes": bound - 1} if bound else {"kind": "empty"}
    )


def _accesses(manifest: Manifest, on_chip: frozenset[str]) -> int | None:
    """Of the `auto` buffers on chip; None where there are no such buffers."""
    autos = [buffer for buffer in manifest.buffers if buffer.location == "auto" and buffer.size_bytes]
    return sum(buffer.accesses for buffer in autos if buffer.full_name in on_chip) if autos else None


def _share(one: Buffer, other: Buffer, offsets: Mapping[str, int]) -> bool:
    if one is other or one.scope != other.scope or not one.size or not other.size:
        return False
    start, its_start = offsets[one.full_name], offsets[other.full_name]
    return start < its_start + other.size_bytes and its_start < start + one.size_bytes


def _offsets(manifest: Manifest, on_chip: frozenset[str]) -> dict[str, int]:
    story = derive(manifest)
    side_by_side = any(component.window == "contiguous" for component in manifest.components)
    chosen = [buffer for buffer in manifest.buffers if _is_on_chip(buffer, on_chip)]
    order = [buffer for buffer in chosen if buffer.pinned_offset_bytes is not None and buffer.size]
    if side_by_side:
        order += sorted((b for b in chosen if b not in order), key=lambda buffer: buffer.component.split("/"))
    else:
        order += sorted((b for b in chosen if b not in order), key=lambda buffer: -buffer.size_bytes)
    offsets: dict[str, int] = {}
    for buffer in order:
        if buffer.pinned_offset_bytes is not None and buffer.size:
            offsets[buffer.full_name] = buffer.pinned_offset_bytes
            continue
        placed = [other for other in order if other.full_name in offsets and other.scope == buffer.scope and other.size]
        ends = [offsets[other.full_name] + other.size_bytes for other in placed]
        starts = [offsets[other.full_name] for other in placed]
        if not buffer.size:
            candidates = [0]
        elif side_by_side:
            candidates = [max(ends, default=0)]
        else:
            candidates = sorted({0, *ends, *starts})
        offsets[buffer.full_name] = next(
            at
            for at in (align_up(candidate, buffer.alignment_bytes) for candidate in candidates)
            if all(_suits(story, buffer, at, other, offsets[other.full_name]) for other in placed)
        )
    return offsets


def _suits(story: Story, buffer: Buffer, offset: int, other: Buffer, its_offset: int) -> bool:
    for piece in story.pieces_of.get(buffer.full_name, ()):
        for its_piece in story.pieces_of.get(other.full_name, ()):
            start, its_start = offset + piece.offset_bytes, its_offset + its_piece.offset_bytes
            if not _overlap(piece, start, its_piece, its_start):
                continue
            conflict = story.conflict(piece, its_piece)
            if conflict is not None and its_start - start not in conflict.allowed_differences:
                return False
    return True


def _overlap(one: StoryPiece, start: int, other: StoryPiece, its_start: int) -> bool:
    return start < its_start + other.size_bytes and its_start < start + one.size_bytes


def _local_offsets(buffers: Iterable[Buffer]) -> dict[str, int]:
    """Persistent local buffers, one dtype's array after the other; under "" the bytes of all arrays."""
    offsets: dict[str, int] = {}
    arrays: dict[object, list[Buffer]] = {}
    for buffer in buffers:
        if buffer.persistent:
            arrays.setdefault(buffer.dtype, []).append(buffer)
    total = 0
    for members in arrays.values():
        base = end = align_up(total, 1024) if total else 0
        for buffer in members:
            if buffer.size:
                end = base + align_up(end - base, buffer.alignment_bytes)
                offsets[buffer.full_name] = end
                end += buffer.size_bytes
            else:
                offsets[buffer.full_name] = base
        total = total + end - base
    return offsets | {"": total}


def _windows(manifest: Manifest, chosen: list[Buffer], offsets: Mapping[str, int]) -> Iterable[ComponentWindow]:
    for component in manifest.components:
        if component.window == "contiguous":
            inside = [b for b in chosen if b.size and f"{b.component}/".startswith(f"{component.path}/")]
            for region in ("block", "run"):
                here = [buffer for buffer in inside if buffer.scope == region]
                if here:
                    start = min(offsets[buffer.full_name] for buffer in here)
                    end = max(offsets[buffer.full_name] + buffer.size_bytes for buffer in here)
                    yield ComponentWindow(component.path, here[0].scope, start, end - start)


def _handoffs(manifest: Manifest, offsets: Mapping[str, int], on_chip: frozenset[str]) -> tuple[Handoff, ...]:
    flat = flatten(manifest, on_chip)
    listed: list[Handoff] = []
    for problem in (flat.block, flat.run):
        listed += list_handoffs(flat, problem, [offsets[item.name] for item in problem.items])
    return tuple(sorted(set(listed), key=lambda one: (*one.order, one.start_bytes)))
