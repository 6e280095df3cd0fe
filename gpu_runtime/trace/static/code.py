"""A function as numba's IR in SSA form, with the column of every statement. Nothing is compiled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from types import FunctionType
from typing import Any

from numba.core import bytecode, interpreter, ir, ssa
from numba.core.errors import NumbaError

from warpack.gpu_runtime.trace.positions import Position
from warpack.gpu_runtime.trace.static.flow import Flow

Function = FunctionType
_bytecode: Any = bytecode  # numba has no types
_interpreter_class: Any = interpreter.Interpreter
_ir: Any = ir
_ssa: Any = ssa


class NotReadableError(ValueError):
    """numba cannot read this function; the message says why."""


@dataclass(frozen=True)
class Code:
    """`blocks`: label to statements, each variable assigned once. `arguments` in order."""

    function: Function
    blocks: dict[int, list[Any]]
    arguments: int

    @property
    def entry(self) -> int:
        return min(self.blocks)

    @cached_property
    def headers(self) -> frozenset[int]:
        """The labels at which loops begin, whatever can run."""
        edges = {label: tuple(dict.fromkeys(body[-1].get_targets())) for label, body in self.blocks.items()}
        return frozenset(Flow(self.entry, edges).loops)

    @property
    def start(self) -> Position:
        code = self.function.__code__
        return Position(code.co_filename, code.co_firstlineno, 0)

    def position(self, thing: Any) -> Position:
        """Of a statement or of an expression."""
        loc = thing.loc
        return Position(self.function.__code__.co_filename, loc.line, loc.col or 0)


def read(function: Function) -> Code:
    try:
        identity = _bytecode.FunctionIdentity.from_function(function)
        found = _interpreter(function)(identity).interpret(_bytecode.ByteCode(identity))
        found = _ssa.reconstruct_ssa(found)
    except (NumbaError, NotImplementedError, AssertionError) as error:
        raise NotReadableError(f"{function.__qualname__}: {' '.join(str(error).split())}") from error
    return Code(function, {label: block.body for label, block in sorted(found.blocks.items())}, found.arg_count)


def _interpreter(function: Function) -> Callable[[Any], Any]:
    """numba's interpreter, which keeps lines only; the columns come from the code object, by offset."""
    code = function.__code__
    places = [(line, column) for line, _, column, _ in code.co_positions()]

    class WithColumns(_interpreter_class):  # type: ignore[misc]
        def _dispatch(self, inst: Any, kws: Any) -> Any:
            at = (inst.offset - _bytecode._FIXED_OFFSET) // 2
            if 0 <= at < len(places) and places[at][0] is not None:
                self.loc = _ir.Loc(code.co_filename, places[at][0], places[at][1])
            return super()._dispatch(inst, kws)

    return WithColumns


def function_of(thing: Any) -> Function | None:
    """The Python function of a kernel or device function, of numba-cuda or of a simulator of it; None for others."""
    for name in ("py_func", "fn"):
        function = getattr(thing, name, None)
        if isinstance(function, FunctionType) and not isinstance(thing, type):
            return function
    return thing if isinstance(thing, FunctionType) else None
