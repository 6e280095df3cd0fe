"""The source of a function, found from its code object."""

from __future__ import annotations

import ast
import linecache
from functools import cache
from types import CodeType, FunctionType

from warpack.gpu_runtime.trace.errors import TraceError
from warpack.gpu_runtime.trace.source.constants import compile_time_names
from warpack.gpu_runtime.trace.source.facts import FunctionFacts
from warpack.gpu_runtime.trace.source.numbering import Numbering


def tree_of(file: str) -> ast.Module:
    """The syntax tree of a file as it is now: programs that write code may add to one. Raises TraceError where there is
    no source."""
    linecache.checkcache(file)
    lines = linecache.getlines(file)
    if not lines:
        raise TraceError(f"{file}: no source to find the kernel's loops and places in")
    return _parsed(file, "".join(lines))


@cache
def _parsed(file: str, text: str) -> ast.Module:
    return ast.parse(text, file)


def first_line(node: ast.FunctionDef) -> int:
    """The line that the code of a function begins with: that of its first decorator."""
    return min(node.lineno, *(one.lineno for one in node.decorator_list), node.lineno)


def definition_of(code: CodeType) -> ast.FunctionDef:
    """Where a function is defined. Raises TraceError where its source is not to be found."""
    found = _definitions(tree_of(code.co_filename)).get((code.co_name, code.co_firstlineno))
    if found is not None:
        return found
    raise TraceError(
        f"{code.co_filename}:{code.co_firstlineno}: no source of {code.co_name!r} there: is it a lambda, or has the "
        "file changed?"
    )


@cache
def _definitions(tree: ast.Module) -> dict[tuple[str, int], ast.FunctionDef]:
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return {(node.name, first_line(node)): node for node in nodes}


def facts_of(function: FunctionType) -> FunctionFacts:
    """The numbered places and loops of a function."""
    code = function.__code__
    definition = definition_of(code)
    numbering = Numbering(compile_time_names(function))
    for statement in definition.body:
        numbering.visit(statement)
    return FunctionFacts(code.co_name, code.co_filename, definition.lineno, numbering.places, tuple(numbering.loops))
