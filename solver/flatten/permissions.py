"""What the user allowed or forbade for single pairs: aliases and pairs kept apart, as pairs of items of one region."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from warpack.solver.flatten.items import Shelf
from warpack.solver.flatten.spans import meet
from warpack.solver.wire.manifest import Buffer, Manifest
from warpack.solver.wire.problems import Problem

Pair = tuple[int, int]


def apart_pairs(manifest: Manifest, shelf: Shelf) -> frozenset[Pair]:
    """Pairs of this region that never share a byte. Pairs across regions never do anyway."""
    pairs: set[Pair] = set()
    for first, second in manifest.apart:
        pairs.update(_pairs(shelf, first, second))
    return frozenset(pairs)


def alias_permits(manifest: Manifest, shelf: Shelf, apart: frozenset[Pair]) -> frozenset[Pair]:
    """Pairs of this region whose conflict an alias takes away: one names the other, neither is persistent, and where
    both say when they are accessed, these phases do not meet. Not transitive."""
    pairs: set[Pair] = set()
    for buffer, target in declared_aliases(manifest):
        if buffer.scope == target.scope == shelf.scope and _holds(buffer, target, shelf, shelf):
            pairs.update(_pairs(shelf, buffer.full_name, target.full_name))
    return frozenset(pairs - apart)


def aliases_across(manifest: Manifest, block: Shelf, run: Shelf) -> frozenset[frozenset[str]]:
    """The same for pairs of a block-scoped and a run-scoped buffer, by their full names."""
    shelves = {"block": block, "run": run}
    return frozenset(
        frozenset((buffer.full_name, target.full_name))
        for buffer, target in declared_aliases(manifest)
        if buffer.scope != target.scope and _holds(buffer, target, shelves[buffer.scope], shelves[target.scope])
    )


def _holds(buffer: Buffer, target: Buffer, mine: Shelf, its: Shelf) -> bool:
    """Whether an alias of two buffers, each with its shelf, takes their conflict away."""
    if buffer.persistent or target.persistent:
        return False
    if not (buffer.lifetime_given and target.lifetime_given):
        return True
    lives = (
        [
            shelf.uses[piece.name].life
            for number in shelf.index.get(one.full_name, ())
            for piece in shelf.items[number].pieces
        ]
        for one, shelf in ((buffer, mine), (target, its))
    )
    return not any(meet(one.stated, other.stated) for one, other in product(*lives))


def _pairs(shelf: Shelf, first: str, second: str) -> Iterator[Pair]:
    """Every item of the one buffer with every item of the other; none where one of them is not in this region."""
    for a, b in product(shelf.index.get(first, ()), shelf.index.get(second, ())):
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
