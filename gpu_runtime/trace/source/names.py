"""The variable that an array is bound to, from the source."""

from __future__ import annotations

import ast
import linecache
from functools import cache

from warpack.gpu_runtime.trace.positions import Path, Position
from warpack.gpu_runtime.trace.source.functions import tree_of


def bound_name(path: Path) -> str:
    """The name that the value made at the end of `path` gets. A device function that returns it hands it on to its
    caller's variable. Without a variable: `array_LINE`."""
    for position in reversed(path):
        found = _names(tree_of(position.file)).get((position.line, position.column))
        if found is not None:
            return found
    return f"array_{path[-1].line}" if path else "array"


def told_apart(paths: list[Path], names: list[str]) -> list[str]:
    """The names, those that coincide with the lines of their calls behind; then with a number."""
    found: list[str] = []
    for path, name in zip(paths, names, strict=True):
        if names.count(name) > 1:
            name = "_".join([name, *(str(position.line) for position in path[:-1] or path)])
        unique, number = name, 2
        while unique in found:
            unique, number = f"{name}_{number}", number + 1
        found.append(unique)
    return found


@cache
def _names(tree: ast.Module) -> dict[tuple[int, int], str]:
    """Where a value begins that a plain variable gets, and which."""
    found: dict[tuple[int, int], str] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[target], value=value) | ast.NamedExpr(target=target, value=value):
                _bind(found, target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                _bind(found, target, value)
    return found


def _bind(found: dict[tuple[int, int], str], target: ast.expr, value: ast.expr) -> None:
    match target, value:
        case ast.Name(id=name), _:
            found[value.lineno, value.col_offset] = name
        case ((ast.Tuple(elts=targets) | ast.List(elts=targets)), ast.Tuple(elts=values)) if len(targets) == len(
            values
        ):
            for one, other in zip(targets, values, strict=True):
                _bind(found, one, other)


def function_name(position: Position) -> str:
    """The name of the innermost function around a position."""
    around = [name for first, last, name in _functions(tree_of(position.file)) if first <= position.line <= last]
    return around[-1] if around else "line"


@cache
def _functions(tree: ast.Module) -> list[tuple[int, int, str]]:
    """First line, last line and name of each function, in the order of first lines."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return sorted((node.lineno, node.end_lineno or node.lineno, node.name) for node in nodes)


def line_text(position: Position) -> str:
    """The line of a position, without its indentation."""
    return linecache.getline(position.file, position.line).strip()
