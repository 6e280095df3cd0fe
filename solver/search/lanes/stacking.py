"""CP-SAT stacks the items along an order, at the bound. Another thread breeds and squeezes better packings
meanwhile."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import ClassVar, Protocol

from warpack.solver.search.core.attempt import Attempt
from warpack.solver.search.core.stop import Stop, Stopped
from warpack.solver.search.exact.cpsat_stacking import StackingSearch
from warpack.solver.search.heuristics.breeding import improver_of
from warpack.solver.search.heuristics.capacity_squeeze import Better as BetterOffsets
from warpack.solver.search.heuristics.capacity_squeeze import Squeezer
from warpack.solver.search.heuristics.guided_local_search import GuidedLocalSearch
from warpack.solver.search.preprocess.case import Case
from warpack.solver.search.strategy import BaseStrategy, Better, Interval, Reporting

_SHARE = 0.07
"""The share of the effort that a lane of stacking gets, in deterministic seconds. At first that is about a second of
one core, because the deterministic clock runs slowly without a linear relaxation."""

_LOOKS = 200_000
"""Looks (see `guided_local_search`) for each unit of effort. They take about as long as the stacking beside them."""


class _Improves(Protocol):
    by: str

    def squeeze(self, bound: int, top: int, looks: int, stop: Stop, better: BetterOffsets) -> None: ...


class Stacking(BaseStrategy):
    """Both cores stack if nothing can search beside the stacking. Else one core stacks, except in the first step at
    each bound, when both do."""

    name = "stacking"
    parts: ClassVar[tuple[str, ...]] = ("breeding", "lowering", "squeezing")

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self._stacker = StackingSearch(case.core, case.seed)
        self._bound = -1
        self._beside: _Improves | None = case.shared(improver_of)
        if self._beside is None and "squeezing" not in case.without:
            self._beside = Squeezer(case.core, case.seed)

    def applies(self, interval: Interval, capacity: int) -> bool:
        return self.case.core.count > 0 and not self.case.hulls

    def step(self, interval: Interval, capacity: int, effort: float, stop: Stop, better: Better) -> Interval:
        case, beside = self.case, self._beside
        lanes, self._bound = (1 if interval.bound == self._bound else 2), interval.bound
        self.spent += effort
        room, share = case.room(capacity), _SHARE * effort
        if beside is None or not GuidedLocalSearch.takes(case.core, case.room(interval.best.top)):
            return self.answered(interval, self._stacker.search(room, effort=share, stop=stop), capacity)
        reporting = Reporting(case, interval, better, lambda: beside.by)
        with ThreadPoolExecutor(1) as pool:
            stacking = pool.submit(self._stacker.search, room, effort=share, stop=stop, lanes=lanes)
            settled = replace(
                stop, cancelled=lambda: _packed(stacking) or (stop.cancelled is not None and stop.cancelled())
            )
            try:
                top = case.core_top(interval.best.top)
                beside.squeeze(room, top, int(_LOOKS * effort), settled, reporting.take)
            except Stopped:
                if not _packed(stacking):
                    raise
            return self.answered(reporting.interval, stacking.result(), capacity)


def _packed(stacking: Future[Attempt]) -> bool:
    return stacking.done() and stacking.exception() is None and stacking.result().verdict == "packed"
