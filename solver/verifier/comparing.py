"""Baselines, derived again: the bytes of the simpler rules and of the user's own layout, and the launch of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import lcm
from typing import NamedTuple

from warpack.solver.verifier.block_size import block_sizes
from warpack.solver.verifier.blocks import Block
from warpack.solver.verifier.findings import Findings
from warpack.solver.verifier.over import NO_WINDOWS, RunWindows
from warpack.solver.verifier.overlaps import bytes_in_common, check_overlaps, conflict_at
from warpack.solver.verifier.placement import PlacedPiece
from warpack.solver.verifier.spans import common, covers, meet, merged
from warpack.solver.verifier.story import Story, derive
from warpack.solver.verifier.weighing import residents_first
from warpack.solver.wire.layout import MOST_BROKEN_LISTED, Baseline, Layout, Region, ThreadsBy
from warpack.solver.wire.manifest import Buffer, HandLayout, Manifest
from warpack.solver.wire.report import Finding
from warpack.solver.wire.units import Bytes, align_up


def check_baselines(manifest: Manifest, layout: Layout, on_chip: Sequence[Buffer], findings: Findings) -> None:
    """Checks every figure of each baseline that the layout states, and every rule that the user's own layout is said to
    break. `manifest` is the one that was posted: where sizes depend on the threads of the block, each baseline has its
    own best block. A layout need not state baselines. If it does, it must state the user's own layout where the
    manifest has one."""
    stated, own = layout.baselines, manifest.baseline
    if not stated:
        return
    if ("by_hand" in stated) != (own is not None):
        message = "the layout compares with a layout made by hand" if own is None else "the baselines lack by_hand"
        findings.add("baseline", f"{message}, but the manifest has {'none' if own is None else 'one'}")
    if manifest.of_pool:
        _check_pool_baselines(manifest, stated, on_chip, findings)
        return
    for name, rule in _RULES:
        if name in stated:
            _compare(name, stated[name], _of_rule(manifest, on_chip, rule), findings)
    if own is not None and "by_hand" in stated:
        story = findings.story
        if manifest.grows and own.threads_per_block is not None:
            manifest = manifest.in_block(own.threads_per_block)
            story = derive(manifest)
        placed = [buffer for buffer in manifest.buffers if own.places(buffer)]
        rules = manifest
        if own.threads_per_block is not None:
            launch = replace(manifest.launch, threads_per_block=own.threads_per_block, max_threads_per_block=1024)
            rules = replace(manifest, launch=launch)
        places = [one for one in _own_places(manifest, own) if one.size]
        reach = max((one.offset + one.size for one in places if one.buffer.scope == "block"), default=0)
        right, windows = _launched(rules, placed, (own.run_bytes, own.block_region_bytes, reach), beyond=True)
        _compare("by_hand", stated["by_hand"], right, findings)
        _check_broken(manifest, places, windows, stated["by_hand"].broken, story, findings)


def _check_pool_baselines(
    manifest: Manifest, stated: Mapping[str, Baseline], buffers: Sequence[Buffer], findings: Findings
) -> None:
    """Those of a pool have bytes alone."""
    for name, rule in _RULES:
        if name in stated:
            _compare(name, stated[name], Baseline(0, 0, pool_bytes=rule(buffers)), findings)
    own = manifest.baseline
    if own is not None and "by_hand" in stated:
        places = [one for one in _own_places(manifest, own) if one.size]
        size = max([own.pool_bytes, *(one.offset + one.size for one in places)])
        _compare("by_hand", stated["by_hand"], Baseline(0, 0, pool_bytes=size), findings)
        _check_broken(manifest, places, NO_WINDOWS, stated["by_hand"].broken, findings.story, findings)


def _of_rule(manifest: Manifest, on_chip: Sequence[Buffer], rule: Callable[[Iterable[Buffer]], Bytes]) -> Baseline:
    if not manifest.grows:
        return _of_sizes(manifest, on_chip, rule)
    given, names = manifest.launch.threads_per_block, {buffer.full_name for buffer in on_chip}
    blocks = [given] if given is not None else block_sizes(manifest)
    found: Baseline | None = None
    for threads in blocks:  # whole multiples first, smallest first
        sized = manifest.in_block(threads)
        one = _of_sizes(sized, [buffer for buffer in sized.buffers if buffer.full_name in names], rule)
        if found is None or (one.threads_per_block and (not found.threads_per_block or _better(manifest, one, found))):
            found = one
    by: ThreadsBy = "resident_threads" if residents_first(manifest) else "threads_per_block"
    return Baseline(0, 0) if found is None else replace(found, threads_by="given" if given is not None else by)


def _better(manifest: Manifest, one: Baseline, found: Baseline) -> bool:
    """Whether `one` is the better block; both fit."""
    step = lcm(manifest.launch.threads_per_run, manifest.launch.threads_multiple)
    if found.threads_per_block % step != one.threads_per_block % step and found.threads_per_block % step == 0:
        return False
    if manifest.objective == "shared_bytes":
        return False
    if not residents_first(manifest):
        return one.threads_per_block > found.threads_per_block
    if one.resident_threads != found.resident_threads:
        return one.resident_threads > found.resident_threads
    return manifest.objective != "resident_threads" and one.threads_per_block > found.threads_per_block


def _of_sizes(manifest: Manifest, on_chip: Sequence[Buffer], rule: Callable[[Iterable[Buffer]], Bytes]) -> Baseline:
    sizes = [rule([one for one in on_chip if one.scope == scope]) for scope in ("run", "block")]
    found, _ = _launched(manifest, on_chip, (sizes[0], sizes[1], 0), beyond=False)
    return found


def _compare(name: str, stated: Baseline, right: Baseline, findings: Findings) -> None:
    for figure in (
        "run_bytes",
        "block_region_bytes",
        "dynamic_shared_bytes",
        "threads_per_block",
        "blocks_per_sm",
        "resident_threads",
        "threads_by",
        "over_budget",
        "pool_bytes",
    ):
        findings.expect("baseline", f"baselines.{name}.{figure}", getattr(stated, figure), getattr(right, figure))


def _launched(
    manifest: Manifest, on_chip: Iterable[Buffer], size: tuple[Bytes, Bytes, Bytes], *, beyond: bool
) -> tuple[Baseline, RunWindows]:
    """Figures, and where the windows lie. `size`: run bytes, block region, and where the last block-scoped buffer ends
    if some lie over windows. `beyond`: if nothing fits the budget, use the architecture's largest."""
    run_bytes, block_bytes, reach = size
    rules = manifest.launch
    by: ThreadsBy = "resident_threads" if residents_first(manifest) else "threads_per_block"
    if rules.threads_per_block is not None:
        by = "given"
    found, windows = Baseline(run_bytes, 0, block_bytes), RunWindows(0, 0, 0)
    buffers = list(on_chip)
    for over in (False, True) if beyond else (False,):
        budget = replace(manifest.target, shared_budget_bytes="opt-in") if over else manifest.target
        block = Block.of(replace(manifest, target=budget), buffers, run_bytes, block_bytes)
        block = replace(block, highest=reach)
        stride = block.stride(avoid=rules.bank_conflicts == "avoid")
        threads = block.chosen_threads(stride)
        if threads is not None:
            dynamic = block.dynamic(threads, stride)
            blocks = min(block.limits(threads, block.static + dynamic).values())
            found = Baseline(run_bytes, threads, block_bytes, dynamic, blocks, blocks * threads)
            windows = RunWindows(block.base, stride, threads // rules.threads_per_run if stride else 0)
        found = replace(found, over_budget=over)
        if threads is not None:
            break
    return replace(found, threads_by=by), windows


def _no_sharing(buffers: Iterable[Buffer]) -> Bytes:
    end = 0
    for buffer in buffers:
        if buffer.size_bytes:
            end = align_up(end, buffer.alignment_bytes) + buffer.size_bytes
    return end


def _declared_aliases(buffers: Iterable[Buffer]) -> Bytes:
    """First the buffers without an alias. Then each of the others goes into the first of its targets that has room,
    after what lies there already, or at the end."""
    with_bytes = [buffer for buffer in buffers if buffer.size_bytes]
    end = 0
    used: dict[str, Bytes] = {}
    ends: dict[str, Bytes] = {}
    persistent = {buffer.full_name for buffer in with_bytes if buffer.persistent}
    for buffer in sorted(with_bytes, key=lambda one: bool(one.aliases)):
        name, size, at = buffer.full_name, buffer.size_bytes, -1
        for target in buffer.aliases:
            if target in used and name not in persistent and target not in persistent:
                inside = align_up(used[target], buffer.alignment_bytes)
                if inside + size <= ends[target]:
                    at = inside
                    used[target] = inside + size
                    break
        if at < 0:
            at = align_up(end, buffer.alignment_bytes)
            end = at + size
        used[name], ends[name] = at, at + size
    return end


_RULES: tuple[tuple[str, Callable[[Iterable[Buffer]], Bytes]], ...] = (
    ("no_sharing", _no_sharing),
    ("declared_aliases", _declared_aliases),
)


class _Own(NamedTuple):
    """A buffer or part that has an offset of its own in the user's layout."""

    name: str
    buffer: Buffer
    region: Region
    offset: Bytes
    size: Bytes
    alignment: Bytes


def _own_places(manifest: Manifest, own: HandLayout) -> Iterator[_Own]:
    for buffer in manifest.buffers:
        region: Region = "pool" if manifest.of_pool else buffer.scope
        for name, offset in own.places(buffer):
            if name == buffer.full_name:
                yield _Own(name, buffer, region, offset, buffer.size_bytes, buffer.alignment_bytes)
                continue
            part = next(part for part in buffer.parts if buffer.part_name(part) == name)
            alignment = buffer.dtype.alignment_bytes if part.offset else buffer.alignment_bytes
            yield _Own(name, buffer, region, offset, buffer.dtype.bytes_of(part.size), alignment)


def _check_broken(
    manifest: Manifest,
    places: Sequence[_Own],
    windows: RunWindows,
    stated: Sequence[Finding],
    story: Story,
    findings: Findings,
) -> None:
    """Checks that every listed finding is true, and that a list that is not full leaves nothing out."""
    placed = list(_pieces(story, places))
    judged = Findings(story)
    check_overlaps(manifest, placed, windows, judged)
    right = {_key(one) for one in (*_misplaced(places), *judged.found) if one.buffers}
    cut_short = any(not one.buffers for one in judged.found)
    for one in stated:
        if _key(one) not in right and not (cut_short and _is_so(story, placed, windows, one)):
            findings.add(
                "baseline", f"baselines.by_hand is said to break {_said(_key(one))}, but does not", *one.buffers
            )
        elif one.rule in ("overlap", "apart") and not _phase_is_so(story, one):
            findings.add(
                "baseline", f"baselines.by_hand breaks {_said(_key(one))}, but not in phase {one.phase}", *one.buffers
            )
    if len(stated) < MOST_BROKEN_LISTED:
        for key in sorted(right - {_key(one) for one in stated}, key=str):
            findings.add("baseline", f"baselines.by_hand breaks {_said(key)}, which is not listed", *key[1])


_Key = tuple[str, tuple[str, ...], str | None, Bytes | None, Bytes | None]


def _key(one: Finding) -> _Key:
    return one.rule, tuple(sorted(one.buffers)), one.region, one.start_bytes, one.end_bytes


def _said(key: _Key) -> str:
    rule, names, region, start, end = key
    return f"{rule} of {' and '.join(names)} in bytes [{start}, {end}) of the {region} region"


def _phase_is_so(story: Story, one: Finding) -> bool:
    """Whether one is accessed in this phase while the other is needed, or may be, since it runs beside; or whether they
    conflict there for another reason. Where nobody needs one while the other is accessed, None is right too."""
    a, b = (story.piece_by_name[name] for name in one.buffers)
    if one.phase is None:
        return not (meet(a.accesses, b.live) or meet(a.live, b.accesses))
    threads = story.threads_of(a, b)
    met = (*common(a.accesses, story.occupied(b, threads)), *common(story.occupied(a, threads), b.accesses))
    conflict = story.conflict_unless_permitted(a, b)
    return covers(merged(met), one.phase) or (conflict is not None and covers(conflict.phases, one.phase))


def _misplaced(places: Iterable[_Own]) -> Iterator[Finding]:
    for one in places:
        there = (one.region, one.offset, one.offset + one.size)
        pin = one.buffer.pinned_offset_bytes
        if one.offset % one.alignment:
            yield Finding("misaligned", "", (one.name,), *there)
        if pin is not None and one.offset != pin:
            yield Finding("pin-moved", "", (one.name,), *there)


def _pieces(story: Story, places: Iterable[_Own]) -> Iterator[PlacedPiece]:
    for one in places:
        whole = one.name == one.buffer.full_name
        for piece in story.pieces_of.get(one.buffer.full_name, ()):
            if whole or piece.name == one.name:
                at = one.offset + (piece.offset_bytes if whole else 0)
                yield PlacedPiece(piece, one.region, at, at + piece.size_bytes)


def _is_so(story: Story, placed: Sequence[PlacedPiece], windows: RunWindows, one: Finding) -> bool:
    """For lists of findings that are cut short: whether this pair shares these bytes and must not."""
    pair = [piece for piece in placed if piece.piece.name in one.buffers]
    if len(pair) != 2 or bytes_in_common(pair[0], pair[1], windows) != (one.start_bytes, one.end_bytes):
        return False
    if one.rule == "apart":
        conflict = story.conflict(pair[0].piece, pair[1].piece)
        return conflict is not None and conflict.apart
    return one.rule == "overlap" and conflict_at(pair[0], pair[1], windows, story) is not None
