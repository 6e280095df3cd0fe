"""The choice of `auto` buffers with the best ratio of resident threads to the cost of its accesses
(`warpack.solver.launch.weighing`).

For each number of resident threads, a search finds the most accesses on chip (`promotion`). With fewer threads, this
maximum never falls. So between two searched numbers, no choice is worth more than the larger number of threads with the
accesses of the smaller number. That rules out most numbers.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from warpack.solver.launch.block import BlockShape, block_shape
from warpack.solver.launch.ranking import Rank, rank_of
from warpack.solver.launch.wanted import resident_numbers
from warpack.solver.launch.weighing import weighed
from warpack.solver.search.auto.promotion import promote_to
from warpack.solver.search.auto.stride_widening import launch_of
from warpack.solver.search.core.known_choice import Weighing
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.region.regions import Packed
from warpack.solver.wire.layout import LaunchFigures
from warpack.solver.wire.manifest import Manifest

_SHARE = 0.4
"""The largest share of the remaining time for one number of resident threads."""

_ANY_BLOCK = -(1 << 30)
"""A rank below that of any block size."""

_Worth = tuple[Fraction, int]
"""Resident threads per cost, then resident threads. Larger is better."""


def weigh(manifest: Manifest, base: Packed, launch: LaunchFigures, stop: Stop, wider: Packed | None = None) -> Packed:
    """The best choice. `launch` is the one with the most resident threads, of `base` or of `wider`
    (`promotion.promote`)."""
    return _Weighing(manifest, base, launch, stop, wider).run()


class _Weighing:
    def __init__(
        self, manifest: Manifest, base: Packed, launch: LaunchFigures, stop: Stop, wider: Packed | None
    ) -> None:
        self._manifest, self._base, self._stop, self._wider = manifest, base, stop, wider
        self._whole, top = rank_of(manifest, launch)[0], launch.occupancy.resident_threads
        shape: BlockShape = block_shape(manifest, run_bytes=base.run.size_bytes, block_region_bytes=0)
        numbers = (number for number in resident_numbers(manifest, shape, whole=self._whole) if number < top)
        self._numbers = [top, *sorted(numbers, reverse=True)]
        self._everything = manifest.run_accesses[1]
        self._searched: dict[int, Packed] = {}
        self._best: tuple[_Worth, int] = ((Fraction(0), 0), 0)
        self._left: list[_Worth] = []
        """What the unfinished parts of the search may still contain."""

    def run(self) -> Packed:
        self._search(0)
        last = 0
        while last + 1 < len(self._numbers) and self._worth(last + 1, self._everything) > self._best[0]:
            last += 1
        self._search(last)
        open_ = self._between(0, last)
        while open_:
            hoped, above, below = open_.pop(open_.index(max(open_)))
            if hoped <= self._best[0]:
                break
            if self._stop.now():
                self._left.append(hoped)
                break
            middle = (above + below) // 2
            self._search(middle)
            open_ += self._between(above, middle) + self._between(middle, below)
        return self._chosen()

    def _between(self, above: int, below: int) -> list[tuple[_Worth, int, int]]:
        """The numbers between two searched ones, if there are any, with an upper bound on their worth."""
        if below - above < 2:
            return []
        return [(self._worth(above + 1, self._at_most(below)), above, below)]

    def _chosen(self) -> Packed:
        """The best choice, as found by the search for its own number of resident threads."""
        (_, resident), number = self._best
        packed = self._searched[number]
        if self._numbers[number] != resident and not self._stop.now():
            again = self._search(self._numbers.index(resident))
            packed = again if self._accesses(again) == self._accesses(packed) else packed
        left = [*self._left, *(self._worth(one, self._at_most(one)) for one in self._searched)]
        weighing = Weighing(
            resident_threads=resident,
            accesses=self._accesses(packed),
            settled=all(worth <= self._best[0] for worth in left),
            most_resident=self._numbers[0],
            accesses_at_the_most=self._at_most(0),
            whole=self._whole,
            numbers=len(self._numbers),
            searched=len(self._searched),
        )
        return replace(packed, weighing=weighing)

    def _search(self, number: int) -> Packed:
        if number in self._searched:
            return self._searched[number]
        wanted: Rank = (self._whole, self._numbers[number], _ANY_BLOCK)
        stop = self._stop.within(_SHARE * self._stop.remaining_s)
        found = self._searched[number] = promote_to(self._manifest, self._base, wanted, stop, self._wider)
        launch = launch_of(self._manifest, found)
        resident = 0 if launch is None else launch.occupancy.resident_threads
        worth = weighed(self._manifest, resident, self._accesses(found)), resident
        if worth > self._best[0]:
            self._best = worth, number
        return found

    def _accesses(self, packed: Packed) -> int:
        return sum(self._manifest.by_name[name].accesses for name in packed.on_chip)

    def _at_most(self, number: int) -> int:
        found = self._searched[number]
        accesses = self._accesses(found)
        if accesses >= self._everything:
            return accesses
        return self._everything if found.choice is None else max(accesses, found.choice.accesses_at_most)

    def _worth(self, number: int, accesses: int) -> _Worth:
        resident = self._numbers[number]
        return weighed(self._manifest, resident, accesses), resident
