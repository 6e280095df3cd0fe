"""A second, plain model of one region: whether its buffers fit into so many bytes. Built from the story alone.

It shares nothing with the optimiser: no reductions, no forbidden differences, no order of equal buffers. There is one
variable per item. Of two items that must lie apart, one lies below the other, or both lie as an in-place pair may.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import gcd
from typing import Any, Literal, NamedTuple

from warpack.solver.verifier.pieces import StoryPiece
from warpack.solver.verifier.story import Story
from warpack.solver.wire.manifest import Buffer
from warpack.solver.wire.units import Bytes

MOST_PAIRS = 200_000
"""With more pairs of items than this, the model is not used."""

MOST_CLIQUES = 256

Verdict = Literal["fits", "impossible", "open"]


@dataclass(frozen=True, slots=True)
class Item:
    """An item with one offset: a buffer, or a part of one that may be split. `offset_bytes`: the origin of its pieces'
    places."""

    name: str
    buffer: Buffer
    size_bytes: Bytes
    alignment_bytes: Bytes
    pinned_offset_bytes: Bytes | None
    pieces: tuple[StoryPiece, ...]
    offset_bytes: Bytes = 0


class Answer(NamedTuple):
    """`offsets` by the names of items, where they fit."""

    verdict: Verdict
    offsets: dict[str, Bytes]


class _Pair(NamedTuple):
    """Bytes `[first, first + size)`, counted from the starts of two items, that must lie apart, except at some
    differences of the addresses."""

    one: int
    other: int
    first: tuple[Bytes, Bytes]
    second: tuple[Bytes, Bytes]
    allowed: tuple[Bytes, ...]


def items_of(story: Story, buffers: Sequence[Buffer]) -> list[Item]:
    """Buffers in one piece, and parts of those that may be split: the first aligned as the buffer, others as their
    elements."""
    items: list[Item] = []
    for buffer in buffers:
        pieces, pin = story.pieces_of.get(buffer.full_name, ()), buffer.pinned_offset_bytes
        if not buffer.splittable or len(pieces) < 2:
            items.append(Item(buffer.full_name, buffer, buffer.size_bytes, buffer.alignment_bytes, pin, pieces))
            continue
        for piece in pieces:
            inside = piece.offset_bytes
            alignment = buffer.dtype.alignment_bytes if inside else buffer.alignment_bytes
            pinned = None if pin is None else pin + inside
            items.append(Item(piece.name, buffer, piece.size_bytes, alignment, pinned, (piece,), inside))
    return items


def fits(story: Story, items: Sequence[Item], capacity_bytes: Bytes, limit_s: float) -> Answer:
    """Whether the items fit into that many bytes; `open` where the time was too short to tell."""
    if any(item.size_bytes + (item.pinned_offset_bytes or 0) > capacity_bytes for item in items):
        return Answer("impossible", {})
    if len(items) * (len(items) - 1) // 2 > MOST_PAIRS:
        return Answer("open", {})
    pairs = [pair for one, other in combinations(range(len(items)), 2) for pair in _pairs(story, items, one, other)]
    return _Model(items, pairs, capacity_bytes).ask(limit_s)


def _pairs(story: Story, items: Sequence[Item], one: int, other: int) -> list[_Pair]:
    """All bytes of two items that must lie apart; the items as wholes, where that is equivalent."""
    first, second = items[one], items[other]
    found: list[_Pair] = []
    open_pairs = 0
    for a in first.pieces:
        for b in second.pieces:
            conflict = story.conflict_unless_permitted(a, b) if a.buffer == b.buffer else story.conflict(a, b)
            if conflict is None:
                open_pairs += 1
                continue
            at = a.offset_bytes - first.offset_bytes, b.offset_bytes - second.offset_bytes
            open_pairs += bool(conflict.allowed_differences)
            allowed = tuple(difference + at[0] - at[1] for difference in conflict.allowed_differences)
            found.append(_Pair(one, other, (at[0], a.size_bytes), (at[1], b.size_bytes), allowed))
    if found and not open_pairs:
        return [_Pair(one, other, (0, first.size_bytes), (0, second.size_bytes), ())]
    return found


class _Model:
    """Everything counted in a unit that divides every size, alignment and fixed place."""

    def __init__(self, items: Sequence[Item], pairs: Sequence[_Pair], capacity_bytes: Bytes) -> None:
        from ortools.sat.python import cp_model  # takes 0.6 s

        self._cp: Any = cp_model
        self._model: Any = cp_model.CpModel()
        self._items = items
        self._unit = _unit(items, pairs)
        self._capacity = capacity_bytes // self._unit
        self._offsets = [self._offset(item) for item in items]
        for pair in pairs:
            self._keep(pair)
        for clique in _cliques(items, pairs):
            self._model.add_no_overlap([self._interval(number) for number in clique])

    def ask(self, limit_s: float) -> Answer:
        solver = self._cp.CpSolver()
        solver.parameters.num_workers = min(8, os.cpu_count() or 1)
        solver.parameters.max_time_in_seconds = limit_s
        status = solver.solve(self._model)
        if status == self._cp.INFEASIBLE:
            return Answer("impossible", {})
        if status not in (self._cp.OPTIMAL, self._cp.FEASIBLE):
            return Answer("open", {})
        places = (solver.value(offset) * self._unit for offset in self._offsets)
        return Answer("fits", {item.name: place for item, place in zip(self._items, places, strict=True)})

    def _offset(self, item: Item) -> Any:
        unit = self._unit
        if item.pinned_offset_bytes is not None:
            return self._model.new_constant(item.pinned_offset_bytes // unit)
        step = max(1, item.alignment_bytes // unit)
        highest = self._capacity - item.size_bytes // unit
        offset = self._model.new_int_var(0, highest, "")
        if step > 1:
            self._model.add(offset == step * self._model.new_int_var(0, highest // step, ""))
        return offset

    def _interval(self, number: int) -> Any:
        size = self._items[number].size_bytes // self._unit
        return self._model.new_fixed_size_interval_var(self._offsets[number], size, "")

    def _keep(self, pair: _Pair) -> None:
        model, unit = self._model, self._unit
        one, other = self._offsets[pair.one], self._offsets[pair.other]
        (a, a_size), (b, b_size) = pair.first, pair.second
        below, above = model.new_bool_var(""), model.new_bool_var("")
        model.add(one + (a + a_size) // unit <= other + b // unit).only_enforce_if(below)
        model.add(other + (b + b_size) // unit <= one + a // unit).only_enforce_if(above)
        ways = [below, above]
        for difference in pair.allowed:
            ways.append(model.new_bool_var(""))
            model.add(other - one == difference // unit).only_enforce_if(ways[-1])
        model.add_bool_or(ways)


def _unit(items: Sequence[Item], pairs: Sequence[_Pair]) -> Bytes:
    unit = 0
    for item in items:
        unit = gcd(unit, item.size_bytes, item.alignment_bytes, item.pinned_offset_bytes or 0)
    for pair in pairs:
        unit = gcd(unit, *pair.first, *pair.second, *pair.allowed)
    return unit or 1


def _cliques(items: Sequence[Item], pairs: Sequence[_Pair]) -> list[tuple[int, ...]]:
    """Sets of items; any two items of a set must lie apart as wholes. They come from the items accessed in one
    phase."""
    whole: dict[int, set[int]] = {}
    for pair in pairs:
        covers = pair.first == (0, items[pair.one].size_bytes) and pair.second == (0, items[pair.other].size_bytes)
        if covers and not pair.allowed:
            whole.setdefault(pair.one, set()).add(pair.other)
            whole.setdefault(pair.other, set()).add(pair.one)
    starts = sorted({span[0] for item in items for piece in item.pieces for span in piece.accesses})
    found: set[tuple[int, ...]] = set()
    for phase in starts[:MOST_CLIQUES]:
        clique: list[int] = []
        for number, item in enumerate(items):
            accessed = any(start <= phase < end for piece in item.pieces for start, end in piece.accesses)
            if accessed and all(other in whole.get(number, ()) for other in clique):
                clique.append(number)
        if len(clique) > 2:
            found.add(tuple(clique))
    return sorted(found)
