"""Every function of a kernel, read, evaluated and made a graph once for each kind of arguments it is called with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpack.gpu_runtime.trace.static.code import Code, Function, NotReadableError, function_of, read
from warpack.gpu_runtime.trace.static.effects import Effects
from warpack.gpu_runtime.trace.static.evaluate import Evaluated, Evaluation
from warpack.gpu_runtime.trace.static.expressions import Expressions
from warpack.gpu_runtime.trace.static.template import Template, build
from warpack.gpu_runtime.trace.static.values import Value, View
from warpack.gpu_runtime.trace.static.written import Facts

DEEPEST = 16
"""Calls of a function within itself, each with other constants, that are followed."""


class Functions:
    """`evaluated` and `template` give the same for the same arguments, however often they are asked."""

    def __init__(
        self,
        block: tuple[int, int, int],
        dynamic_bytes: int,
        given: Mapping[int, View],
        zeroing: frozenset[int],
    ) -> None:
        self.expressions = Expressions(block, dynamic_bytes, dict(given), zeroing, self.evaluated)
        self._codes: dict[Function, Code | None] = {}
        self._evaluated: dict[tuple[Function, tuple[Value, ...]], Evaluated | None] = {}
        self._active: list[tuple[Function, tuple[Value, ...]]] = []
        self._recursive: set[tuple[Function, tuple[Value, ...]]] = set()
        self._templates: dict[int, Template] = {}
        self._exits: dict[int, Facts] = {}

    def evaluated(self, thing: Any, arguments: tuple[Value, ...]) -> Evaluated | None:
        """None where numba cannot read the function, where the arguments do not fit, or where it calls itself with the
        same ones."""
        function = function_of(thing)
        code = self._code(function) if function else None
        if code is None or function is None or code.arguments != len(arguments):
            return None
        key = function, arguments
        if key in self._active:
            self._recursive.update(self._active[self._active.index(key) :])
            return None
        if key not in self._evaluated:
            self._evaluated[key] = None
            if sum(function is active for active, _ in self._active) < DEEPEST:
                self._active.append(key)
                found = Evaluation(code, len(self._evaluated), arguments, self.expressions).run()
                self._active.pop()
                self._evaluated[key] = None if key in self._recursive else found
        return self._evaluated[key]

    def template(self, evaluated: Evaluated) -> Template:
        if evaluated.key not in self._templates:
            effects = Effects(evaluated, self.expressions)
            steps = {label: effects.of_block(label) for label in evaluated.flow.edges}
            for step in (step for block in steps.values() for step in block if step.call):
                self.template(step.call)  # type: ignore[arg-type]
            made = build(evaluated, steps, self._exits)
            self._templates[evaluated.key], self._exits[evaluated.key] = made, made.exits
        return self._templates[evaluated.key]

    def _code(self, function: Function) -> Code | None:
        if function not in self._codes:
            try:
                self._codes[function] = read(function)
            except NotReadableError:
                self._codes[function] = None  # the caller says so, with the line of the call
        return self._codes[function]
