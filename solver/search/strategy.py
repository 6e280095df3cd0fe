"""What a search strategy is, and what all of them come to: an interval with the best packing above and the bound below.

A strategy is made for one case (`preprocess/case`): a puzzle with what a reduction leaves of it. It keeps what one step
learns for the next. `plan` says which strategies there are, and which is asked when.
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
    """A search that looked at everything: no packing within `capacity` units. `core`: the items that it placed;
    `taken`: those at the region's bottom, set aside before."""

    capacity: int
    method: str
    nodes: int
    core: tuple[int, ...]
    taken: tuple[int, ...]


@dataclass(frozen=True)
class Clique:
    """Items of which no two may share a byte: no packing has fewer units than their sum."""

    items: tuple[int, ...]


@dataclass(frozen=True)
class Interval:
    """`best` is a packing of the whole puzzle; none has fewer than `bound` units, by `proof` (None: by what was known
    before). `found_by` and `proven_by` are the strategies that made them; empty where they were given."""

    best: Solution
    bound: int
    proof: Exhausted | Clique | None = None
    found_by: str = ""
    proven_by: str = ""

    @property
    def closed(self) -> bool:
        return self.bound >= self.best.top

    def packed(self, found: Solution, by: str) -> Interval:
        """With `found` where it is better."""
        return replace(self, best=found, found_by=by) if found.top < self.best.top else self

    def raised(self, bound: int, proof: Exhausted | Clique, by: str) -> Interval:
        """With `bound` where it is higher."""
        return replace(self, bound=bound, proof=proof, proven_by=by) if bound > self.bound else self

    def joined(self, other: Interval) -> Interval:
        """The better of either end."""
        best = other if other.best.top < self.best.top else self
        proven = other if other.bound > self.bound else self
        return Interval(best.best, proven.bound, proven.proof, best.found_by, proven.proven_by)


Better = Callable[[Interval], None]
"""Called with each better interval, in the middle of a step."""


class Strategy(Protocol):
    """`name` is how users leave it out; `parts`, where it runs several at once, are theirs. `spent`: its effort so far,
    in about seconds of one core, counted so that it does not depend on the machine."""

    name: ClassVar[str]
    parts: ClassVar[tuple[str, ...]]
    spent: float

    def __init__(self, case: Case) -> None: ...

    def applies(self, interval: Interval, capacity: int) -> bool:
        """Whether a step could come to anything."""
        ...

    def step(self, interval: Interval, capacity: int, effort: float, stop: Stop, better: Better) -> Interval:
        """Looks for a packing within `capacity` units of the whole puzzle, or for proof that there is none: the
        interval afterwards, the same one where nothing came of it. May raise Stopped."""
        ...


class BaseStrategy:
    """What strategies have in common."""

    name: ClassVar[str]
    parts: ClassVar[tuple[str, ...]] = ()

    def __init__(self, case: Case) -> None:
        self.case = case
        self.spent = 0.0

    def answered(self, interval: Interval, attempt: Attempt, capacity: int) -> Interval:
        """The interval with what an attempt on the case's core within `capacity` came to. A packing that is none of the
        whole within the capacity is entered in the case as lost: the whole has to be asked itself."""
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
    """Turns packings of a case's core, one better than the other, into intervals of the whole, and hands these on."""

    def __init__(self, case: Case, interval: Interval, better: Better, by: Callable[[], str]) -> None:
        self.interval = interval
        self._case, self._better, self._by = case, better, by

    def take(self, core: Sequence[int]) -> None:
        offsets = self._case.carried_over(core)
        if not self._case.reduced.exact and not self._case.puzzle.allows(offsets):
            return
        after = self.interval.packed(solution(self._case.puzzle, offsets), self._by())
        if after is not self.interval:
            self.interval = after
            self._better(after)
