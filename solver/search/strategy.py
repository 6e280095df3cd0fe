"""What a strategy is, and the interval that all strategies improve: the best packing above, the bound below.

A strategy is made for one case (`preprocess/case`): a puzzle with the core that a reduction leaves. It keeps what one
step learns for the next. `plan` says which strategies there are, and in which order they are asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from warpack.solver.search.core.attempt import Attempt
from warpack.solver.search.core.puzzle import Solution, solution
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.preprocess.case import Case


@dataclass(frozen=True)
class Exhausted:
    """The proof by an exhausted search: there is no packing within `capacity` units. `core` are the items that it
    placed; `taken` are those that a reduction had moved to the region's bottom."""

    capacity: int
    method: str
    nodes: int
    core: tuple[int, ...]
    taken: tuple[int, ...]


@dataclass(frozen=True)
class Clique:
    """The proof by items of which no two may share a byte: no packing is smaller than the sum of their sizes."""

    items: tuple[int, ...]


@dataclass(frozen=True)
class Interval:
    """`best` is a packing of the whole puzzle. No packing has fewer than `bound` units; `proof` says why (None: it was
    known before). `found_by` and `proven_by` are the strategies that made them; empty if they were given."""

    best: Solution
    bound: int
    proof: Exhausted | Clique | None = None
    found_by: str = ""
    proven_by: str = ""

    @property
    def closed(self) -> bool:
        """Whether the bound has reached the best packing, which is then optimal."""
        return self.bound >= self.best.top

    def packed(self, found: Solution, by: str) -> Interval:
        """The interval with `found`, if that is better."""
        return replace(self, best=found, found_by=by) if found.top < self.best.top else self

    def raised(self, bound: int, proof: Exhausted | Clique, by: str) -> Interval:
        """The interval with `bound`, if that is higher."""
        return replace(self, bound=bound, proof=proof, proven_by=by) if bound > self.bound else self

    def joined(self, other: Interval) -> Interval:
        """The interval with the better of both packings, and the better of both bounds."""
        best = other if other.best.top < self.best.top else self
        proven = other if other.bound > self.bound else self
        return Interval(best.best, proven.bound, proven.proof, best.found_by, proven.proven_by)


Better = Callable[[Interval], None]
"""Called with each better interval during a step."""


class Strategy(Protocol):
    """`name` is the name in the plan and the ledger, by which users leave the strategy out. `parts` are the names of
    parts that have accounts of their own. `spent` is the effort so far: about seconds of one core, counted so that it
    does not depend on the machine."""

    name: ClassVar[str]
    parts: ClassVar[tuple[str, ...]]
    spent: float

    def __init__(self, case: Case) -> None: ...

    def applies(self, interval: Interval, capacity: int) -> bool:
        """Whether a step could find or prove anything."""
        ...

    def step(self, interval: Interval, capacity: int, effort: float, stop: Stop, better: Better) -> Interval:
        """Looks for a packing of the whole puzzle within `capacity` units, or for a proof that there is none. Returns
        the better interval, or the same one if it found neither. May raise Stopped."""
        ...


class BaseStrategy:
    """What all strategies have in common."""

    name: ClassVar[str]
    parts: ClassVar[tuple[str, ...]] = ()

    def __init__(self, case: Case) -> None:
        self.case = case
        self.spent = 0.0

    def answered(self, interval: Interval, attempt: Attempt, capacity: int) -> Interval:
        """The interval after an attempt to pack the case's core within `capacity`. If the core's packing gives none of
        the whole within the capacity, the case is marked as lost, and the search then asks about the whole puzzle."""
        case = self.case
        if attempt.verdict == "impossible":
            proof = Exhausted(capacity, attempt.method, attempt.nodes, case.reduced.kept, case.reduced.taken)
            return interval.raised(capacity + 1, proof, self.name)
        if attempt.verdict == "packed":
            offsets = case.carried_over(attempt.offsets)
            if case.puzzle.top(offsets) <= capacity and case.puzzle.allows(offsets):
                return interval.packed(solution(case.puzzle, offsets), self.name)
            case.lost = True
        return interval


class Reporting:
    """Turns better and better packings of a case's core into intervals of the whole, and hands these on."""

    def __init__(self, case: Case, interval: Interval, better: Better, by: Callable[[], str]) -> None:
        self.interval = interval
        self._case, self._better, self._by = case, better, by

    def take(self, core: Sequence[int]) -> None:
        """Takes offsets of the core, and hands on a better interval if they give one."""
        offsets = self._case.carried_over(core)
        if not self._case.reduced.exact and not self._case.puzzle.allows(offsets):
            return
        after = self.interval.packed(solution(self._case.puzzle, offsets), self._by())
        if after is not self.interval:
            self.interval = after
            self._better(after)
