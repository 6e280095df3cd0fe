"""All buffers that may lie in the run region, and packings of some of them: flattened once for every choice."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from solver.flatten import flatten
from solver.flatten.items import splittable
from solver.flatten.problem import RegionProblem
from solver.search.conflicts import puzzle_of, unit_of
from solver.search.firstfit import FirstFit, PinsCollide
from solver.search.orders import rule_orders
from solver.search.pack import MANY_ITEMS
from solver.search.puzzle import Puzzle
from solver.search.stop import Stop, Stopped
from solver.search.windows import pack_region
from solver.wire.manifest import Manifest
from solver.wire.units import Bytes


@dataclass(frozen=True)
class Trial:
    """A packing of a choice (None: none was found), and whether no packing of it takes fewer bytes. `offsets` by item."""

    run_bytes: Bytes | None
    proven: bool
    offsets: dict[str, Bytes]


@dataclass(frozen=True)
class Stock:
    """`problem` has every buffer that must be in the run region, and those `auto` ones in `candidates`; parts lie apart where
    they may."""

    problem: RegionProblem
    candidates: frozenset[str]
    seed: int

    @classmethod
    def of(cls, manifest: Manifest, candidates: frozenset[str]) -> Stock:
        split = splittable(manifest, candidates)
        return cls(flatten(manifest, candidates, split).run, candidates, manifest.solver.seed)

    @property
    def many(self) -> bool:
        """Too many items to hold all pairs of them."""
        return len(self.problem.items) >= MANY_ITEMS

    def problem_of(self, on_chip: Collection[str]) -> RegionProblem:
        """The problem with these of the candidates alone."""
        return self.problem.restrict(self._items(on_chip))

    def quick(self, on_chip: Collection[str], room: Bytes | None = None) -> Trial:
        """First fit over the rule orders; ends early where `room` is enough. Windows are not kept: none is found where there are any."""
        keep = self._items(on_chip)
        best: Trial | None = None
        if self.problem.windows or not keep:
            return Trial(None if keep else 0, proven=not keep, offsets={})
        puzzle = self._puzzle.restrict(keep)
        fit = FirstFit(puzzle)
        for order in rule_orders(puzzle):
            found = fit.run(order)
            if best is None or best.run_bytes is None or found.top * self._unit < best.run_bytes:
                offsets = {
                    self.problem.items[item].name: offset * self._unit
                    for item, offset in zip(keep, found.offsets, strict=True)
                }
                best = Trial(found.top * self._unit, False, offsets)
            if room is not None and best.run_bytes is not None and best.run_bytes <= room:
                break
        return best or Trial(None, False, {})

    def exact(self, on_chip: Collection[str], stop: Stop) -> Trial:
        """The best packing that can be found until `stop`."""
        problem = self.problem_of(on_chip)
        try:
            packing = pack_region(problem, seed=self.seed, stop=stop)
        except PinsCollide:
            return Trial(None, not problem.windows, {})
        except Stopped:
            return Trial(None, False, {})
        names = (item.name for item in problem.items)
        return Trial(packing.size_bytes, packing.proven, dict(zip(names, packing.offsets, strict=True)))

    def _items(self, on_chip: Collection[str]) -> list[int]:
        left_out = self.candidates.difference(on_chip)
        return [number for number, item in enumerate(self.problem.items) if item.buffer not in left_out]

    @cached_property
    def _unit(self) -> Bytes:
        return unit_of(self.problem)

    @cached_property
    def _puzzle(self) -> Puzzle:
        return puzzle_of(self.problem, self._unit)
