"""The value of one expression of numba's IR, from the values of its operands."""

from __future__ import annotations

import operator
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numba.core import ir

from warpack.gpu_runtime.trace.static import calls, cuda_names
from warpack.gpu_runtime.trace.static.arithmetic import arithmetic, negated
from warpack.gpu_runtime.trace.static.indexing import indexed
from warpack.gpu_runtime.trace.static.joining import is_tainted, join, views_in
from warpack.gpu_runtime.trace.static.making import special
from warpack.gpu_runtime.trace.static.values import (
    ANY,
    TAINTED,
    Cuda,
    IterOf,
    Known,
    Method,
    Number,
    PairOf,
    RangeOf,
    Shape,
    TupleOf,
    Value,
    View,
    Views,
)

if TYPE_CHECKING:
    from warpack.gpu_runtime.trace.static.evaluate import Evaluated, Evaluation


class Expressions:
    """`block`: threads along x, y and z; `dynamic_bytes` of shared memory as the launch gives.

    `given`: what else makes work arrays, by the identity of what is called; `zeroing`: those that write all of it each
    time. `callee`: evaluates a device function for these arguments, or gives None where it cannot be read.
    """

    def __init__(
        self,
        block: tuple[int, int, int],
        dynamic_bytes: int,
        given: dict[int, View],
        zeroing: frozenset[int],
        callee: Callable[[Any, tuple[Value, ...]], Evaluated | None],
    ) -> None:
        self.block, self.dynamic_bytes, self.given, self.callee = block, dynamic_bytes, given, callee
        self.zeroing = zeroing
        self.threads = block[0] * block[1] * block[2]
        self.imported = cuda_names.by_identity()

    def value(self, at: Evaluation, label: int, value: Any) -> Value | None:
        """None while an operand has no value yet."""
        if isinstance(value, ir.Global | ir.FreeVar | ir.Const):
            return self._object(value.value)
        if not isinstance(value, ir.Expr):
            return TAINTED
        if value.op == "call":
            return calls.result(self, at, value)
        operands: list[Value | None] = [at.get(v) for v in _variables(value)]
        if any(v is None for v in operands):
            return None
        found = getattr(self, f"_{value.op}", None)
        return found(at, label, value) if found else _anything(operands)

    def _object(self, found: Any) -> Value:
        if cuda_names.is_cuda(found):
            return Cuda(())
        return self.imported.get(id(found)) or Known(found)

    def _getattr(self, at: Evaluation, label: int, value: Any) -> Value:
        of = at.values[value.value.name]
        if isinstance(of, Cuda):
            return special(self.block, (*of.names, value.attr))
        if isinstance(of, View | Views):
            return _of_array(of, value.attr)
        if isinstance(of, Known):
            found = getattr(of.value, value.attr, _MISSING) if _may_ask(of.value) else _MISSING
            return ANY if found is _MISSING else self._object(found)
        if isinstance(of, Number) and value.attr == "shape":
            return Shape()
        return Number(tainted=is_tainted(of) and value.attr not in ("size", "ndim"))

    def _getitem(self, at: Evaluation, label: int, value: Any) -> Value:
        return self._item(at.values[value.value.name], at.values[value.index.name])

    def _static_getitem(self, at: Evaluation, label: int, value: Any) -> Value:
        return self._item(at.values[value.value.name], Known(value.index))

    def _item(self, of: Value, index: Value) -> Value:
        if isinstance(of, View | Views):
            left = indexed(of, index)
            return TAINTED if is_element(left) else left
        if isinstance(of, Shape):
            return ANY
        if isinstance(of, TupleOf) and isinstance(index, Known) and isinstance(index.value, int | slice):
            picked = of.items[index.value] if _in_reach(of.items, index.value) else ANY
            return TupleOf(picked) if isinstance(picked, tuple) else picked
        if isinstance(of, TupleOf) and of.items:
            return join([*of.items, *([TAINTED] if is_tainted(index) else [])])
        if isinstance(of, Known) and isinstance(of.value, tuple | list | np.ndarray):
            if isinstance(index, Known) and isinstance(index.value, int) and _in_reach(of.value, index.value):
                return self._object(of.value[index.value])
            return Number(tainted=is_tainted(index))
        return _anything([of]) if views_in(of) else TAINTED

    def _build_tuple(self, at: Evaluation, label: int, value: Any) -> Value:
        return TupleOf(tuple(at.values[item.name] for item in value.items))

    def _exhaust_iter(self, at: Evaluation, label: int, value: Any) -> Value:
        return at.values[value.value.name]

    def _cast(self, at: Evaluation, label: int, value: Any) -> Value:
        return at.values[value.value.name]

    def _getiter(self, at: Evaluation, label: int, value: Any) -> Value:
        return IterOf(at.values[value.value.name])

    def _iternext(self, at: Evaluation, label: int, value: Any) -> Value:
        over = at.values[value.value.name]
        return PairOf(over.over if isinstance(over, IterOf) else over, (at.key, label))

    def _pair_first(self, at: Evaluation, label: int, value: Any) -> Value:
        pair = at.values[value.value.name]
        if not isinstance(pair, PairOf):
            return TAINTED
        if isinstance(pair.over, RangeOf):
            found = pair.over.element(pair.header)
            return Number(found.affine, found.tainted or label in at.mixed)
        if isinstance(pair.over, View | Views):
            return self._item(pair.over, TAINTED)
        return TAINTED

    def _pair_second(self, at: Evaluation, label: int, value: Any) -> Value:
        pair = at.values[value.value.name]
        if isinstance(pair, PairOf) and isinstance(pair.over, RangeOf):
            return Known(False) if pair.over.trips == 0 else Number(tainted=pair.over.tainted)
        return TAINTED

    def _binop(self, at: Evaluation, label: int, value: Any) -> Value:
        return arithmetic(value.fn, at.values[value.lhs.name], at.values[value.rhs.name])

    def _inplace_binop(self, at: Evaluation, label: int, value: Any) -> Value:
        left, right = at.values[value.lhs.name], at.values[value.rhs.name]
        return left if isinstance(left, View | Views) else arithmetic(value.immutable_fn, left, right)

    def _unary(self, at: Evaluation, label: int, value: Any) -> Value:
        of = at.values[value.value.name]
        name = value.fn if isinstance(value.fn, str) else value.fn.__name__
        if name in ("not", "not_"):
            return negated(of)
        return arithmetic(operator.sub, Known(0), of) if name in ("neg", "-") else _anything([of])


_MISSING = object()


def is_element(value: View | Views) -> bool:
    """Whether this is one element, and no view of several."""
    if isinstance(value, View):
        return value.axes == ()
    return not value.others and all(view.axes == () for view in value.views)


def _of_array(of: View | Views, name: str) -> Value:
    if isinstance(of, View) and of.axes is not None:
        if name == "T":
            return View(of.base, of.offset, of.axes[::-1], of.spread)
        sizes = [count for count, stride in of.axes] if all(stride for _, stride in of.axes) else None
        if name == "shape" and sizes is not None:
            return TupleOf(tuple(Known(size) for size in sizes))
        if name == "size" and sizes is not None:
            return Known(int(np.prod(sizes)))
        if name == "ndim":
            return Known(len(of.axes))
    if name == "T":
        return Views(frozenset(View(view.base) for view in views_in(of)), isinstance(of, Views) and of.others)
    if name == "shape":
        return Shape()
    return ANY if name in ("size", "ndim", "dtype") else Method(of, name)


def _may_ask(found: Any) -> bool:
    """Whether to ask an object for an attribute runs none of the user's code."""
    return isinstance(found, ModuleType | type) or (isinstance(found, tuple) and hasattr(found, "_fields"))


def _variables(value: Any) -> list[Any]:
    return list(value.list_vars())


def _in_reach(items: Any, index: int | slice) -> bool:
    return isinstance(index, slice) or -len(items) <= index < len(items)


def _anything(operands: list[Value | None]) -> Value:
    """What an operation may give of which nothing else is known: any array that it got, too."""
    views = frozenset(View(view.base) for v in operands if v is not None for view in views_in(v))
    if views:
        return Views(views, others=True)
    return Number(tainted=any(v is not None and is_tainted(v) for v in operands))
