"""From a view and an index to the view that is left; with no axis left it is one element."""

from __future__ import annotations

from dataclasses import replace

from warpack.gpu_runtime.trace.static.index import Affine
from warpack.gpu_runtime.trace.static.joining import affine_of, join
from warpack.gpu_runtime.trace.static.values import Known, SliceOf, TupleOf, Value, View, Views


def indexed(value: View | Views, index: Value) -> View | Views:
    """What is left of each view. Where an index is not known the result is spread over all that it may mean."""
    if isinstance(value, Views):
        left = join([_indexed(view, index) for view in value.views])
        views = left.views if isinstance(left, Views) else frozenset([left])
        return Views(views, value.others)  # type: ignore[arg-type]
    return _indexed(value, index)


def _indexed(view: View, index: Value) -> View:
    parts = _parts(index)
    if view.axes is None or len(parts) > len(view.axes):
        return View(view.base)
    offset, spread = view.offset, view.spread
    left: list[tuple[int, int]] = []
    for (count, stride), part in zip(view.axes, parts, strict=False):
        if isinstance(part, SliceOf):
            start, length, step = _slice(part, count)
            if start is None:
                spread, left = (*spread, (count, stride)), [*left, (1, 0)]
            else:
                offset, left = offset.plus(start.times(stride)), [*left, (length, stride * step)]
            continue
        at = _element(part, count)
        if at is None:
            if not _is_scalar(part):
                return View(view.base)
            spread = (*spread, (count, stride))
        else:
            offset = offset.plus(at.times(stride))
    return replace(view, offset=offset, spread=spread, axes=(*left, *view.axes[len(parts) :]))


def _parts(index: Value) -> tuple[Value, ...]:
    if isinstance(index, TupleOf):
        return tuple(part for item in index.items for part in _parts(item))
    if isinstance(index, Known) and isinstance(index.value, tuple):
        return tuple(part for item in index.value for part in _parts(Known(item)))
    if isinstance(index, Known) and isinstance(index.value, slice):
        found = index.value
        return (SliceOf(Known(found.start), Known(found.stop), Known(found.step)),)
    return (index,)


def _is_scalar(part: Value) -> bool:
    """Whether this index names one place of an axis; an ellipsis, an array or `None` does not."""
    from warpack.gpu_runtime.trace.static.values import Number

    return isinstance(part, Number) or affine_of(part) is not None


def _element(part: Value, count: int) -> Affine | None:
    """The place, counted from the axis' start; None where it is not known or may be negative: that counts from the end.

    One behind the axis' end is what lies there in memory, as on the GPU.
    """
    at = affine_of(part)
    bounds = at.bounds if at else None
    if at is None or bounds is None:
        return None
    if bounds[0] >= 0:
        return at
    return at.plus(Affine(count)) if bounds[1] < 0 and bounds[0] >= -count else None


def _slice(part: SliceOf, count: int) -> tuple[Affine | None, int, int]:
    """Start, length and step; the start is None where they are not known."""
    unknown: tuple[Affine | None, int, int] = None, count, 1
    if not isinstance(part.step, Known) or part.step.value not in (None, 1):
        bounds = [part.start, part.stop, part.step]
        if all(isinstance(b, Known) and (b.value is None or affine_of(b)) for b in bounds):
            first, end, step = slice(*(b.value for b in bounds if isinstance(b, Known))).indices(count)
            return Affine(first), len(range(first, end, step)), step
        return unknown
    start, stop = _bound(part.start, 0, count), _bound(part.stop, count, count)
    if start is None or stop is None:
        return unknown
    length = stop.plus(start, -1)
    return (start, max(length.const, 0), 1) if not length.terms else unknown


def _bound(value: Value, default: int, count: int) -> Affine | None:
    if isinstance(value, Known) and value.value is None:
        return Affine(default)
    at = affine_of(value)
    if at is None or (bounds := at.bounds) is None:
        return None
    if not at.terms:
        return Affine(min(at.const, count) if at.const >= 0 else max(at.const + count, 0))
    return at if bounds[0] >= 0 and bounds[1] <= count else None
