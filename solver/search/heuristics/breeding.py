"""The strategy "breeding": fillings and the first generations of bred orders. It comes before all slow strategies."""

from __future__ import annotations

from typing import ClassVar

from warpack.solver.search.core.stop import Stop
from warpack.solver.search.heuristics.genetic import Genetic
from warpack.solver.search.heuristics.improving import Improver
from warpack.solver.search.preprocess.case import Case
from warpack.solver.search.strategy import BaseStrategy, Better, Interval, Reporting


def improver_of(case: Case) -> Improver | None:
    """The improver of the case's core. None if the lowest-first rule does not take the core."""
    if case.hulls or case.has_rows or "breeding" in case.without:
        return None
    if not Genetic.takes(case.core):
        return None
    return Improver(case.core, case.room(case.least), case.seed, case.without)


class Breeding(BaseStrategy):
    """It is asked once, before the search. Later generations run beside the stacking (`lanes/stacking`)."""

    name = "breeding"
    parts: ClassVar[tuple[str, ...]] = ("filling",)

    def applies(self, interval: Interval, capacity: int) -> bool:
        return self.case.shared(improver_of) is not None

    def step(self, interval: Interval, capacity: int, effort: float, stop: Stop, better: Better) -> Interval:
        case, improver = self.case, self.case.shared(improver_of)
        if improver is None:
            return interval
        best = Reporting(case, interval, better, lambda: improver.by)
        improver.first(case.room(interval.bound), case.core_top(interval.best.top), stop, best.take)
        return best.interval
