"""What a way through the program may choose: trips, breaks, arms, and how lanes that run at the same time interleave.

The first way runs every loop twice. Each further way takes something that none has taken yet, and otherwise as little
as it can.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from typing import Literal, NamedTuple, TypeAlias, TypeVar

from warpack.solver.verifier import tree
from warpack.solver.wire.units import Phase


class Trips(NamedTuple):
    """The trips round a loop; the last one ends right after phase `leaving`, where that is one of the loop's breaks."""

    rounds: int
    leaving: Phase | None = None


Arrangement = Literal["beside", "forward", "reversed"]
"""How lanes that run at the same time interleave: a step of each in turn, or one lane after the other, from the first
or from the last."""

SKIPPED = -1
"""No arm of a branch."""

APART = -2
"""Every arm of a branch, each by threads of its own."""

Outcome: TypeAlias = Trips | int | Arrangement
Deciding: TypeAlias = tree.Loop | tree.Branch | tree.Tracks | tree.Call

_Kind = TypeVar("_Kind", Trips, int, Arrangement)

_WHOLE = -1
"""The key for the number of all outcomes that are left, beside those of the items."""


class Choices:
    """Counts, over all ways, the outcomes of every item of a program that has more than one."""

    def __init__(self, body: tree.Sequence) -> None:
        self._taken: dict[int, Counter[Outcome]] = {}
        self._outcomes: dict[int, list[Outcome]] = {}
        self._around: dict[int, int | None] = {}
        self._open: Counter[int] = Counter()
        self.first = True
        waiting: list[tuple[tree.Item, int | None]] = [(item, None) for item in body]
        breaks = _breaks(body)
        while waiting:
            item, around = waiting.pop()
            if not isinstance(item, tree.Phases):
                self._enter(item, around, breaks)
                waiting += [(one, id(item)) for sequence in tree.children(item) for one in sequence]

    def _enter(self, item: Deciding, around: int | None, breaks: Collection[Phase]) -> None:
        self._around[id(item)] = around
        self._taken[id(item)] = Counter()
        self._outcomes[id(item)] = outcomes = _outcomes(item, breaks)
        self._count(id(item), len(outcomes))

    @property
    def count(self) -> int:
        """How many outcomes there are."""
        return sum(map(len, self._outcomes.values()))

    @property
    def left(self) -> int:
        """How many of them no way has taken."""
        return self._open[_WHOLE]

    def trips(self, loop: tree.Loop, wanted: Collection[Phase]) -> Trips:
        """`wanted`: phases that this way has to reach."""
        inside = any(loop.start <= phase < loop.end for phase in wanted)
        options = [one for one in self._outcomes[id(loop)] if isinstance(one, Trips)]
        if inside:
            options = [one for one in options if _whole_trip(one)]
        if self.first or inside:
            return self._take(loop, max(options, key=lambda one: (one.rounds, one.leaving is None)))
        return self._take(loop, self._cheapest(loop, options, _whole_trip))

    def arm(self, branch: tree.Branch, wanted: Collection[Phase]) -> int:
        """The number of an arm, SKIPPED or APART."""
        for number, (start, end) in enumerate(branch.arm_spans):
            if any(start <= phase < end for phase in wanted):
                return self._take(branch, number)
        options = [one for one in self._outcomes[id(branch)] if isinstance(one, int)]
        return self._take(branch, self._cheapest(branch, options, lambda one: self._inside(branch, one)))

    def arrangement(self, item: tree.Tracks | tree.Call) -> Arrangement:
        options = [one for one in self._outcomes[id(item)] if isinstance(one, str)]
        return self._take(item, self._cheapest(item, options, lambda _: True)) if options else "forward"

    def _inside(self, branch: tree.Branch, outcome: int) -> bool:
        """Whether something that no way has taken lies in an arm."""
        if outcome < 0:
            return outcome == APART
        return any(self._open[id(one)] for one in branch.arms[outcome])

    def _cheapest(self, item: Deciding, options: list[_Kind], leads_in: Callable[[_Kind], bool]) -> _Kind:
        """An outcome that no way has taken; else one that leads to such an outcome; else the one that was taken
        least."""
        taken = self._taken[id(item)]
        unused = [one for one in options if not taken[one]]
        if unused:
            return unused[0]
        if any(self._open[id(one)] for sequence in tree.children(item) for one in sequence):
            leading = [one for one in options if leads_in(one)]
            if leading:
                return min(leading, key=lambda one: (one.rounds if isinstance(one, Trips) else 0, taken[one]))
        return options[0] if isinstance(item, tree.Loop) else min(options, key=lambda one: taken[one])

    def _take(self, item: Deciding, outcome: _Kind) -> _Kind:
        taken = self._taken[id(item)]
        if not taken[outcome]:
            self._count(id(item), -1)
        taken[outcome] += 1
        return outcome

    def _count(self, item: int | None, change: int) -> None:
        while item is not None:
            self._open[item] += change
            item = self._around[item]
        self._open[_WHOLE] += change


def _whole_trip(trips: Trips) -> bool:
    """Whether the body is run to its end at least once."""
    return trips.rounds > (trips.leaving is not None)


def _outcomes(item: Deciding, breaks: Collection[Phase]) -> list[Outcome]:
    """Cheap ones first."""
    if isinstance(item, tree.Loop):
        plain: list[Outcome] = [] if item.endless else [Trips(rounds) for rounds in range(item.at_least, 3)]
        left: list[Outcome] = [Trips(1, phase) for phase in item.breaks]
        again: list[Outcome] = [Trips(2, phase) for phase in item.breaks] if item.endless else []
        return [*plain[:1], *left, *plain[1:], *again]
    if isinstance(item, tree.Branch):
        arms: list[Outcome] = [*range(len(item.arms)), *([SKIPPED] if item.may_skip else [])]
        broken = any(item.start <= phase < item.end for phase in breaks)
        if len(item.arms) > 1 and item.uniform != "block" and not broken:
            arms.append(APART)
        return arms
    if len(tree.children(item)) > 1:
        return ["beside", "forward", "reversed"]
    return []


def _breaks(body: tree.Sequence) -> set[Phase]:
    """Every phase after which some loop may be left."""
    found: set[Phase] = set()
    waiting = list(body)
    while waiting:
        item = waiting.pop()
        if isinstance(item, tree.Loop):
            found.update(item.breaks)
        waiting += [one for sequence in tree.children(item) for one in sequence]
    return found
