"""What has been written for certain, on all ways from a function's start to each of its blocks.

A fact is a set of elements of which each was written. `x[i]` holds for the trip it was written in; where a counted loop
runs out, it holds for all trips. `x[thread]` holds for all threads where all of them run it, and for those that a guard
lets through where the ways meet again behind it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import Any

from numba.core import ir

from warpack.gpu_runtime.trace.static.effects import Step
from warpack.gpu_runtime.trace.static.evaluate import Evaluated
from warpack.gpu_runtime.trace.static.flow import Loop
from warpack.gpu_runtime.trace.static.index import Symbol
from warpack.gpu_runtime.trace.static.values import Condition, Elements, PairOf, Param, RangeOf, View
from warpack.gpu_runtime.trace.static.values import Made as MadeBase

Facts = frozenset[Elements]


class Written:
    """`steps` by block; `leaves(step)`: the facts that hold when a called function returns."""

    def __init__(self, evaluated: Evaluated, steps: dict[int, list[Step]], exits: dict[int, Facts]) -> None:
        self.at, self.flow, self.steps, self.exits = evaluated, evaluated.flow, steps, exits
        self.adds = {label: frozenset(self._of_block(label)) for label in self.flow.edges}
        self.before: dict[int, Facts | None] = dict.fromkeys(self.flow.edges)
        self._settle()

    def _settle(self) -> None:
        changed = True
        while changed:
            changed = False
            for label in self.flow.order:
                found = self._join(label)
                if found != self.before[label]:
                    self.before[label], changed = found, True

    def after(self, label: int) -> Facts | None:
        before = self.before[label]
        return None if before is None else before | self.adds[label]

    def _join(self, label: int) -> Facts | None:
        if label == self.flow.entry and not self.flow.before[label]:
            return frozenset()
        comes = [self.along(before, label) for before in self.flow.before[label]]
        known = [facts for facts in comes if facts is not None]
        if label == self.flow.entry:
            known.append(frozenset())
        if not known:
            return None
        return frozenset.intersection(*known) | self.by_guards(label)

    def along(self, label: int, target: int) -> Facts | None:
        """What holds on the way from the end of `label` to `target`."""
        facts = self.after(label)
        if facts is None:
            return None
        for loop in self.flow.loops.values():
            if label in loop.body and target not in loop.body:
                if self.runs_out(loop) == target and label == loop.header:
                    facts |= self.by_loop(loop)
                facts = frozenset(fact for fact in facts if not _term(fact, self.key(loop)))
        return facts

    # ---- loops that run out

    def key(self, loop: Loop) -> tuple[Any, int]:
        """By which numbers that count its trips name it."""
        return self.at.key, self.head(loop)

    def head(self, loop: Loop) -> int:
        """The block that asks whether there is another trip. With `continue`, numba puts one before that joins ways."""
        label = loop.header
        last = self.at.code.blocks[label][-1]
        return last.target if isinstance(last, ir.Jump) and last.target in loop.body else label

    def counted(self, loop: Loop) -> RangeOf | None:
        """The range that the loop runs over."""
        head = self.at.code.blocks[self.head(loop)]
        last = head[-1]
        if not isinstance(last, ir.Branch):
            return None
        defined = {s.target.name: s.value for s in head if isinstance(s, ir.Assign)}
        asks = defined.get(last.cond.name)
        pair = self.at.values.get(asks.value.name) if isinstance(asks, ir.Expr) and asks.op == "pair_second" else None
        return pair.over if isinstance(pair, PairOf) and isinstance(pair.over, RangeOf) else None

    def runs_out(self, loop: Loop) -> int | None:
        """The block behind the loop that runs when its range has run out, if it counts one."""
        if self.head(loop) != loop.header or not self.counted(loop):
            return None
        behind: int = self.at.code.blocks[loop.header][-1].falsebr
        return behind

    def by_loop(self, loop: Loop) -> Facts:
        """What holds when the range has run out."""
        ends = [facts for latch in loop.latches if (facts := self.after(latch)) is not None]
        if not ends:
            return frozenset()
        counted = self.counted(loop)
        found = set()
        for fact in frozenset.intersection(*ends):
            term = _term(fact, self.key(loop))
            if term is None:
                if counted is not None and counted.trips:
                    found.add(fact)
            elif term[0].complete:
                found.add(_for_all(fact, term))
        return frozenset(found)

    # ---- threads

    @cached_property
    def depends(self) -> dict[int, frozenset[int]]:
        """By block: the blocks where threads part, and may or may not come to it."""
        regions = {label: self.flow.region(label) for label in self.at.parting}
        return {label: frozenset(c for c, region in regions.items() if label in region) for label in self.flow.edges}

    def _by(self, fact: Elements, label: int) -> Elements:
        """The fact with which threads run it."""
        strided = {
            s.loop[1] for s, _ in fact.free if s.threads and isinstance(s.loop, tuple) and s.loop[0] == self.at.key
        }
        parting = self.depends[label] - strided
        guard = next(iter(parting)) if len(parting) == 1 and fact.by_all else None
        return replace(fact, by_all=fact.by_all and not parting, guard=guard)

    def by_guards(self, join: int) -> Facts:
        """What holds where the ways meet behind `if thread < n`: what those threads have written."""
        found: set[Elements] = set()
        for label in self.at.parting:
            condition = self.at.values.get(getattr(self._last(label), "cond", _NO_VARIABLE).name)
            if not isinstance(condition, Condition) or self.flow.join_of(label) != join or self.depends[label]:
                continue
            if not self.flow.dominates(label, join):
                continue
            for target, holds in ((self._last(label).truebr, True), (self._last(label).falsebr, False)):
                found.update(self._by_arm(label, target, join, condition, holds))
        return frozenset(found)

    def _by_arm(self, label: int, target: int, join: int, condition: Condition, holds: bool) -> Iterable[Elements]:
        arm = self.flow.arm(target, join)
        ends = [f for end in self.flow.before[join] if end in arm and (f := self.along(end, join)) is not None]
        threads = _threads(condition, holds)
        if not ends or threads is None:
            return
        for fact in frozenset.intersection(*ends):
            if fact.guard == label:
                yield _for_threads(fact, condition.symbol, *threads)

    def _last(self, label: int) -> Any:
        return self.at.code.blocks[label][-1]

    # ---- steps

    def _of_block(self, label: int) -> Iterable[Elements]:
        for step in self.steps[label]:
            yield from self.of_step(label, step)

    def of_step(self, label: int, step: Step) -> Iterable[Elements]:
        for elements in step.writes:
            if elements.exact:
                yield self._by(replace(elements, by_all=True), label)
        if step.call is not None:
            for fact in self.exits[step.call.key]:
                placed = place(fact, step)
                if placed is not None:
                    yield self._by(placed, label)


class _NoVariable:
    name = ""


_NO_VARIABLE = _NoVariable()


def place(fact: Elements, step: Step) -> Elements | None:
    """A callee's elements in terms of its caller; None where it is not certain which they are."""
    base = fact.base
    if isinstance(base, MadeBase):
        return replace(fact, base=replace(base, path=(step.position, *base.path)))
    if isinstance(base, Param):
        bound = step.bound[base.number]
        found = fact.within(bound) if isinstance(bound, View) else None
        return found if found and found.exact else None
    return fact


def _term(fact: Elements, loop: tuple[Any, int]) -> tuple[Symbol, int] | None:
    return next((term for term in fact.free if term[0].loop == loop), None)


def _for_all(fact: Elements, term: tuple[Symbol, int]) -> Elements:
    """The fact of all trips of a loop."""
    symbol, coefficient = term
    rest = tuple(other for other in fact.free if other != term)
    if symbol.threads:  # a strided loop: what all threads together write
        together = Symbol((symbol.key, "together"), symbol.count, threads=True)
        return replace(fact, free=(*rest, (together, coefficient)))
    return replace(fact, free=rest, dims=(*fact.dims, (symbol.count or 0, coefficient)))


def _threads(condition: Condition, holds: bool) -> tuple[int, int] | None:
    """The indices for which the condition holds, or does not, where they are adjacent and some."""
    low, high, count = condition.low, condition.high, condition.symbol.count or 0
    if condition.outside is holds:  # those outside of [low, high)
        if low == 0:
            low, high = high, count
        elif high == count:
            low, high = 0, low
        else:
            return None
    return (low, high) if low < high else None


def _for_threads(fact: Elements, symbol: Symbol, low: int, high: int) -> Elements:
    coefficient = dict(fact.free).get(symbol)
    shared = replace(fact, by_all=True, guard=None, shared_only=True)
    if coefficient is None:
        return shared
    rest = tuple(term for term in fact.free if term[0] != symbol)
    return replace(
        shared, start=fact.start + coefficient * low, free=rest, dims=(*fact.dims, (high - low, coefficient))
    )
