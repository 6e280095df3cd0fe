"""What a changed manifest would save: the manifest with one more promise or barrier.

It is flattened and packed by first fit, near the known offsets. So the true saving is at least what is reported.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from warpack.solver.answer.settling import Settling
from warpack.solver.answer.what_if import MOST_ITEMS
from warpack.solver.flatten import flatten
from warpack.solver.flatten.problem import RegionProblem
from warpack.solver.search.bounds.max_live import max_live
from warpack.solver.search.core.conflicts import puzzle_of, unit_of
from warpack.solver.search.core.packing import Packing
from warpack.solver.search.region.regions import Packed
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes

MOST_NODES = 1000
"""Programs with more straight stretches are not flattened again."""


class Saved(NamedTuple):
    """Bytes of one run's window, and of the block region."""

    run: Bytes
    block: Bytes


@dataclass(frozen=True)
class Trying:
    """Compares changed manifests with the packing of one. If some block-scoped buffers lie over windows, the block
    region is not compared."""

    packed: Packed

    @cached_property
    def worthwhile(self) -> bool:
        """Whether the program is small enough to be flattened again, and some region is larger than what is accessed in
        any one phase, which no change reduces."""
        flat, relation = self.packed.flat, self.packed.flat.relation
        items = len(flat.run.items) + len(flat.block.items)
        if relation is None or len(relation.unrolled.graph) > MOST_NODES or items > MOST_ITEMS:
            return False
        regions = ((flat.run, self.packed.run), (flat.block, self.packed.block))
        return any(
            max_live(replace(problem, exact=False)).size_bytes < packing.size_bytes for problem, packing in regions
        )

    @cached_property
    def _split(self) -> frozenset[str]:
        """The buffers whose parts lie apart."""
        regions = (self.packed.flat.run, self.packed.flat.block)
        return frozenset(item.buffer for region in regions for item in region.items if item.part_of)

    def saved(self, changed: Manifest) -> Saved:
        """What the changed manifest saves; 0 where first fit finds nothing smaller."""
        packed = self.packed
        flat = flatten(changed, packed.on_chip, self._split, warned=False)
        run = self._unchanged.run - _least(flat.run, packed.flat.run, packed.run)
        if packed.floor is not None or packed.flat.crossing:
            return Saved(max(0, run), 0)
        block = self._unchanged.block - _least(flat.block, packed.flat.block, packed.block)
        return Saved(max(0, run), max(0, block))

    @cached_property
    def _unchanged(self) -> Saved:
        """The bytes that both regions need without a change: first fit may find fewer than the packing has, which no
        change is the reason for."""
        flat = self.packed.flat
        return Saved(_least(flat.run, flat.run, self.packed.run), _least(flat.block, flat.block, self.packed.block))

    def phrase(self, saved: Saved) -> str:
        """A phrase: how much is saved, of how much; empty where nothing is."""
        told = (
            (saved.run, self.packed.run, "run bytes"),
            (saved.block, self.packed.block, "bytes of the block region"),
        )
        return " and ".join(f"{less} of {packing.size_bytes} {what}" for less, packing, what in told if less > 0)


def _least(problem: RegionProblem, before: RegionProblem, packing: Packing) -> Bytes:
    """The bytes that first fit needs for a changed region; those of the known packing where it finds nothing
    smaller."""
    alike = [item.name for item in problem.items] == [item.name for item in before.items]
    if not alike or not packing.size_bytes or problem.windows or max_live(problem).size_bytes >= packing.size_bytes:
        return packing.size_bytes
    unit = unit_of(problem)
    found = Settling(puzzle_of(problem, unit)).least([offset // unit for offset in packing.offsets])
    return min(packing.size_bytes, found * unit)
