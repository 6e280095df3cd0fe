"""The conditions and counts of lifetimes.json, in Python's notation: names, numbers, sums and comparisons."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {ast.Add: operator.add, ast.Sub: operator.sub}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.Gt: operator.gt,
    ast.LtE: operator.le,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}


def evaluate(expression: str, variables: Mapping[str, Any]) -> Any:
    """The expression's value. Raises `ValueError` for notation that does not belong here, `KeyError` for a name that
    has no value."""
    return _value(_parse(expression.strip()), variables)


@cache
def _parse(expression: str) -> ast.expr:
    return ast.parse(expression, mode="eval").body


def _value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value):
            return value
        case ast.Name(name):
            return names[name]
        case ast.Subscript(sequence, index):
            return _value(sequence, names)[_value(index, names)]
        case ast.UnaryOp(ast.Not(), operand):
            return not _value(operand, names)
        case ast.BoolOp(ast.And(), values):
            return all(_value(value, names) for value in values)
        case ast.BoolOp(ast.Or(), values):
            return any(_value(value, names) for value in values)
        case ast.BinOp(left, op, right) if type(op) in _ARITHMETIC:
            return _ARITHMETIC[type(op)](_value(left, names), _value(right, names))
        case ast.Compare(left, [op], [right]) if type(op) in _COMPARISONS:
            return _COMPARISONS[type(op)](_value(left, names), _value(right, names))
        case ast.IfExp(condition, then, otherwise):
            return _value(then if _value(condition, names) else otherwise, names)
        case ast.Call(ast.Name("min"), arguments, []):
            return min(_value(argument, names) for argument in arguments)
    raise ValueError(f"not understood in an expression: {ast.unparse(node)}")
