"""What is known of a variable without running: a constant, a sum of unknowns, a view of a work array, or nothing."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

from warpack.gpu_runtime.trace.positions import Path
from warpack.gpu_runtime.trace.static.index import NOTHING, Affine, Dims, Symbol, Terms, added


@dataclass(frozen=True, slots=True)
class Known:
    """A Python object; equal only to the very same object, or to an equal constant of the same type."""

    value: Any

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Known):
            return False
        return self.value is other.value or (
            isinstance(self.value, _PLAIN) and type(self.value) is type(other.value) and self.value == other.value
        )

    def __hash__(self) -> int:
        return hash((type(self.value), self.value)) if isinstance(self.value, _PLAIN) else id(self.value)


_PLAIN = (int, float, bool, str, type(None))


@dataclass(frozen=True, slots=True)
class Number:
    """Some scalar, or something else that is no work array. `affine` where it is a sum of unknowns.
    `tainted`: it may differ from thread to thread of a block."""

    affine: Affine | None = None
    tainted: bool = False


ANY, TAINTED = Number(), Number(tainted=True)


@dataclass(frozen=True, slots=True)
class Condition:
    """True for exactly the threads whose index along this axis lies in [low, high), or outside with `outside`."""

    symbol: Symbol
    low: int
    high: int
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A work array that the function, or what it calls, makes at `path` (from this function on)."""

    path: Path
    space: str
    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """A work array of which the caller of the analysis said what makes it."""

    key: Hashable


@dataclass(frozen=True, slots=True)
class Param:
    """Whatever the caller of this function bound to its `number`-th view."""

    number: int


Base = Made | Given | Param


@dataclass(frozen=True, slots=True)
class View:
    """A part of a work array: it starts at element `offset` and extends along `axes`, (count, stride) each.

    `axes` None: any of the base's elements. `spread`: it starts at one of the elements that lie so around the offset.
    """

    base: Base
    offset: Affine = NOTHING
    axes: Dims | None = None
    spread: Dims = ()

    def elements(self) -> Elements:
        if self.axes is None:
            return Elements(self.base, whole=True, exact=False)
        return Elements(self.base, self.offset.const, self.offset.terms, self.axes + self.spread, exact=not self.spread)


@dataclass(frozen=True, slots=True)
class Views:
    """One of several views, or, with `others`, something else."""

    views: frozenset[View]
    others: bool = False


@dataclass(frozen=True, slots=True)
class Elements:
    """A set of elements: start + the unknowns `free` + all that `dims` reach.

    `exact`: it is this set; otherwise it lies within. `whole`: anything of the base. `by_all`: all threads of the
    block run the statement; `guard`: all for which this branch holds do. `shared_only`: true of arrays that the
    threads share, whoever of them runs the statement.
    """

    base: Base
    start: int = 0
    free: Terms = ()
    dims: Dims = ()
    exact: bool = True
    whole: bool = False
    by_all: bool = False
    shared_only: bool = False
    guard: int | None = None

    def within(self, view: View) -> Elements:
        """The same elements counted from the base of `view`, where ours is that view."""
        if self.whole or view.axes is None:
            return Elements(view.base, whole=True, exact=False)
        return replace(
            self,
            base=view.base,
            start=self.start + view.offset.const,
            free=added(view.offset.terms, self.free),
            dims=self.dims + view.spread,
            exact=self.exact and not view.spread,
        )


@dataclass(frozen=True, slots=True)
class TupleOf:
    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class RangeOf:
    """What `range` gives. `trips` where their number is fixed; `tainted` as of a number."""

    start: Affine | None
    stop: Affine | None
    step: int | None
    tainted: bool = False

    @property
    def trips(self) -> int | None:
        if self.start is None or self.stop is None or not self.step:
            return None
        length = self.stop.plus(self.start, -1)
        return None if length.terms else len(range(0, length.const, self.step))

    def element(self, header: Hashable) -> Number:
        """The value in the loop of this header."""
        if self.start is None or not self.step:
            return Number(tainted=self.tainted)
        if (trips := self.trips) is not None:
            counter = Affine(0, ((Symbol(header, trips, loop=header), self.step),))
            return Number(self.start.plus(counter), self.tainted)
        if self._strided and self.stop is not None:
            count = max(self.stop.const - self.start.const, 0)
            counter = Affine(self.start.const, ((Symbol(header, count, loop=header, threads=True), 1),))
            return Number(counter, tainted=True)
        first, last = self.start.bounds, self.stop.bounds if self.stop else None
        if self.step > 0 and first and last:  # somewhere between the least start and the greatest stop
            some = Symbol(header, max(last[1] - first[0], 1), loop=header, complete=False)
            return Number(Affine(first[0], ((some, 1),)), self.tainted)
        return Number(tainted=self.tainted)

    @property
    def _strided(self) -> bool:
        """`range(t, n, threads)`: together the threads take every value."""
        if self.start is None or self.stop is None or self.stop.terms or len(self.start.terms) != 1:
            return False
        symbol, coefficient = self.start.terms[0]
        return symbol.threads and symbol.loop is None and coefficient == 1 and symbol.count == self.step


@dataclass(frozen=True, slots=True)
class IterOf:
    over: Value


@dataclass(frozen=True, slots=True)
class PairOf:
    """What the loop with this header asks its iterator for."""

    over: Value
    header: Hashable


@dataclass(frozen=True, slots=True)
class SliceOf:
    start: Value
    stop: Value
    step: Value


@dataclass(frozen=True, slots=True)
class Cuda:
    """An attribute of the `cuda` module, by its names: ("shared", "array")."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Method:
    of: View | Views
    name: str


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of an array that is no work array."""


Value = (
    Known | Number | Condition | View | Views | TupleOf | RangeOf | IterOf | PairOf | SliceOf | Cuda | Method | Shape
)
