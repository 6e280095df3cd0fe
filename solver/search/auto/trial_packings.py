"""Packings of choices of `auto` buffers. All buffers that may lie in the run region are flattened once, for all
choices."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

from warpack.solver.flatten import flatten
from warpack.solver.flatten.items import splittable
from warpack.solver.flatten.problem import RegionProblem
from warpack.solver.search.core.conflicts import puzzle_of, unit_of
from warpack.solver.search.core.laying import FirstFit
from warpack.solver.search.core.pins import PinsCollide
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop, Stopped
from warpack.solver.search.exact.bitset_dfs import search_bits
from warpack.solver.search.heuristics.orders import rule_orders
from warpack.solver.search.region.pack import MANY_ITEMS
from warpack.solver.search.region.windows import pack_region
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes

_SEARCH_NODES = 300
"""The nodes of the bitset search for whether a choice fits. After it comes the whole search for a region."""

_MOST_CLIQUES = 100


@dataclass(frozen=True)
class Trial:
    """A packing of a choice: its `offsets` by item, and its `run_bytes`, or None if none was found. `impossible`: there
    is none within the given room. `at_least` is a lower bound on the run bytes."""

    run_bytes: Bytes | None
    impossible: bool = False
    offsets: dict[str, Bytes] = field(default_factory=dict)
    at_least: Bytes = 0


@dataclass(frozen=True)
class TrialPackings:
    """`problem` has all buffers that must be in the run region, and the `auto` ones in `candidates`. Parts of
    splittable buffers are items of their own."""

    problem: RegionProblem
    candidates: frozenset[str]
    seed: int

    @classmethod
    def of(cls, manifest: Manifest, candidates: frozenset[str]) -> TrialPackings:
        """The trial packings of a manifest with these `auto` buffers as candidates."""
        split = splittable(manifest, candidates)
        return cls(flatten(manifest, candidates, split, warned=False).run, candidates, manifest.solver.seed)

    def cliques(self, on_chip: Collection[str]) -> list[list[int]]:
        """The maximal cliques of `problem_of(on_chip)`: items of which no two may ever share a byte. Some are left out
        if there are many."""
        whole = self._puzzle.restrict(self._items(on_chip)).whole
        found: list[list[int]] = []

        def extend(clique: list[int], open_: set[int], done: set[int]) -> None:
            if len(found) >= _MOST_CLIQUES:
                return
            if not open_:
                if not done and len(clique) > 1:
                    found.append(clique)
                return
            pivot = max(sorted(open_ | done), key=lambda item: len(whole[item] & open_))
            for item in sorted(open_ - whole[pivot]):
                extend([*clique, item], open_ & whole[item], done & whole[item])
                open_ = open_ - {item}
                done = done | {item}

        extend([], set(range(len(whole))), set())
        return found

    @property
    def many(self) -> bool:
        """Whether there are too many items to hold all their pairs."""
        return len(self.problem.items) >= MANY_ITEMS

    def problem_of(self, on_chip: Collection[str]) -> RegionProblem:
        """The problem without the other candidates."""
        return self.problem.restrict(self._items(on_chip))

    def quick(self, on_chip: Collection[str], room: Bytes | None = None) -> Trial:
        """First fit along the rule orders, until a packing fits into `room`. It does not keep windows, so it finds none
        if there are windows."""
        keep = self._items(on_chip)
        best: Trial | None = None
        if self.problem.windows or not keep:
            return Trial(None if keep else 0)
        puzzle = self._puzzle.restrict(keep)
        fit = FirstFit(puzzle)
        for order in rule_orders(puzzle):
            found = fit.run(order)
            if best is None or best.run_bytes is None or found.top * self._unit < best.run_bytes:
                offsets = {
                    self.problem.items[item].name: offset * self._unit
                    for item, offset in zip(keep, found.offsets, strict=True)
                }
                best = Trial(found.top * self._unit, offsets=offsets)
            if room is not None and best.run_bytes is not None and best.run_bytes <= room:
                break
        return best or Trial(None)

    def within(self, on_chip: Collection[str], room: Bytes, stop: Stop) -> Trial:
        """A packing within `room`, or a proof that there is none. Neither, if `stop` came first."""
        trial = self.quick(on_chip, room)
        if trial.run_bytes is not None and trial.run_bytes <= room:
            return trial
        try:
            searched = None if self.problem.windows else self._searched(on_chip, room, stop)
            return self._packed(on_chip, room, stop) if searched is None else searched
        except Stopped:
            return Trial(None)

    def tight(self, on_chip: Collection[str], room: Bytes, stop: Stop) -> Trial:
        """The best packing that the time allows."""
        try:
            return self._packed(on_chip, room, stop)
        except Stopped:
            return Trial(None)

    def _searched(self, on_chip: Collection[str], room: Bytes, stop: Stop) -> Trial | None:
        """The result of the bitset search; None if it did not end."""
        keep = self._items(on_chip)
        puzzle = self._puzzle.restrict(keep)
        attempt = search_bits(puzzle, room // self._unit, node_limit=_SEARCH_NODES, stop=stop)
        if attempt.verdict == "packed":
            offsets = {
                self.problem.items[item].name: offset * self._unit
                for item, offset in zip(keep, attempt.offsets, strict=True)
            }
            return Trial(puzzle.top(attempt.offsets) * self._unit, offsets=offsets)
        return Trial(None, impossible=True) if attempt.verdict == "impossible" else None

    def _packed(self, on_chip: Collection[str], room: Bytes, stop: Stop) -> Trial:
        problem = self.problem_of(on_chip)
        try:
            packing = pack_region(problem, seed=self.seed, stop=stop)
        except PinsCollide:
            return Trial(None, impossible=not problem.windows)
        names = (item.name for item in problem.items)
        offsets = dict(zip(names, packing.offsets, strict=True))
        return Trial(packing.size_bytes, packing.lower_bound_bytes > room, offsets, packing.lower_bound_bytes)

    def _items(self, on_chip: Collection[str]) -> list[int]:
        left_out = self.candidates.difference(on_chip)
        return [number for number, item in enumerate(self.problem.items) if item.buffer not in left_out]

    @cached_property
    def _unit(self) -> Bytes:
        return unit_of(self.problem)

    @cached_property
    def _puzzle(self) -> Puzzle:
        return puzzle_of(self.problem, self._unit)
