"""The strategy "more orders": first fit along more orders. If items have rows, it finds in a twentieth of a second what
the two lanes need half a second for."""

from __future__ import annotations

from itertools import islice
from random import Random

from warpack.solver.search.core.laying import FirstFit
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.heuristics.orders import disturbed_orders
from warpack.solver.search.strategy import BaseStrategy, Better, Interval, Reporting

_LEAST_ITEMS, _ORDERS = 24, 100
"""The fewest items, and the number of orders."""


class MoreOrders(BaseStrategy):
    """It is asked once, before the search. Each better packing is handed on at once."""

    name = "more orders"

    def applies(self, interval: Interval, capacity: int) -> bool:
        case = self.case
        return case.has_rows and not case.hulls and case.core.count >= _LEAST_ITEMS

    def step(self, interval: Interval, capacity: int, effort: float, stop: Stop, better: Better) -> Interval:
        case = self.case
        fit, best = FirstFit(case.core), Reporting(case, interval, better, lambda: self.name)
        top, least = case.core_top(interval.best.top), case.room(interval.bound)
        orders = disturbed_orders(case.core, Random(case.seed))  # noqa: S311 - the same seed has to give the same layout
        for order in islice(orders, _ORDERS):
            if top <= least or stop.now():
                break
            found = fit.run(order)
            if found.top < top:
                top = found.top
                best.take(found.offsets)
        return best.interval
