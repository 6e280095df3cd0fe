"""The loop that closes the interval of one puzzle, as `plan` says. It enters in the ledger what each strategy found and
proved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from warpack.solver.search.core.puzzle import Puzzle, Solution
from warpack.solver.search.core.stop import Stop, Stopped
from warpack.solver.search.core.windows import Hull
from warpack.solver.search.plan import ASKED_ONCE, PLANS, STRATEGIES, WHOLE_PUZZLE, Goal, Turn, kind_of
from warpack.solver.search.preprocess.case import Case
from warpack.solver.search.strategy import Clique, Exhausted, Interval, Strategy
from warpack.solver.wire.units import Bytes

Report = Callable[[Solution, int], None]
"""Called with the best packing and the bound, whenever one of them gets better."""


class IntervalSearch:
    """Closes the interval between the bound and the best packing of one puzzle. `unit_bytes` is the size of its unit,
    for the ledger."""

    def __init__(
        self,
        puzzle: Puzzle,
        *,
        seed: int,
        stop: Stop,
        report: Report,
        hulls: Sequence[Hull] = (),
        unit_bytes: Bytes = 1,
    ) -> None:
        self._puzzle, self._seed, self._hulls = puzzle, seed, tuple(hulls)
        self._stop, self._report, self._unit_bytes = stop, report, unit_bytes
        self._made: dict[tuple[Case, str], Strategy] = {}
        self._spent = 0.0

    def run(self, best: Solution, bound: int) -> Interval:
        """Searches until the interval is closed, `stop` says so, or its effort is spent. Returns the interval."""
        case = self._case(bound)
        self._interval = Interval(best, bound)
        reduced = case.reduced
        self._better(self._interval.raised(reduced.bound, Clique(reduced.bound_items), "reduction"))
        try:
            for name in ASKED_ONCE:
                if not self._interval.closed:
                    self._ask(case, name, self._interval.bound, 0.0)
            self._report(self._interval.best, self._interval.bound)
            self._close(case)
        except Stopped:
            pass  # the interval so far is the result
        return self._interval

    def any_packing(self, capacity: int) -> Solution | None:
        """A packing within `capacity`, which must be enough for any packing. None if there is none at all. Raises
        Stopped if neither is found."""
        case, effort = self._case(0), PLANS["windows"].effort
        self._interval, report = Interval(Solution((), capacity + 1), 0), self._report
        self._report = _ignored
        try:
            while True:
                asked = self._ask_any(case, WHOLE_PUZZLE, capacity, effort)
                if self._interval.best.top <= capacity:
                    return self._interval.best
                if self._interval.closed:
                    return None
                if not asked or self._spent >= self._stop.effort:
                    raise Stopped
                effort *= 2
        finally:
            self._report = report

    def _case(self, bound: int) -> Case:
        without = self._stop.options.without
        return Case(self._puzzle, bound, seed=self._seed, hulls=self._hulls, without=without)

    def _close(self, case: Case) -> None:
        at, effort, asked = 0, 0.0, False
        while not self._interval.closed and self._spent < self._stop.effort:
            plan = PLANS[kind_of(case, self._interval)]
            effort = effort or plan.effort
            cycle = [turn for turn in plan.cycle if turn.most_items is None or case.core.count <= turn.most_items]
            turns, opening = (*plan.opening, *cycle), len(plan.opening)
            before, capacity = self._interval, self._capacity(turns[at].goal)
            asked |= self._turn(case, turns[at], capacity, effort)
            start = 0 if at < opening else opening
            if self._interval.bound > before.bound:
                at = start
            elif self._interval.best.top <= capacity:
                at = start + plan.after_packing
            else:
                at += 1
            if at == len(turns):
                if not asked:
                    return  # all strategies are left out
                at, effort, asked = opening, plan.growth * effort, False

    def _capacity(self, goal: Goal) -> int:
        bound, top = self._interval.bound, self._interval.best.top
        return {"bound": bound, "below best": top - 1, "half": (bound + top - 1) // 2}[goal]

    def _turn(self, case: Case, turn: Turn, capacity: int, effort: float) -> bool:
        """Takes one turn of the plan. Returns whether any strategy was asked."""
        if not case.hulls and case.too_large(capacity):
            proof = Exhausted(capacity, "reduction", 0, case.reduced.kept, case.reduced.taken)
            self._better(self._interval.raised(capacity + 1, proof, "reduction"))
            return True
        case.lost = False
        asked = self._ask_any(case, turn.strategies, capacity, effort)
        if case.lost:
            self._ask_any(case.shared(Case.unreduced), WHOLE_PUZZLE, capacity, effort)
        return asked

    def _ask_any(self, case: Case, names: Sequence[str], capacity: int, effort: float) -> bool:
        """Asks one strategy after another until one answers. Returns whether any was asked. Only the effort of the last
        one counts: those before it gave up soon."""
        bound, last = self._interval.bound, None
        for name in names:
            spent = self._ask(case, name, capacity, effort)
            last = last if spent is None else spent
            if self._interval.bound > bound or self._interval.best.top <= capacity or case.lost:
                break
        self._spent += last or 0.0
        return last is not None

    def _ask(self, case: Case, name: str, capacity: int, effort: float) -> float | None:
        """Takes one step of the strategy, and returns its effort. None if the strategy is left out or does not
        apply."""
        if self._stop.leaves_out(name):
            return None
        strategy, ledger = self._strategy(case, name), self._stop.ledger
        if not strategy.applies(self._interval, capacity):
            return None
        before = strategy.spent
        with ledger.asked(name):
            after = strategy.step(self._interval, capacity, effort, self._stop, self._better)
        spent = strategy.spent - before
        ledger.spent(name, spent)
        self._better(after)
        return spent

    def _strategy(self, case: Case, name: str) -> Strategy:
        if (case, name) not in self._made:
            self._made[case, name] = next(one for one in STRATEGIES if one.name == name)(case)
        return self._made[case, name]

    def _better(self, after: Interval) -> None:
        """Takes over what is better, enters it in the ledger, and reports it."""
        before, ledger = self._interval, self._stop.ledger
        after = self._interval = before.joined(after)
        saved, raised = before.best.top - after.best.top, after.bound - before.bound
        if not saved and not raised:
            return
        if saved:
            ledger.packed(after.found_by, saved * self._unit_bytes if before.best.offsets else 0)
        if raised:
            ledger.raised(after.proven_by, raised * self._unit_bytes)
        if after.closed and not before.closed:
            ledger.closed(after.proven_by if raised else after.found_by)
        self._report(after.best, after.bound)


def _ignored(_best: Solution, _bound: int) -> None:
    """A report that does nothing, because there is no packing yet."""
