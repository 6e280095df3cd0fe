"""Sums, products and comparisons of what is known of two scalars."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from warpack.gpu_runtime.trace.static.index import Affine
from warpack.gpu_runtime.trace.static.joining import affine_of, is_tainted, views_in
from warpack.gpu_runtime.trace.static.values import Condition, Known, Number, Value

_PLAIN = (int, float, bool, complex, str, type(None), np.generic)
_SAME = {operator.is_: True, operator.is_not: False, operator.eq: True, operator.ne: False}
_COMPARES = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)


def arithmetic(function: Callable[[Any, Any], Any], left: Value, right: Value) -> Value:
    """The value of `function(left, right)`."""
    if isinstance(left, Known) and isinstance(right, Known):
        if function in (operator.is_, operator.is_not):
            return Known((left.value is right.value) == _SAME[function])
        if isinstance(left.value, _PLAIN) and isinstance(right.value, _PLAIN):
            return _computed(function, left.value, right.value)
    if function in (operator.is_, operator.is_not) and views_in(left) and _is_none(right):
        return Known(function is operator.is_not)
    tainted = is_tainted(left) or is_tainted(right)
    a, b = affine_of(left), affine_of(right)
    if a is not None and b is not None:
        if function in _COMPARES:
            return _compared(function, a.plus(b, -1), tainted)
        found = _summed(function, a, b)
        return Number(found, tainted and not (found and found.of_threads))
    return Number(tainted=tainted)


def _computed(function: Callable[[Any, Any], Any], left: Any, right: Any) -> Value:
    try:
        with np.errstate(all="ignore"):
            return Known(function(left, right))
    except (ArithmeticError, TypeError, ValueError):  # code that never runs with these operands
        return Number()


def _is_none(value: Value) -> bool:
    return isinstance(value, Known) and value.value is None


def _summed(function: Callable[[Any, Any], Any], a: Affine, b: Affine) -> Affine | None:
    if function is operator.add:
        return a.plus(b)
    if function is operator.sub:
        return a.plus(b, -1)
    if function is operator.mul and not (a.terms and b.terms):
        return a.times(b.const) if not b.terms else b.times(a.const)
    return None


def _compared(function: Callable[[Any, Any], Any], difference: Affine, tainted: bool) -> Value:
    """`difference` against zero: always one answer, or which threads it holds for, or unknown."""
    bounds = difference.bounds
    if bounds is not None:
        answers = {bool(function(value, 0)) for value in (bounds[0], bounds[1])}
        inside = bounds[0] < 0 < bounds[1] and function in (operator.eq, operator.ne)
        if len(answers) == 1 and not inside:
            return Known(answers.pop())
    if len(difference.terms) == 1:
        symbol, coefficient = difference.terms[0]
        if symbol.threads and symbol.loop is None and symbol.count is not None and coefficient in (1, -1):
            return _of_threads(function, symbol.count, difference, symbol)
    return Number(tainted=tainted)


def _of_threads(function: Callable[[Any, Any], Any], count: int, difference: Affine, symbol: Any) -> Value:
    true = [k for k in range(count) if function(difference.const + difference.terms[0][1] * k, 0)]
    if function is operator.ne:
        false = next(iter(set(range(count)) - set(true)))
        return Condition(symbol, false, false + 1, outside=True)
    return Condition(symbol, true[0], true[-1] + 1)


def truth(value: Value) -> Value:
    """`bool(value)`."""
    if isinstance(value, Condition):
        return value
    if isinstance(value, Known) and isinstance(value.value, _PLAIN):
        return Known(bool(value.value))
    return Number(tainted=is_tainted(value))


def negated(value: Value) -> Value:
    """`not value`."""
    if isinstance(value, Condition):
        return Condition(value.symbol, value.low, value.high, not value.outside)
    if isinstance(value, Known) and isinstance(value.value, _PLAIN):
        return Known(not value.value)
    return Number(tainted=is_tainted(value))
