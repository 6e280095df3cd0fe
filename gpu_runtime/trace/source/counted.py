"""The code of a function whose loops say when they are entered and when a trip begins.

The syntax tree is changed and compiled again; positions stay those of the source. Three names are then called from the
function's code, which must be built-ins while it runs:

    for x in ITER: …    ->    for x in __warpack_trips__(spot, ITER): …
    while TEST: …       ->    __warpack_enter__(spot)
                              while __warpack_test__(spot) and (TEST): __warpack_turn__(spot); …
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from types import CodeType, FunctionType

from warpack.gpu_runtime.trace.errors import TraceError
from warpack.gpu_runtime.trace.source.functions import tree_of

TRIPS, ENTER, TEST, TURN = "__warpack_trips__", "__warpack_enter__", "__warpack_test__", "__warpack_turn__"


class _Counting(ast.NodeTransformer):
    def visit_For(self, node: ast.For) -> ast.For:
        self.generic_visit(node)
        node.iter = _call(TRIPS, node, node.iter, node.iter)
        return node

    def visit_While(self, node: ast.While) -> list[ast.stmt]:
        self.generic_visit(node)
        entering = ast.copy_location(ast.Expr(_call(ENTER, node, node.test)), node.test)
        turning = ast.copy_location(ast.Expr(_call(TURN, node, node.test)), node.test)
        both = ast.BoolOp(ast.And(), [_call(TEST, node, node.test), node.test])
        node.test = ast.copy_location(both, node.test)
        node.body = [turning, *node.body]
        return [entering, node]


def counted_code(function: FunctionType) -> CodeType:
    """The code that counts, to stand in place of the function's own. Raises TraceError."""
    code = function.__code__
    found = _counted(code.co_filename, tree_of(code.co_filename)).get((code.co_name, code.co_firstlineno))
    if found is None or found.co_freevars != code.co_freevars:
        raise TraceError(f"{code.co_filename}:{code.co_firstlineno}: the source of {code.co_name!r} has changed")
    return found


@cache
def _counted(file: str, tree: ast.Module) -> dict[tuple[str, int], CodeType]:
    counting = _Counting().visit(deepcopy(tree))
    module = compile(ast.fix_missing_locations(counting), file, "exec", dont_inherit=True)
    return {(code.co_name, code.co_firstlineno): code for code in _within(module)}


def _within(code: CodeType) -> Iterator[CodeType]:
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _within(one)


def _call(name: str, loop: ast.For | ast.While, at: ast.expr, *arguments: ast.expr) -> ast.Call:
    spot = ast.Tuple([ast.Constant(loop.lineno), ast.Constant(loop.col_offset)], ast.Load())
    call = ast.copy_location(ast.Call(ast.Name(name, ast.Load()), [spot, *arguments], []), at)
    for part in (call.func, spot, *spot.elts):
        ast.copy_location(part, at)
    return call
