"""What the syntax tree tells beyond the bytecode: loop statements, and the variables that arrays are bound to."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from functools import lru_cache

from warpack.gpu_runtime.trace.positions import Path, Position

Span = tuple[tuple[int, int], tuple[int, int]]


def loop_statement(places: list[Position]) -> Position:
    """Where the innermost `for` or `while` begins that holds all these places, such as a loop's head and its jump back.

    The head alone does not do: Python turns `while` round, so that its head is the first place of its body.
    """
    spans = _loops(_text(places[0].file))
    holding = [span for span in spans if all(span[0] <= (p.line, p.column) < span[1] for p in places)]
    if not holding:
        return min(places)
    line, column = max(holding)[0]
    return Position(places[0].file, line, column)


def bound_name(path: Path) -> str:
    """The variable that the array made at this path is bound to: by the innermost call that is assigned to one."""
    for place in reversed(path):
        name = _bound(_text(place.file)).get((place.line, place.column))
        if name:
            return name
    return "array"


def _text(file: str) -> str:
    """As it is now: programs that write code may add to a file."""
    linecache.checkcache(file)
    return "".join(linecache.getlines(file))


@lru_cache(maxsize=256)
def _tree(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except SyntaxError:  # a file that has changed, or text that was made at run time: then there are no names
        return None


@lru_cache(maxsize=256)
def _loops(text: str) -> tuple[Span, ...]:
    tree = _tree(text)
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.For | ast.While)] if tree else []
    return tuple(
        ((node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or 0)) for node in nodes
    )


@lru_cache(maxsize=256)
def _bound(text: str) -> dict[tuple[int, int], str]:
    tree = _tree(text)
    found: dict[tuple[int, int], str] = {}
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Assign):
            for target in node.targets:
                found.update(_names(target, node.value))
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            found.update(_names(node.target, node.value))
    return found


def _names(target: ast.expr, value: ast.expr) -> Iterator[tuple[tuple[int, int], str]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, of in zip(target.elts, value.elts, strict=True):
            yield from _names(one, of)
    elif isinstance(target, ast.Name):
        yield (value.lineno, value.col_offset), target.id
