"""What an expression is when the kernel is compiled: numba takes globals and closures as constants."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

UNKNOWN = object()
"""What is not known before the kernel runs."""

_SIMPLE = (bool, int, float, str, type(None))
_OPERATIONS: Mapping[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.Not: operator.not_,
    ast.USub: operator.neg,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}


def compile_time_names(function: FunctionType) -> dict[str, Any]:
    """Globals and closure of a function that are simple constants, without those that a local name hides."""
    code = function.__code__
    found = {name: function.__globals__[name] for name in code.co_names if name in function.__globals__}
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            continue  # a cell that nothing has been put into
    own = {*code.co_varnames, *code.co_cellvars}
    return {name: value for name, value in found.items() if name not in own and isinstance(value, _SIMPLE)}


def constant(expression: ast.expr, names: Mapping[str, Any]) -> Any:
    """The value of an expression, or UNKNOWN. `names`: those whose value is known."""
    match expression:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return names.get(name, UNKNOWN)
        case ast.UnaryOp(op=op, operand=operand):
            return _applied(op, constant(operand, names))
        case ast.BinOp(left=left, op=op, right=right):
            return _applied(op, constant(left, names), constant(right, names))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _applied(op, constant(left, names), constant(right, names))
        case ast.BoolOp(op=op, values=values):
            return _joined([constant(value, names) for value in values], isinstance(op, ast.Or))
    return UNKNOWN


def least_trips(loop: ast.For, names: Mapping[str, Any]) -> int:
    """How many trips a `for` loop over a range makes at the least, by its source alone."""
    match loop.iter:
        case ast.Call(func=ast.Name(id="range"), args=[*arguments], keywords=[]) if "range" not in names:
            values = [constant(argument, names) for argument in arguments]
            if 1 <= len(values) <= 3 and all(type(value) is int for value in values) and values[2:] != [0]:
                return len(range(*values))
    return 0


def _applied(op: ast.AST, *values: Any) -> Any:
    operation = _OPERATIONS.get(type(op))
    if operation is None or any(value is UNKNOWN for value in values):
        return UNKNOWN
    try:
        return operation(*values)
    except (TypeError, ValueError, ArithmeticError):
        return UNKNOWN  # the kernel would not compile either


def _joined(values: list[Any], any_of: bool) -> Any:
    if any(value is not UNKNOWN and bool(value) is any_of for value in values):
        return any_of
    return UNKNOWN if any(value is UNKNOWN for value in values) else not any_of
