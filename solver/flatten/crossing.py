"""Which block-scoped buffers may not lie over which run-scoped ones, in any window."""

from __future__ import annotations

from collections.abc import Mapping

from warpack.solver.flatten.items import RegionItems
from warpack.solver.flatten.permissions import aliases_across
from warpack.solver.flatten.problem import Item
from warpack.solver.flatten.relation import Relation
from warpack.solver.wire.manifest import Manifest

MOST_PAIRS = 250_000
"""With more pairs of items than this, it is only determined whether a buffer may lie over everything."""


def crossing(
    manifest: Manifest, block: RegionItems, run: RegionItems, relation: Relation
) -> Mapping[int, frozenset[int]]:
    """For each item of the block region, the items of the run region that it conflicts with (for all threads of the
    block together), or that `apart` keeps from it. Items that conflict with none are left out."""
    if not block.items or not run.items:
        return {}
    kept_apart = {frozenset(pair) for pair in manifest.apart}
    aliases = aliases_across(manifest, block, run) - kept_apart
    every = frozenset(range(len(run.items)))
    few = len(block.items) * len(run.items) <= MOST_PAIRS
    below = [({id(run.uses[piece.name]) for piece in item.pieces}, item.buffer) for item in run.items]
    uses = {id(use): use for use in run.uses.values()}
    known: dict[frozenset[int], frozenset[int]] = {}

    def met(item: Item) -> frozenset[int]:
        """The uses below that the item conflicts with."""
        mine = frozenset(id(block.uses[piece.name]) for piece in item.pieces)
        if mine not in known:
            upper = {id(block.uses[piece.name]): block.uses[piece.name] for piece in item.pieces}.values()
            known[mine] = frozenset(
                key for key, use in uses.items() if any(relation.conflict(one, use) for one in upper)
            )
        return known[mine]

    found: dict[int, frozenset[int]] = {}
    for number, item in enumerate(block.items):
        conflicting = met(item)
        if not few:
            if conflicting or any(item.buffer in pair for pair in kept_apart):
                found[number] = every
            continue
        over = frozenset(
            other
            for other, (those, buffer) in enumerate(below)
            if frozenset((item.buffer, buffer)) not in aliases
            and (those & conflicting or frozenset((item.buffer, buffer)) in kept_apart)
        )
        if over:
            found[number] = over
    return found
