"""Functions for the CPU target are compiled once for all faults that leave them alone: numba takes most of a fault's
time.

A function is the same where its text is, and all that it reaches of the allocators' text.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from warpack.gpu_runtime.compiler import load_module
from warpack.gpu_runtime.probe.kernel.abi import ALLOCATORS

Definitions = dict[str, list[ast.stmt]]


class CompiledOnce:
    """`load` stands in the place of `load_module`."""

    def __init__(self) -> None:
        self._kept: dict[frozenset[str], Any] = {}
        self._allocators: Definitions = {}

    def load(self, text: str, name: str) -> ModuleType:
        module = load_module(text, name)
        found = definitions(text)
        if name == ALLOCATORS:
            self._allocators = found
            return module
        for function, (*_, statement) in found.items():
            if isinstance(statement, ast.FunctionDef):
                key = frozenset({ast.unparse(statement), *reached(self._allocators, names_in([statement]))})
                setattr(module, function, self._kept.setdefault(key, getattr(module, function)))
        return module


def definitions(text: str) -> Definitions:
    """The statements of a module by the names that they bind; those that bind none under an empty one."""
    found: Definitions = defaultdict(list)
    for statement in ast.parse(text).body:
        bound: Iterable[str]
        if isinstance(statement, ast.FunctionDef):
            bound = [statement.name]
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            bound = [alias.asname or alias.name.partition(".")[0] for alias in statement.names]
        else:
            bound = [
                node.id
                for node in ast.walk(statement)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            ]
        for name in bound or [""]:
            found[name].append(statement)
    return found


def names_in(statements: Iterable[ast.stmt]) -> set[str]:
    """Every name and attribute that is said in them."""
    nodes = [node for statement in statements for node in ast.walk(statement)]
    return {node.id for node in nodes if isinstance(node, ast.Name)} | {
        node.attr for node in nodes if isinstance(node, ast.Attribute)
    }


def reached(found: Definitions, names: set[str]) -> set[str]:
    """The text of all statements that these names lead to, and of those that bind no name."""
    seen, waiting = set[str](), names | {""}
    while waiting:
        seen |= waiting
        said = names_in(statement for name in waiting for statement in found.get(name, ()))
        waiting = {name for name in said if name in found} - seen
    return {ast.unparse(statement) for name in seen for statement in found.get(name, ())}
