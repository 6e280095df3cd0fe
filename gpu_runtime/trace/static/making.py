"""The work arrays that a kernel makes, and the thread that makes them: `cuda.shared.array`, `cuda.threadIdx`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from warpack.gpu_runtime.trace.static.index import Affine, Symbol
from warpack.gpu_runtime.trace.static.joining import affine_of
from warpack.gpu_runtime.trace.static.values import ANY, TAINTED, Cuda, Known, Made, Number, TupleOf, Value, View

if TYPE_CHECKING:
    from warpack.gpu_runtime.trace.static.evaluate import Evaluation
    from warpack.gpu_runtime.trace.static.expressions import Expressions


def made(expressions: Expressions, at: Evaluation, value: Any, arguments: tuple[Value, ...], space: str) -> Value:
    """The array that `cuda.shared.array` or `cuda.local.array` makes here."""
    named = dict(value.kws)
    given = list(arguments[: len(value.args)])
    shape = given[0] if given else at.get(named["shape"]) if "shape" in named else None
    kind = given[1] if len(given) > 1 else at.get(named["dtype"]) if "dtype" in named else None
    sizes = _sizes(shape)
    if sizes is None:
        return View(Made((at.code.position(value),), space, _dtype_name(kind), ()))
    if space == "shared" and sizes == (0,):
        space, sizes = "dynamic", (expressions.dynamic_bytes // _item_bytes(kind),)
    base = Made((at.code.position(value),), space, _dtype_name(kind), sizes)
    strides = [int(np.prod(sizes[axis + 1 :])) for axis in range(len(sizes))]
    return View(base, axes=tuple(zip(sizes, strides, strict=True)))


def _sizes(shape: Value | None) -> tuple[int, ...] | None:
    """None where the shape is not known."""
    items = shape.items if isinstance(shape, TupleOf) else (shape,)
    if isinstance(shape, Known) and isinstance(shape.value, tuple):
        items = tuple(Known(item) for item in shape.value)
    found = [affine_of(item) if item is not None else None for item in items]
    return tuple(size.const for size in found) if all(size and not size.terms for size in found) else None  # type: ignore[union-attr]


def _dtype_name(kind: Value | None) -> str:
    """numpy's name of a numba or numpy type; numba's own where numpy has none."""
    if not isinstance(kind, Known):
        return "?"
    try:
        return str(np.dtype(kind.value).name)
    except TypeError:
        return str(getattr(kind.value, "name", kind.value))


def _item_bytes(kind: Value | None) -> int:
    try:
        return np.dtype(_dtype_name(kind)).itemsize
    except TypeError:
        return 1


def special(block: tuple[int, int, int], names: tuple[str, ...]) -> Value:
    """An attribute of `cuda`: an index of the thread, a size, or one more name on the way to a function."""
    axis = "xyz".find(names[-1]) if len(names) == 2 and names[-1] in "xyz" else -1
    if names[0] == "threadIdx" and axis >= 0:
        return thread_index(block, axis)
    if names[0] == "blockDim" and axis >= 0:
        return Known(block[axis])
    if axis >= 0 and names[0] in ("blockIdx", "gridDim"):
        return ANY
    if names == ("laneid",):
        return thread_index(block, 0) if block[0] <= 32 and block[1:] == (1, 1) else TAINTED
    return Known(32) if names == ("warpsize",) else Cuda(names)


def thread_index(block: tuple[int, int, int], axis: int) -> Value:
    if block[axis] == 1:
        return Known(0)
    return Number(Affine(0, ((Symbol(("thread", "xyz"[axis]), block[axis], threads=True), 1),)))
