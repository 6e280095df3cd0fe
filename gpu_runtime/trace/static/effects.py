"""What the statements of a function do to arrays: steps, each of which reads and writes some elements, or calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from numba.core import ir

from warpack.gpu_runtime.trace.positions import Position
from warpack.gpu_runtime.trace.static.calls import Call, Kind, arguments_of, as_params, resolve
from warpack.gpu_runtime.trace.static.evaluate import Evaluated
from warpack.gpu_runtime.trace.static.expressions import Expressions, is_element
from warpack.gpu_runtime.trace.static.indexing import indexed
from warpack.gpu_runtime.trace.static.joining import views_in
from warpack.gpu_runtime.trace.static.values import ANY, Cuda, Elements, IterOf, Known, Made, Param, Value, View, Views


@dataclass(frozen=True)
class Step:
    """One thing that a statement does.

    `unfollowed` says what could not be followed; `part`: what is cut out of what may be dynamic shared memory.
    """

    position: Position
    reads: tuple[Elements, ...] = ()
    writes: tuple[Elements, ...] = ()
    barrier: bool = False
    call: Evaluated | None = None
    bound: tuple[View | Views, ...] = ()
    unfollowed: str = ""
    part: View | Views | None = None


_TOUCH_NOTHING = (len, range, slice, tuple)


class Effects:
    def __init__(self, evaluated: Evaluated, expressions: Expressions) -> None:
        self.at, self.expressions = evaluated, expressions

    def of_block(self, label: int) -> list[Step]:
        found = [step for statement in self.at.code.blocks[label] for step in self._of(statement)]
        return [s for s in found if s.reads or s.writes or s.barrier or s.call or s.unfollowed or s.part]

    def _of(self, statement: Any) -> Iterable[Step]:
        if isinstance(statement, ir.SetItem | ir.StaticSetItem):
            index = Known(statement.index) if isinstance(statement, ir.StaticSetItem) else self._value(statement.index)
            return self._stores(self.at.code.position(statement), statement.target, index, statement.value)
        if isinstance(statement, ir.Print):
            values = [self._value(v) for v in statement.args]
            return [Step(self.at.code.position(statement), reads=_all_of(values))]
        if isinstance(statement, ir.Assign) and isinstance(statement.value, ir.Expr):
            return self._expression(statement.value)
        return ()

    def _value(self, variable: Any) -> Value:
        return self.at.values.get(variable.name, ANY)

    def _stores(self, where: Position, target: Any, index: Value, value: Any) -> Iterable[Step]:
        into = self._value(target)
        reads = _all_of([self._value(value)])
        if isinstance(into, View | Views):
            return [Step(where, reads=reads), Step(where, writes=_elements(indexed(into, index)))]
        return [Step(where, reads=reads, writes=_inexact(_all_of([into])))]

    def _expression(self, value: Any) -> Iterable[Step]:
        where = self.at.code.position(value)
        match value.op:
            case "getitem" | "static_getitem":
                index = Known(value.index) if value.op == "static_getitem" else self._value(value.index)
                of = self._value(value.value)
                return [Step(where, reads=self._loads(of, index), part=self._cut(of, index))]
            case "iternext":
                over = self._value(value.value)
                return [Step(where, reads=_all_of([over.over if isinstance(over, IterOf) else over]))]
            case "binop" | "unary" | "inplace_binop":
                operands = [self._value(v) for v in value.list_vars()]
                left = [self._value(value.lhs)] if value.op == "inplace_binop" else []
                return [Step(where, reads=_all_of(operands)), Step(where, writes=_inexact(_all_of(left)))]
            case "call":
                return self._call(where, value)
        return ()

    def _loads(self, of: Value, index: Value) -> tuple[Elements, ...]:
        """An element is read; a view of several is not."""
        if not isinstance(of, View | Views):
            return ()
        return tuple(view.elements() for view in views_in(indexed(of, index)) if not view.axes)

    def _cut(self, of: Value, index: Value) -> View | Views | None:
        if not isinstance(of, View | Views) or not any(_may_be_dynamic(view) for view in views_in(of)):
            return None
        left = indexed(of, index)
        return None if is_element(left) else left

    def _call(self, where: Position, value: Any) -> Iterable[Step]:
        function, arguments = self._value(value.func), arguments_of(self, value)
        call = resolve(self.expressions, function, arguments or ())
        of = _all_of(call.arguments)
        match call.kind:
            case Kind.BARRIER:
                return [Step(where, barrier=True)]
            case Kind.GIVEN:
                view = self.expressions.given[id(call.target)]
                return [Step(where, writes=(view.elements(),))] if id(call.target) in self.expressions.zeroing else ()
            case Kind.ATOMIC | Kind.LOADS | Kind.STORES if len(call.arguments) > 1:
                return self._one_element(where, call)
            case Kind.FILLS:
                return [Step(where, writes=_elements(call.arguments[0]))]
            case Kind.READS:
                return [Step(where, reads=of)]
            case Kind.PLAIN if isinstance(function, Cuda):
                return self._of_cuda(where, call)
            case Kind.PLAIN:
                touches = call.target not in _TOUCH_NOTHING if of else False
                return [Step(where, reads=of)] if touches else ()
            case Kind.DEVICE:
                return self._device(where, value, call)
        return ()

    def _one_element(self, where: Position, call: Call) -> Iterable[Step]:
        of, index = call.arguments[:2]
        touched = _inexact(_elements(indexed(of, index))) if isinstance(of, View | Views) else ()
        rest = _all_of(call.arguments[2:])
        return [
            Step(where, reads=rest + (touched if call.kind is not Kind.STORES else ())),
            Step(where, writes=touched if call.kind is not Kind.LOADS else ()),
        ]

    def _of_cuda(self, where: Position, call: Call) -> Iterable[Step]:
        names = call.target
        if names == ("syncwarp",) and not call.arguments and self.expressions.threads <= 32:
            return [Step(where, barrier=True)]
        return self._unfollowed(where, f"cuda.{'.'.join(names)}", call)

    def _device(self, where: Position, value: Any, call: Call) -> Iterable[Step]:
        if call.target is None:
            return self._unfollowed(where, "a function that is not known", call)
        passed, bound = as_params(call.arguments)
        named = bool(value.kws or value.vararg)
        callee = None if named else self.expressions.callee(call.target, passed)
        if callee is None:
            name = getattr(call.target, "__name__", None) or repr(call.target)
            return self._unfollowed(where, f"{name}, called with names," if named else name, call)
        return [Step(where, call=callee, bound=bound)]

    def _unfollowed(self, where: Position, what: str, call: Call) -> Iterable[Step]:
        touched = _inexact(_all_of(call.arguments))
        if not touched:
            return ()
        said = f"line {where.line}: arrays go to {what}, which cannot be followed: taken as read and written"
        return [Step(where, reads=touched, unfollowed=said), Step(where, writes=touched)]

    def get(self, variable: Any) -> Value:
        return self._value(variable)


def _may_be_dynamic(view: View) -> bool:
    return isinstance(view.base, Param) or (isinstance(view.base, Made) and view.base.space == "dynamic")


def _elements(value: Value) -> tuple[Elements, ...]:
    """Of one of the views; exact only where there is no choice."""
    found = tuple(view.elements() for view in views_in(value))
    alone = isinstance(value, View) or (isinstance(value, Views) and len(found) == 1 and not value.others)
    return found if alone else _inexact(found)


def _inexact(found: tuple[Elements, ...]) -> tuple[Elements, ...]:
    return tuple(replace(elements, exact=False) for elements in found)


def _all_of(values: Iterable[Value]) -> tuple[Elements, ...]:
    """All elements of all views among these."""
    return tuple(view.elements() for value in values for view in views_in(value))
