"""What holds of several values at once, and of a value as it is seen from another place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from warpack.gpu_runtime.trace.positions import Position
from warpack.gpu_runtime.trace.static.index import Affine
from warpack.gpu_runtime.trace.static.values import (
    TAINTED,
    Cuda,
    IterOf,
    Known,
    Made,
    Method,
    Number,
    PairOf,
    Param,
    RangeOf,
    Shape,
    SliceOf,
    TupleOf,
    Value,
    View,
    Views,
)

MOST_VIEWS = 16


def join(values: Iterable[Value]) -> Value:
    """What holds of a variable that has one of these values."""
    several = list(dict.fromkeys(values))
    if len(several) == 1:
        return several[0]
    if views := frozenset(view for value in several for view in views_in(value)):
        if len(views) > MOST_VIEWS:
            views = frozenset(View(base) for base in {view.base for view in views})
        others = any(
            not isinstance(value, View) and not (isinstance(value, Views) and not value.others) for value in several
        )
        return Views(views, others)
    return Number(tainted=any(is_tainted(value) for value in several))


def is_tainted(value: Value) -> bool:
    if isinstance(value, Number):
        return value.tainted or bool(value.affine and value.affine.of_threads)
    if isinstance(value, Known | Shape | Cuda | SliceOf):
        return False
    if isinstance(value, RangeOf):
        return value.tainted
    if isinstance(value, IterOf | PairOf):
        return is_tainted(value.over)
    if isinstance(value, TupleOf):
        return any(is_tainted(item) for item in value.items)
    return True


def views_in(value: Value) -> frozenset[View]:
    """All views that a value holds, those of its items too."""
    if isinstance(value, View):
        return frozenset([value])
    if isinstance(value, Views):
        return value.views
    if isinstance(value, TupleOf):
        return frozenset(view for item in value.items for view in views_in(item))
    if isinstance(value, Method):
        return views_in(value.of)
    if isinstance(value, IterOf | PairOf):
        return views_in(value.over)
    return frozenset()


def of_an_earlier_trip(value: Value) -> Value:
    """A view that is carried round a loop: what is known of it in terms of trips was true of an earlier trip."""
    if isinstance(value, View):
        moved = tuple(term for term in value.offset.terms if not term[0].threads or term[0].loop)
        if any(symbol.count is None for symbol, _ in moved):
            return View(value.base)
        kept = tuple(term for term in value.offset.terms if term not in moved)
        spread = value.spread + tuple((symbol.count or 0, coefficient) for symbol, coefficient in moved)
        return replace(value, offset=Affine(value.offset.const, kept), spread=spread)
    if isinstance(value, Views):
        return join([*(of_an_earlier_trip(view) for view in value.views), *([TAINTED] if value.others else [])])
    if isinstance(value, TupleOf):
        return TupleOf(tuple(of_an_earlier_trip(item) for item in value.items))
    return value


def affine_of(value: Value) -> Affine | None:
    if isinstance(value, Number):
        return value.affine
    if isinstance(value, Known) and _is_whole(value.value):
        return Affine(int(value.value))
    return None


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def placed(value: Value, where: Position, bound: tuple[View | Views, ...]) -> Value:
    """A value that a call at `where` gives back, in terms of the caller."""
    if isinstance(value, View):
        base = value.base
        if isinstance(base, Made):
            return replace(value, base=replace(base, path=(where, *base.path)))
        if isinstance(base, Param):
            return _of_bound(value, bound[base.number])
        return value
    if isinstance(value, Views):
        return join([placed(view, where, bound) for view in value.views] + ([TAINTED] if value.others else []))
    if isinstance(value, TupleOf):
        return TupleOf(tuple(placed(item, where, bound) for item in value.items))
    if isinstance(value, Method | IterOf | PairOf):
        return join([*(placed(view, where, bound) for view in views_in(value)), TAINTED])
    return value


def _of_bound(value: View, bound: View | Views) -> Value:
    if isinstance(bound, Views):
        return join([_of_bound(value, view) for view in bound.views] + ([TAINTED] if bound.others else []))
    if value.axes is None or bound.axes is None:
        return View(bound.base)
    return View(bound.base, bound.offset.plus(value.offset), value.axes, value.spread + bound.spread)
