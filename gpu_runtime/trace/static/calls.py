"""What a call in a kernel gives back, and its kind: that of a device function, of `cuda`, of an array."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from warpack.gpu_runtime.trace.static import cuda_names
from warpack.gpu_runtime.trace.static.arithmetic import truth
from warpack.gpu_runtime.trace.static.code import function_of
from warpack.gpu_runtime.trace.static.index import Affine
from warpack.gpu_runtime.trace.static.joining import affine_of, is_tainted, join, placed, views_in
from warpack.gpu_runtime.trace.static.making import made
from warpack.gpu_runtime.trace.static.values import (
    ANY,
    TAINTED,
    Cuda,
    Known,
    Method,
    Number,
    Param,
    RangeOf,
    SliceOf,
    TupleOf,
    Value,
    View,
    Views,
)

if TYPE_CHECKING:
    from warpack.gpu_runtime.trace.static.evaluate import Evaluation
    from warpack.gpu_runtime.trace.static.expressions import Expressions


class Kind(Enum):
    MAKES = "makes a work array"
    GIVEN = "hands out a work array"
    BARRIER = "waits for all threads of the block"
    ATOMIC = "reads and writes some elements at once"
    LOADS = "reads one element"
    STORES = "writes one element"
    DEVICE = "a device function"
    FILLS = "writes all elements of an array"
    READS = "reads an array at most"
    VIEWS = "gives another view of an array"
    PLAIN = "touches no array"


_VIEWING = frozenset({"view", "reshape", "ravel", "transpose"})
_READING = frozenset({"copy", "astype", "sum", "min", "max", "mean", "any", "all", "item", "flatten"})
_PLAIN = frozenset({range, slice, len, bool, int, float, complex, min, max, abs, round, pow, divmod, tuple, print})


@dataclass(frozen=True)
class Call:
    kind: Kind
    arguments: tuple[Value, ...]
    target: Any = None


def resolve(expressions: Expressions, function: Value, arguments: tuple[Value, ...]) -> Call:
    """What kind of call this is. With work arrays in the arguments, `Kind.DEVICE` also stands for unknown calls:
    the target is then None, or cannot be read."""
    if isinstance(function, Cuda):
        return Call(_of_cuda(function.names), arguments, function.names)
    if isinstance(function, Method):
        kind = Kind.FILLS if function.name == "fill" else Kind.VIEWS if function.name in _VIEWING else Kind.READS
        known = function.name in _READING or kind is not Kind.READS
        return (
            Call(kind, (function.of, *arguments), function.name)
            if known
            else Call(Kind.DEVICE, (function.of, *arguments))
        )
    if views_in(function):  # a function within the kernel, which has its arrays
        return Call(Kind.DEVICE, (function, *arguments))
    if not isinstance(function, Known):
        return Call(Kind.DEVICE if _arrays(arguments) else Kind.PLAIN, arguments)
    target = function.value
    if id(target) in expressions.given:
        return Call(Kind.GIVEN, arguments, target)
    if getattr(target, "__name__", "") in cuda_names.PASSES_ON or _hashed_in(target, _PLAIN):
        return Call(Kind.PLAIN, arguments, target)
    if function_of(target) is not None:
        return Call(Kind.DEVICE, arguments, target)
    return Call(Kind.DEVICE if _arrays(arguments) else Kind.PLAIN, arguments, target)


def _of_cuda(names: tuple[str, ...]) -> Kind:
    if names in (("shared", "array"), ("local", "array")):
        return Kind.MAKES
    if names[0] == "atomic":
        return Kind.ATOMIC
    if len(names) == 1:
        if names[0] in cuda_names.BLOCK_BARRIERS:
            return Kind.BARRIER
        if names[0] in cuda_names.CACHED_LOADS:
            return Kind.LOADS
        if names[0] in cuda_names.CACHED_STORES:
            return Kind.STORES
    return Kind.PLAIN


def _arrays(arguments: tuple[Value, ...]) -> bool:
    return any(views_in(argument) for argument in arguments)


def _hashed_in(thing: Any, among: frozenset[Any]) -> bool:
    try:
        return thing in among
    except TypeError:
        return False


class Holds(Protocol):
    def get(self, variable: Any) -> Value | None: ...


def arguments_of(at: Holds, value: Any) -> tuple[Value, ...] | None:
    """Positional arguments, then those by name; None while one has no value yet."""
    variables = [*value.args, *(v for _, v in value.kws), *([value.vararg] if value.vararg else [])]
    found = [at.get(v) for v in variables]
    return None if any(v is None for v in found) else tuple(found)  # type: ignore[arg-type]


def result(expressions: Expressions, at: Evaluation, value: Any) -> Value | None:
    """What the call gives back; None while its function or an argument has no value yet."""
    function, arguments = at.get(value.func), arguments_of(at, value)
    if function is None or arguments is None:
        return None
    call = resolve(expressions, function, arguments)
    match call.kind:
        case Kind.MAKES:
            return made(expressions, at, value, call.arguments, call.target[0])
        case Kind.GIVEN:
            return expressions.given[id(call.target)]
        case Kind.VIEWS:
            return join([View(view.base) for view in views_in(call.arguments[0])])
        case Kind.DEVICE if call.target is not None:
            if any(name for name, _ in value.kws) or value.vararg:
                return _unknown(arguments)
            return _returned(expressions, at, value, call)
        case Kind.DEVICE:
            return _unknown(call.arguments)
        case Kind.BARRIER:
            return ANY
        case Kind.PLAIN if not isinstance(function, Cuda):
            return _plain(call.target, arguments)
    names = function.names if isinstance(function, Cuda) else ()
    if names and names[-1] in cuda_names.PASSES_ON and arguments:
        return arguments[0]
    return ANY if names in (("gridsize",), ("const", "array_like")) else TAINTED


def _returned(expressions: Expressions, at: Evaluation, value: Any, call: Call) -> Value:
    passed, bound = as_params(call.arguments)
    callee = expressions.callee(call.target, passed)
    if callee is None:
        return _unknown(call.arguments)
    found = placed(callee.result, at.code.position(value), bound)
    # What a device function computes may depend on elements it reads, and so on the thread.
    return Number(found.affine, tainted=True) if isinstance(found, Number) else found


def as_params(arguments: tuple[Value, ...]) -> tuple[tuple[Value, ...], tuple[View | Views, ...]]:
    """The arguments as the callee sees them, and the views that it gets: callees are evaluated once for arguments that
    differ only in which arrays they are."""
    bound: list[View | Views] = []

    def one(value: Value) -> Value:
        if isinstance(value, View):
            bound.append(value)
            return View(Param(len(bound) - 1), axes=value.axes)
        if isinstance(value, Views):
            axes = {view.axes for view in value.views}
            bound.append(value)
            seen = View(Param(len(bound) - 1), axes=axes.pop() if len(axes) == 1 else None)
            return Views(frozenset([seen]), others=True) if value.others else seen
        if isinstance(value, TupleOf):
            return TupleOf(tuple(one(item) for item in value.items))
        if views := views_in(value):
            bound.append(Views(views, others=True))
            return Views(frozenset([View(Param(len(bound) - 1))]), others=True)
        return value

    return tuple(one(argument) for argument in arguments), tuple(bound)


def _unknown(arguments: tuple[Value, ...]) -> Value:
    """An unknown function may hand back any array it got."""
    views = frozenset(View(view.base) for argument in arguments for view in views_in(argument))
    return Views(views, others=True) if views else TAINTED


def _plain(target: Any, arguments: tuple[Value, ...]) -> Value:
    first = arguments[0] if arguments else None
    tainted = any(is_tainted(argument) for argument in arguments)
    if first is None:
        return Number(tainted=target is None)
    if target is range:
        return _range(arguments, tainted)
    if target is slice:
        start, stop, step = {1: (Known(None), first, Known(None)), 2: (*arguments, Known(None))}.get(
            len(arguments), arguments[:3]
        )
        return SliceOf(start, stop, step)
    if target is len:
        return _length(first)
    if target is bool or getattr(target, "__name__", "") in ("bool_", "boolean", "bool"):
        return truth(first)
    if target in (min, max) and all(isinstance(a, Known) and _number(a.value) for a in arguments):
        return Known(target(a.value for a in arguments if isinstance(a, Known)))
    if getattr(target, "__name__", "") in cuda_names.PASSES_ON:
        return first
    whole = _is_whole_type(target)
    if whole and (affine := affine_of(first)) is not None:
        return Known(affine.const) if not affine.terms else Number(affine, tainted and not affine.of_threads)
    if isinstance(first, Known) and _number(first.value) and _is_type(target):
        return first if not whole else Known(int(first.value))
    return Number(tainted=tainted)


def _number(value: Any) -> bool:
    return isinstance(value, int | float | np.integer | np.floating)


def _is_type(target: Any) -> bool:
    return (
        target is float or hasattr(target, "bitwidth") or (isinstance(target, type) and issubclass(target, np.generic))
    )


def _is_whole_type(target: Any) -> bool:
    name = str(getattr(target, "__name__", None) or getattr(target, "name", ""))
    return target is int or (_is_type(target) and name.startswith(("int", "uint")))


def _range(arguments: tuple[Value, ...], tainted: bool) -> Value:
    numbers = [affine_of(argument) for argument in arguments]
    start, stop, step = {1: (Affine(0), numbers[0], Affine(1)), 2: (*numbers, Affine(1))}.get(len(numbers), numbers[:3])
    return RangeOf(start, stop, step.const if step is not None and not step.terms else None, tainted)


def _length(of: Value) -> Value:
    if isinstance(of, View) and of.axes and of.axes[0][1]:
        return Known(of.axes[0][0])
    if isinstance(of, TupleOf):
        return Known(len(of.items))
    if isinstance(of, Known) and isinstance(of.value, tuple | list | np.ndarray):
        return Known(len(of.value))
    return ANY
