"""Conflicts as columns: for each life a set of columns, so that two of them meet exactly where the lives conflict.

The search and its bounds see a packing problem as buffers over columns. All buffers in one column conflict, as they do
in a phase where one thread runs straight on. Where a program branches, waits or runs several parts at the same time,
not all buffers that meet in a phase conflict, and some conflict that never meet. Then a phase keeps a largest set of
buffers that do conflict, and columns after the last phase hold the other pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from warpack.solver.flatten.problem import Phases
from warpack.solver.flatten.relation import Relation, Use, edges_of, occupied
from warpack.solver.flatten.spans import phases_of
from warpack.solver.wire.manifest import Span

MOST_COMPARED, MOST_APART = 1536, 384
"""With more different lives than this, columns are not exact: each holds all that may conflict in it. The second limit
is for lives that are not all ordered by the same barriers."""


@dataclass(frozen=True)
class Axis:
    """`columns[n]` of use number n. `plain`: they are the phases in which it is needed or not yet ordered. `exact`: two
    meet only where they conflict."""

    columns: tuple[Phases, ...]
    plain: bool
    exact: bool


def axis_of(relation: Relation, uses: Sequence[Use]) -> Axis:
    """`uses` are all of one region, so of one scope. Some may be asynchronous, and some may have all their accesses in
    one track."""
    if not uses:
        return Axis((), True, True)
    own = [occupied(relation, use, use) for use in uses]
    fences = any(use.asynchronous for use in uses) and not all(use.asynchronous for use in uses)
    homes = len({use.home for use in uses}) > 1
    if relation.unrolled.graph.straight and not fences:
        return Axis(tuple(own), True, True)
    private = relation.private(uses[0], uses[0])
    if private and not relation.groups and not fences and all(use.life.live is use.life.accesses for use in uses):
        return Axis(tuple(own), True, True)
    alike = not fences and not homes
    if len(uses) > (MOST_COMPARED if alike else MOST_APART):
        return _coarse(relation, uses, own, not alike)
    return _exact(relation, uses, own, alike)


def _coarse(relation: Relation, uses: Sequence[Use], own: Sequence[Phases], several: bool) -> Axis:
    """Everything that may conflict counts as conflicting: one more column for each group, and one for all where covers
    differ."""
    length = relation.unrolled.length
    spans: list[list[Span]] = [list(phases.spans) for phases in own]
    for number, use in enumerate(uses):
        extra = {length + 1 + group for group in relation.members(use.life)}
        if several:
            extra.add(length + 1 + len(relation.groups))
        if use.life.starts:
            extra.add(length)
        if use.life.accesses:
            spans[number] += [(column, column + 1) for column in extra]
    plain = not relation.groups and not several
    return Axis(tuple(phases_of(one) for one in spans), plain, False)


def _exact(relation: Relation, uses: Sequence[Use], own: Sequence[Phases], alike: bool) -> Axis:
    against = _neighbours(relation, uses, own, alike)
    length = relation.unrolled.length
    edges = edges_of([*own, *(use.life.accesses for use in uses)])
    stretch = {edge: number for number, edge in enumerate(edges)}
    present = [0] * max(0, len(edges) - 1)
    accessed = [0] * len(present)
    for number, (use, phases) in enumerate(zip(uses, own, strict=True)):
        if not use.life.accesses:
            continue
        for start, end in phases.spans:
            for at in range(stretch[start], stretch[end]):
                present[at] |= 1 << number
        for start, end in use.life.accesses.spans:
            for at in range(stretch[start], stretch[end]):
                accessed[at] |= 1 << number
    covered = [0] * len(uses)
    spans: list[list[Span]] = [[] for _ in uses]
    plain = True

    def column(members: int, start: int, end: int) -> None:
        for one in bits(members):
            covered[one] |= members
            spans[one].append((start, end))

    fine: dict[int, bool] = {}
    for at, members in enumerate(present):
        kept = members
        if members not in fine:
            fine[members] = _all_conflict(members, against)
        if not fine[members]:
            plain = False
            kept = _grown(accessed[at], members, against)
        column(kept, edges[at], edges[at + 1])
    beyond = length + 1
    for number in range(len(uses)):
        left = against[number] & ~covered[number]
        while left:
            pair = 1 << number | (left & -left)
            column(_grown(_grown(pair, left, against), against[number], against), beyond, beyond + 1)
            beyond += 1
            left = against[number] & ~covered[number]
            plain = False
    return Axis(tuple(own) if plain else tuple(phases_of(one) for one in spans), plain, True)


def _neighbours(relation: Relation, uses: Sequence[Use], own: Sequence[Phases], alike: bool) -> list[int]:
    """For each use a bit set of those that it conflicts with. `alike`: the same barriers order any two of them."""
    found = [0] * len(uses)
    if alike:
        masks = _masks([*(use.life.accesses for use in uses), *own])
        accessed, held = masks[: len(uses)], masks[len(uses) :]
        members = [relation.members(use.life) if relation.groups else {} for use in uses]
    for i, one in enumerate(uses):
        for j in range(i):
            if alike:
                meets = accessed[i] & held[j] or accessed[j] & held[i] or (one.life.starts and uses[j].life.starts)
                if not meets and not (members[i] and members[j] and relation.beside(one, uses[j])):
                    continue
            elif not relation.conflict(one, uses[j]):
                continue
            found[i] |= 1 << j
            found[j] |= 1 << i
    return found


def _masks(sets: Sequence[Phases]) -> list[int]:
    """Each set as bits: one bit for each stretch of phases that every set holds whole or not at all."""
    stretch = {edge: number for number, edge in enumerate(edges_of(sets))}
    masks = []
    for phases in sets:
        mask = 0
        for start, end in phases.spans:
            mask |= (1 << stretch[end]) - (1 << stretch[start])
        masks.append(mask)
    return masks


def _all_conflict(members: int, against: Sequence[int]) -> bool:
    return all(members & ~against[one] == 1 << one for one in bits(members))


def _grown(first: int, more: int, against: Sequence[int]) -> int:
    """A set in which all conflict, taken greedily from the first, then from the others."""
    found = 0
    for some in (first, more & ~first):
        for one in bits(some):
            if found & ~against[one] == 0:
                found |= 1 << one
    return found


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
