"""What each variable of a function may hold, and which of its blocks can run: branches on constants are pruned.

All blocks that can run are evaluated again and again until nothing changes; a variable starts as nothing and only ever
comes to hold more. What differs between threads is found with it: behind a branch on which they part, a variable that
has several definitions differs too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba.core import ir

from warpack.gpu_runtime.trace.static.code import Code
from warpack.gpu_runtime.trace.static.expressions import Expressions
from warpack.gpu_runtime.trace.static.flow import Flow
from warpack.gpu_runtime.trace.static.joining import is_tainted, join, of_an_earlier_trip
from warpack.gpu_runtime.trace.static.values import ANY, TAINTED, Known, Number, Value, View


@dataclass
class Evaluated:
    """`values` by variable; `parting`: the blocks at whose end threads of a block may go different ways."""

    code: Code
    key: int
    values: dict[str, Value]
    flow: Flow
    parting: frozenset[int]
    result: Value


class Evaluation:
    def __init__(self, code: Code, key: int, arguments: tuple[Value, ...], expressions: Expressions) -> None:
        self.code, self.key, self.arguments, self.expressions = code, key, arguments, expressions
        self.values: dict[str, Value] = {}
        self.edges: dict[int, tuple[int, ...]] = {}
        self.mixed: frozenset[int] = frozenset()  # blocks that threads reach in different ways

    def run(self) -> Evaluated:
        while True:
            self._settle()
            flow = Flow(self.code.entry, self.edges)
            parting = frozenset(label for label in self.edges if len(self.edges[label]) > 1 and self._parts(label))
            mixed = self.mixed.union(*(_behind(flow, label) for label in parting))
            if mixed == self.mixed:
                break
            self.mixed, self.values = mixed, {}
        returned = [self._of(body[-1].value) for label, body in self._reached() if isinstance(body[-1], ir.Return)]
        return Evaluated(self.code, self.key, self.values, flow, parting, join(returned) if returned else ANY)

    def _reached(self) -> list[tuple[int, list[Any]]]:
        return [(label, self.code.blocks[label]) for label in self.edges]

    def _settle(self) -> None:
        """Until neither a value nor an edge is new."""
        while True:
            before = dict(self.values), dict(self.edges)
            reached, waiting = set(), [self.code.entry]
            self.edges = {}
            while waiting:
                label = min(waiting)
                waiting.remove(label)
                reached.add(label)
                for statement in self.code.blocks[label]:
                    if isinstance(statement, ir.Assign):
                        self._assign(label, statement)
                self.edges[label] = self._next(label)
                waiting.extend(
                    target for target in self.edges[label] if target not in reached and target not in waiting
                )
            if before == (self.values, self.edges):
                return

    def _assign(self, label: int, statement: Any) -> None:
        name, value = statement.target.name, statement.value
        if isinstance(value, ir.Expr) and value.op == "phi":
            found = self._phi(label, value)
        elif isinstance(value, ir.Var):
            found = self.values.get(value.name)
        elif isinstance(value, ir.Arg):
            found = self.arguments[value.index]
        else:
            found = self.expressions.value(self, label, value)
        if found is not None:
            old = self.values.get(name)
            self.values[name] = found if old is None else join([old, found])

    def _phi(self, label: int, phi: Any) -> Value | None:
        comes = [v for v in phi.incoming_values if v is not ir.UNDEFINED and isinstance(v, ir.Var)]
        held = [self.values[v.name] for v in comes if v.name in self.values]
        if not held:
            return None
        if label in self.code.headers:
            held = [of_an_earlier_trip(value) for value in held]
        if len({v.name for v in comes}) > 1:
            if label in self.mixed and not _surely_one(held):
                held.append(TAINTED)
            if label in self.code.headers and isinstance(held[0], Known | Number):
                held.append(ANY)  # it changes from trip to trip: not to be tried with its first value
        return join(held)

    def _next(self, label: int) -> tuple[int, ...]:
        last = self.code.blocks[label][-1]
        if isinstance(last, ir.Jump):
            return (last.target,)
        if isinstance(last, ir.Branch):
            condition = self._of(last.cond)
            if isinstance(condition, Known) and not isinstance(condition.value, np.ndarray):
                return (last.truebr if condition.value else last.falsebr,)
            return tuple(dict.fromkeys((last.truebr, last.falsebr)))
        return ()

    def _of(self, variable: Any) -> Value:
        return self.values.get(variable.name, ANY)

    def _parts(self, label: int) -> bool:
        return is_tainted(self._of(self.code.blocks[label][-1].cond))

    def get(self, variable: Any) -> Value | None:
        """None while it is not known that the variable is ever set."""
        return self.values.get(variable.name)


def _behind(flow: Flow, label: int) -> frozenset[int]:
    """The blocks that threads come to in different ways after this one."""
    join = flow.join_of(label)
    return flow.region(label) | (frozenset() if join is None else {join})


def _surely_one(held: list[Value]) -> bool:
    """Whether all of these are one value in all threads, and not merely known as little."""
    first = held[0]
    fixed = isinstance(first, Known | View) or (isinstance(first, Number) and first.affine is not None)
    return fixed and all(other == first for other in held)
