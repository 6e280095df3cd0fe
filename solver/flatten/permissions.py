"""What the user allowed or forbade for single pairs: aliases and pairs kept apart, as pairs of items of one region."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from warpack.solver.flatten.items import RegionItems
from warpack.solver.flatten.spans import meet
from warpack.solver.wire.manifest import Buffer, Manifest
from warpack.solver.wire.problems import Problem

Pair = tuple[int, int]


def apart_pairs(manifest: Manifest, region: RegionItems) -> frozenset[Pair]:
    """Pairs of this region that never share a byte. Pairs across regions never do anyway."""
    pairs: set[Pair] = set()
    for first, second in manifest.apart:
        pairs.update(_pairs(region, first, second))
    return frozenset(pairs)


def alias_permits(manifest: Manifest, region: RegionItems, apart: frozenset[Pair]) -> frozenset[Pair]:
    """Pairs of this region whose conflict an alias removes: one names the other, neither is persistent, and where both
    state when they are accessed, these phases do not meet. Not transitive."""
    pairs: set[Pair] = set()
    for buffer, target in declared_aliases(manifest):
        if buffer.scope == target.scope == region.scope and _holds(buffer, target, region, region):
            pairs.update(_pairs(region, buffer.full_name, target.full_name))
    return frozenset(pairs - apart)


def aliases_across(manifest: Manifest, block: RegionItems, run: RegionItems) -> frozenset[frozenset[str]]:
    """The same for pairs of a block-scoped and a run-scoped buffer, by their full names."""
    regions = {"block": block, "run": run}
    return frozenset(
        frozenset((buffer.full_name, target.full_name))
        for buffer, target in declared_aliases(manifest)
        if buffer.scope != target.scope and _holds(buffer, target, regions[buffer.scope], regions[target.scope])
    )


def _holds(buffer: Buffer, target: Buffer, mine: RegionItems, its: RegionItems) -> bool:
    """Whether an alias of two buffers, each with its region's items, removes their conflict."""
    if buffer.persistent or target.persistent:
        return False
    if not (buffer.lifetime_given and target.lifetime_given):
        return True
    lives = (
        [
            region.uses[piece.name].life
            for number in region.index.get(one.full_name, ())
            for piece in region.items[number].pieces
        ]
        for one, region in ((buffer, mine), (target, its))
    )
    return not any(meet(one.stated, other.stated) for one, other in product(*lives))


def _pairs(region: RegionItems, first: str, second: str) -> Iterator[Pair]:
    """Every pair of an item of the first buffer and one of the second; none where one of them is not in this region."""
    for a, b in product(region.index.get(first, ()), region.index.get(second, ())):
        yield (a, b) if a < b else (b, a)


def declared_aliases(manifest: Manifest) -> Iterator[tuple[Buffer, Buffer]]:
    for buffer in manifest.buffers:
        for target in buffer.aliases:
            yield buffer, manifest.by_name[target]


def lost_aliases(manifest: Manifest) -> list[Problem]:
    """A warning for every declared alias that the locations, persistent storage or `apart` make void."""
    kept_apart = {frozenset(pair) for pair in manifest.apart}
    warnings: list[Problem] = []
    for number, buffer in enumerate(manifest.buffers):
        for target_name in buffer.aliases:
            target = manifest.by_name[target_name]
            reason = _why_lost(buffer, target)
            if reason is None and frozenset((buffer.full_name, target_name)) in kept_apart:
                reason = "`apart` keeps them from sharing a byte"
            if reason is not None:
                message = f"The alias of {buffer.full_name} to {target_name} is lost: {reason}."
                names = (buffer.full_name, target_name)
                warnings.append(Problem("alias_lost", f"/buffers/{number}/aliases", message, names))
    return warnings


def _why_lost(buffer: Buffer, target: Buffer) -> str | None:
    for one in (buffer, target):
        if one.persistent:
            return f"{one.full_name} is persistent, and its storage is never shared"
    if buffer.location == "local" and target.location == "local":
        return "local buffers are arrays of their own and share nothing"
    for one, other in ((buffer, target), (target, buffer)):
        if one.location == "local":
            return f"{one.full_name} is in local memory and {other.full_name} in {other.location}"
    return None
