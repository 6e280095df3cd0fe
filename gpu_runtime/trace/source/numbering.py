"""Numbers the places of a function in the order in which Python evaluates them.

Numbers come from the syntax tree, and so are the same in every version of Python; offsets of bytecode are not, and
a `while` has its test twice there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from warpack.gpu_runtime.trace.source.constants import UNKNOWN, constant, least_trips
from warpack.gpu_runtime.trace.source.facts import LOAD, STORE, Loop, Place, Span


def span_of(node: ast.expr | ast.stmt) -> Span:
    return (node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or 0)


class Numbering(ast.NodeVisitor):
    """Visits the body of a function once. `names`: what is constant when the kernel is compiled."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.places: dict[tuple[Span, str], Place] = {}
        self.loops: list[Loop] = []
        self._names = names
        self._around: list[Loop] = []
        self._count = 0
        self._conditions = 0
        self._may_have_returned = False
        self._skipping: set[Loop] = set()

    def generic_visit(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            self.visit(child)
        if isinstance(node, ast.expr | ast.stmt):
            stored = isinstance(getattr(node, "ctx", None), ast.Store)
            self._number(node, STORE if stored else LOAD)

    def _number(self, node: ast.expr | ast.stmt, kind: str) -> None:
        self._count += 1
        self.places[span_of(node), kind] = Place(
            spot=(node.lineno, node.col_offset),
            order=self._count,
            loops=tuple(self._around),
            conditional=self._conditions > 0 or any(loop in self._skipping for loop in self._around),
            after_return=self._may_have_returned,
        )

    def _all(self, nodes: Iterable[ast.AST], *, conditional: bool = False) -> None:
        self._conditions += conditional
        for node in nodes:
            self.visit(node)
        self._conditions -= conditional

    # Expressions of which a part may be left out.

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.visit(node.values[0])
        self._all(node.values[1:], conditional=True)
        self._number(node, LOAD)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        self._all([node.body, node.orelse], conditional=True)
        self._number(node, LOAD)

    # Statements whose parts are not evaluated as they are written.

    def visit_Assign(self, node: ast.Assign) -> None:
        self._all([node.value, *node.targets])
        self._number(node, LOAD)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._all([] if node.value is None else [node.value])
        self.visit(node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._all(ast.iter_child_nodes(node.target))
        self._number(node.target, LOAD)
        self.visit(node.value)
        self._number(node, LOAD)
        self._number(node.target, STORE)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        value = constant(node.test, self._names)
        self._all(node.body, conditional=value is UNKNOWN or not value)
        self._all(node.orelse, conditional=value is UNKNOWN or bool(value))

    def visit_For(self, node: ast.For) -> None:
        self.visit(node.iter)
        loop = self._enter(node)
        loop.least_trips = least_trips(node, self._names)
        self._all([node.target, *node.body])
        self._leave(loop, node.orelse)

    def visit_While(self, node: ast.While) -> None:
        loop = self._enter(node)
        value = constant(node.test, self._names)
        loop.endless = value is not UNKNOWN and bool(value)
        self.visit(node.test)
        loop.test_order = self._count
        self._all(node.body)
        self._leave(loop, node.orelse)

    def _enter(self, node: ast.For | ast.While) -> Loop:
        self._count += 1
        loop = Loop((node.lineno, node.col_offset), self._count)
        self.loops.append(loop)
        self._around.append(loop)
        return loop

    def _leave(self, loop: Loop, otherwise: list[ast.stmt]) -> None:
        self._around.pop()
        self._skipping.discard(loop)
        loop.last_order = self._count
        self._all(otherwise, conditional=True)

    def visit_Break(self, node: ast.Break) -> None:
        self._around[-1].breaks.append(self._count)

    def visit_Continue(self, node: ast.Continue) -> None:
        self._skipping.add(self._around[-1])

    def visit_Return(self, node: ast.Return) -> None:
        self.generic_visit(node)
        for loop in self._around:
            loop.returns = True
        self._may_have_returned |= self._conditions > 0 or bool(self._around)

    def visit_Try(self, node: ast.Try) -> None:
        self._all([*node.body, *node.handlers, *node.orelse, *node.finalbody], conditional=True)

    def visit_match_case(self, node: ast.match_case) -> None:
        self._all(ast.iter_child_nodes(node), conditional=True)

    # Functions within functions have code of their own.

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        return None

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._number(node, LOAD)
