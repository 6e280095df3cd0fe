"""A quick lower bound on the bytes of a choice of buffers, counted phase by phase as buffers are added.

Two buffers that may share bytes by an alias or an in-place pair belong to one *group*. Of the chosen pieces of a group
that are live in a phase, only the largest counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from warpack.solver.flatten.problem import RegionProblem
from warpack.solver.wire.units import Bytes

Held = dict[tuple[int, int], Bytes]
"""The largest chosen piece of a group in a stretch."""

Used = list[Bytes]
"""Bytes in use in each stretch of phases."""


class Demand:
    """`cliques` are sets of items of which no two may share a byte in any phase. Each counts as a stretch of its own.

    `weights[c]`: the (stretch, bytes) that candidate c adds in any case. `grouped[c]`: the (stretch, group, bytes) that
    it adds if no larger piece of its group is chosen. `start`: bytes of the buffers that are on chip in any case."""

    def __init__(
        self, problem: RegionProblem, candidates: Sequence[str], cliques: Sequence[Sequence[int]] = ()
    ) -> None:
        edges = sorted({e for item in problem.items for p in item.pieces for span in p.occupied.spans for e in span})
        place = {edge: number for number, edge in enumerate(edges)}
        group = _groups(problem)
        number_of = {name: number for number, name in enumerate(candidates)}
        plain: list[defaultdict[int, Bytes]] = [defaultdict(int) for _ in candidates]
        hidden: list[defaultdict[tuple[int, int], Bytes]] = [defaultdict(int) for _ in candidates]
        self.start: Used = [0] * (len(edges) + len(cliques))
        for stretch, clique in enumerate(cliques, len(edges)):
            for index in clique:
                item = problem.items[index]
                candidate = number_of.get(item.buffer)
                if candidate is None:
                    self.start[stretch] += item.size_bytes
                else:
                    plain[candidate][stretch] += item.size_bytes
        self._held: Held = {}
        for index, item in enumerate(problem.items):
            candidate = number_of.get(item.buffer)
            for piece in item.pieces:
                for first, last in ((place[a], place[b]) for a, b in piece.occupied.spans):
                    for stretch in range(first, last):
                        if index in group:
                            key = stretch, group[index]
                            if candidate is None:
                                self._held[key] = max(self._held.get(key, 0), piece.size_bytes)
                            else:
                                hidden[candidate][key] = max(hidden[candidate][key], piece.size_bytes)
                        elif candidate is None:
                            self.start[stretch] += piece.size_bytes
                        else:
                            plain[candidate][stretch] += piece.size_bytes
        for (stretch, _), size in self._held.items():
            self.start[stretch] += size
        kept = _undominated(self.start, plain, hidden)
        new = {stretch: number for number, stretch in enumerate(kept)}
        self.start = [self.start[stretch] for stretch in kept]
        self._held = {(new[stretch], one): size for (stretch, one), size in self._held.items() if stretch in new}
        self.weights = [tuple((new[s], size) for s, size in sorted(one.items()) if s in new) for one in plain]
        self.grouped = [
            tuple((new[s], which, size) for (s, which), size in sorted(one.items()) if s in new) for one in hidden
        ]

    @property
    def held(self) -> Held:
        """For each group and stretch, the largest piece that is on chip in any case."""
        return dict(self._held)

    def add(self, used: Used, held: Held, candidate: int) -> None:
        """Adds a candidate to `used` and `held`."""
        for stretch, size in self.weights[candidate]:
            used[stretch] += size
        for stretch, group, size in self.grouped[candidate]:
            more = size - held.get((stretch, group), 0)
            if more > 0:
                used[stretch] += more
                held[stretch, group] = size

    def fits(self, used: Used, held: Held, candidate: int, room: Bytes) -> bool:
        """Whether this count allows the candidate within `room`."""
        for stretch, size in self.weights[candidate]:
            if used[stretch] + size > room:
                return False
        return all(
            used[stretch] + size - held.get((stretch, group), 0) <= room
            for stretch, group, size in self.grouped[candidate]
        )


def _groups(problem: RegionProblem) -> dict[int, int]:
    """The items that may share bytes with another although both are live, each with its group."""
    pairs = [(entry.read, entry.write) for entry in problem.in_place] + list(problem.alias_permits)
    parent: dict[int, int] = {}

    def root(item: int) -> int:
        while parent.setdefault(item, item) != item:
            item = parent[item]
        return item

    for one, other in pairs:
        parent[root(one)] = root(other)
    return {item: root(item) for item in list(parent)}


def _undominated(
    start: Used, plain: Iterable[dict[int, Bytes]], hidden: Iterable[dict[tuple[int, int], Bytes]]
) -> list[int]:
    """The stretches that no other one dominates, by needing at least as many bytes of every candidate and group."""
    columns: list[dict[object, Bytes]] = [{"": size} if size else {} for size in start]
    for candidate, one in enumerate(plain):
        for stretch, size in one.items():
            columns[stretch][candidate] = size
    for candidate, other in enumerate(hidden):
        for (stretch, group), size in other.items():
            columns[stretch][candidate, group] = size
    order = sorted(range(len(columns)), key=lambda stretch: (-sum(columns[stretch].values()), stretch))
    kept: list[int] = []
    for stretch in order:
        column = columns[stretch]
        if column and not any(_covers(columns[other], column) for other in kept):
            kept.append(stretch)
    return sorted(kept)


def _covers(larger: dict[object, Bytes], smaller: dict[object, Bytes]) -> bool:
    return all(larger.get(key, 0) >= size for key, size in smaller.items())
