"""The strategies "tilings" and "skyline", for plain intervals that leave hardly any room."""

from __future__ import annotations

from warpack.solver.search.core.stop import Stop
from warpack.solver.search.exact.skyline_search import SkylineSearch
from warpack.solver.search.preprocess.case import Case
from warpack.solver.search.strategy import BaseStrategy, Better, Interval

_LEAST_ITEMS, _TIGHT, _TURNS = 8, 0.97, 24
"""The fewest plain intervals of a core; the part of the area under the capacity that they must fill; and the turns in a
step."""


def skyline_of(case: Case) -> SkylineSearch | None:
    """The search for the case's core. None if the core has other items than plain intervals, or too few of them."""
    spans = case.core.spans if case.core.count >= _LEAST_ITEMS and not case.hulls else None
    return None if spans is None else SkylineSearch(case.core, spans)


class _Tight(BaseStrategy):
    def applies(self, interval: Interval, capacity: int) -> bool:
        valleys = self.case.shared(skyline_of)
        return valleys is not None and self.takes(valleys.fill(self.case.room(capacity)))

    def takes(self, fill: float) -> bool:
        raise NotImplementedError

    def step(self, interval: Interval, capacity: int, effort: float, stop: Stop, better: Better) -> Interval:
        case, valleys = self.case, self.case.shared(skyline_of)
        if valleys is None:
            return interval
        attempt = valleys.search(case.room(capacity), valleys.next_turns(_TURNS), seed=case.seed, stop=stop)
        self.spent += effort
        return self.answered(interval, attempt, capacity)


class Tilings(_Tight):
    """Packings without a hole, along their seams (`perfect`)."""

    name = "tilings"

    def takes(self, fill: float) -> bool:
        return fill == 1


class Skyline(_Tight):
    """The lowest valley of the skyline is filled first, and waste is counted."""

    name = "skyline"

    def takes(self, fill: float) -> bool:
        return _TIGHT <= fill != 1
