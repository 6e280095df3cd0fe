"""Every choice of `auto` buffers, compared in the order of wishes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from math import lcm
from typing import Any

from tests.helpers.oracle.launching import Bytes, Launched, enough_budget, launch_of, weighing
from tests.helpers.oracle.packing import least_bytes
from warpack.solver.verifier.story import Story, derive
from warpack.solver.wire.manifest import Buffer, Manifest, Scope

Names = frozenset[str]


@dataclass(frozen=True)
class Figures:
    """What the best layout comes to. `on_chip`: one of the best choices of `auto` buffers."""

    threads: int
    resident: int
    accesses: int
    stride: int
    run_bytes: int
    block_bytes: int
    on_chip: Names


@dataclass(frozen=True)
class Infeasible:
    """Nothing fits. `minimum_budget_bytes`: the least that would do; None where no budget does."""

    minimum_budget_bytes: int | None


@dataclass(frozen=True)
class NoPacking:
    """Pins and windows leave no place, whatever the budget."""


class Oracle:
    """The exact figures of one manifest. `split`: parts of splittable buffers may lie apart. `promote`: `auto` buffers
    may be put on chip (else all stay local)."""

    def __init__(self, manifest: Manifest, *, split: bool = True, promote: bool = True) -> None:
        self.manifest, self.split, self.promote = manifest, split, promote
        self._least: dict[tuple[Scope, Names], int | None] = {}

    @cached_property
    def story(self) -> Story:
        return derive(self.manifest)

    @cached_property
    def autos(self) -> list[Buffer]:
        return [buffer for buffer in self.manifest.buffers if buffer.location == "auto" and buffer.size_bytes]

    @property
    def of_both_scopes(self) -> bool:
        """Whether there are buffers of both scopes. A block's may then lie over the windows of runs, which the oracle
        does not try."""
        return (
            len({buffer.scope for buffer in self.manifest.buffers if buffer.size_bytes and buffer.location != "local"})
            > 1
        )

    def least(self, scope: Scope, on_chip: Names = frozenset()) -> int | None:
        """The fewest bytes of a region; None where there is no packing."""
        names = on_chip if scope == "run" else frozenset()
        key = scope, names
        if key not in self._least:
            self._least[key] = least_bytes(self.manifest, self.story, scope, names, split=self.split)
        return self._least[key]

    def sizes(self, on_chip: Names, run: int, block: int) -> Bytes:
        placed = (b for b in self.manifest.buffers if b.location == "shared" or b.full_name in on_chip)
        return Bytes.of(placed, run, block)

    def launch(self, on_chip: Names, *, avoid: bool | None = None) -> Launched | None:
        """The launch with the fewest bytes for this choice; there must be a packing."""
        run, block = self.least("run", on_chip), self.least("block")
        assert run is not None
        assert block is not None
        return launch_of(self.manifest, self.sizes(on_chip, run, block), avoid=avoid)

    def best(self) -> Figures | Infeasible | NoPacking:
        """Fewer bytes are never worse for a choice of buffers, so that the least of both regions settle each choice."""
        block = self.least("block")
        if block is None or self.least("run") is None:
            return NoPacking()
        best: Figures | None = None
        budget: int | None = None
        bounds: dict[Names, int] = {}
        for on_chip in self._choices():
            bounds[on_chip] = max((bounds[on_chip - {name}] for name in on_chip), default=0)
            if on_chip and not self._worth_packing(on_chip, bounds[on_chip], block, best, budget):
                continue
            run = self.least("run", on_chip)
            if run is None:
                continue
            bounds[on_chip] = run
            figures = self._figures(on_chip, run, block)
            if figures is not None and (best is None or self.rank(figures) > self.rank(best)):
                best = figures
            enough = enough_budget(self.manifest, self.sizes(on_chip, run, block))
            budget = enough if budget is None or (enough is not None and enough < budget) else budget
        if best is not None:
            return best
        return Infeasible(budget)

    def _worth_packing(
        self, on_chip: Names, at_least: int, block: int, best: Figures | None, budget: int | None
    ) -> bool:
        """Whether a choice whose run region takes `at_least` bytes (what fewer buffers took) could still be better."""
        if best is None:
            enough = enough_budget(self.manifest, self.sizes(on_chip, at_least, block))
            return enough is not None and (budget is None or enough < budget)
        hoped = self._figures(on_chip, at_least, block)
        return hoped is not None and self.rank(hoped) > self.rank(best)

    def rank(self, figures: Figures) -> tuple[Any, ...]:
        """The order of wishes: larger is better. Where any choice has a whole multiple of threads, the block must be
        one."""
        launch = self.manifest.launch
        whole = figures.threads % lcm(launch.threads_per_run, launch.threads_multiple) == 0
        wished: tuple[Any, Any] = (figures.threads, figures.resident)
        if weighing(self.manifest):
            wished = (Fraction(figures.resident, self._cost(figures.accesses)), figures.resident)
        elif self.manifest.objective == "resident_threads":
            wished = (figures.resident, -figures.threads)
        return (whole, *wished, figures.accesses, -figures.stride, -figures.run_bytes, -figures.block_bytes)

    def _cost(self, on_chip: int) -> int:
        """Of a run's accesses: one each on chip, eight each in local memory."""
        shared = [one for one in self.manifest.buffers if one.scope == "run" and one.location == "shared"]
        local = sum(buffer.accesses for buffer in self.autos) - on_chip
        return sum(buffer.accesses for buffer in shared if buffer.size_bytes) + on_chip + 8 * local

    def _choices(self) -> Iterator[Names]:
        """Smaller choices first."""
        most = len(self.autos) if self.promote and self.manifest.objective != "shared_bytes" else 0
        for count in range(most + 1):
            for chosen in combinations(self.autos, count):
                yield frozenset(buffer.full_name for buffer in chosen)

    def _figures(self, on_chip: Names, run: int, block: int) -> Figures | None:
        launch = launch_of(self.manifest, self.sizes(on_chip, run, block))
        if launch is None:
            return None
        accesses = sum(buffer.accesses for buffer in self.autos if buffer.full_name in on_chip)
        return Figures(launch.threads, launch.resident, accesses, launch.stride, run, block, on_chip)


def best_figures(manifest: Manifest, *, split: bool = True, promote: bool = True) -> Figures | Infeasible | NoPacking:
    return Oracle(manifest, split=split, promote=promote).best()
