"""Where the elements of each work array lie in one number of bits, and which arrays each thread has for itself."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from warpack.gpu_runtime.trace.positions import ArraySite, Path
from warpack.gpu_runtime.trace.static.graph import Graph
from warpack.gpu_runtime.trace.static.index import Symbol, Terms, bits, dims_of
from warpack.gpu_runtime.trace.static.source import bound_name
from warpack.gpu_runtime.trace.static.values import Base, Elements, Given, Made, Param

MOST_ELEMENTS = 1 << 16
"""A larger array is looked at as one element."""


@dataclass
class Array:
    """`first` and `count` of its bits. `private`: no two threads touch the same element.

    `coarse`: looked at as one element. `rows`: private, since each thread has a row of its own; `lowest`: what indices
    of a row start at. `part`: of a slice of dynamic shared memory, its bits.
    """

    site: ArraySite
    first: int
    count: int
    private: bool
    coarse: bool = False
    rows: bool = False
    lowest: int = 0
    part: int | None = None

    @property
    def all(self) -> int:
        return ((1 << self.count) - 1) << self.first if self.part is None else self.part


class Storage:
    def __init__(
        self,
        graph: Graph,
        block: tuple[int, int, int],
        given: dict[Given, ArraySite],
        shared_given: frozenset[Given],
        as_runs: bool,
    ) -> None:
        self.arrays: list[Array] = []
        self.of: dict[Base, int] = {}
        self._dynamic: tuple[int, Made] | None = None
        self._other_dynamic: set[Base] = set()
        self._given, self._shared_given = given, shared_given
        every = [e for place in graph.places for e in (*place.reads, *place.writes)]
        for elements in every:
            if elements.base not in self.of:
                self._add(elements.base)
        touched: dict[int, list[Elements]] = {number: [] for number in range(len(self.arrays))}
        for elements in every:
            touched[self.of[elements.base]].append(elements)
        axes = {"xyz"[axis] for axis in range(3) if block[axis] > 1}
        for number, array in enumerate(self.arrays):
            if as_runs and array.site.space == "shared" and not array.private and not array.coarse:
                self._find_rows(array, touched[number], axes)
            if not axes:
                array.private = True
        for path, several in graph.parts.items():
            self._add_part(path, list(several), private=not axes)

    def _add(self, base: Base) -> None:
        if isinstance(base, Made) and base.space == "dynamic":
            if self._dynamic:  # all of dynamic shared memory is one array, however often it is asked for
                self.of[base], same = self._dynamic
                if (same.dtype, same.shape) != (base.dtype, base.shape):
                    self._other_dynamic.add(base)
                return
            self._dynamic = len(self.arrays), base
        site = self._site(base)
        size = prod(base.shape) if isinstance(base, Made) else prod(site.shape)
        coarse = not 0 < size <= MOST_ELEMENTS or not (isinstance(base, Given) or base.shape)  # type: ignore[union-attr]
        first = self.arrays[-1].first + self.arrays[-1].count if self.arrays else 0
        self.of[base] = len(self.arrays)
        own = base not in self._shared_given if isinstance(base, Given) else site.space == "local"
        self.arrays.append(Array(site, first, 1 if coarse else size, own, coarse))

    def _add_part(self, path: Path, several: list[Elements], private: bool) -> None:
        if several[0].base not in self.of:
            return  # nothing ever touches this memory
        bits_of = 0
        for elements in several:
            bits_of |= self.touched(elements)
        whole = self.arrays[self.of[several[0].base]]
        shape = tuple(count for count, _ in several[0].dims)
        site = ArraySite(path, bound_name(path), "dynamic", whole.site.dtype, shape)
        self.arrays.append(Array(site, whole.first, whole.count, private, part=bits_of))

    def _site(self, base: Base) -> ArraySite:
        if isinstance(base, Given):
            return self._given[base]
        if isinstance(base, Param):
            raise TypeError("a parameter of a device function is none of the kernel's arrays")
        shape = (0,) if base.space == "dynamic" else base.shape
        return ArraySite(base.path, bound_name(base.path), base.space, base.dtype, shape)

    def _find_rows(self, array: Array, touched: list[Elements], axes: set[str]) -> None:
        """An array of which every access names the same row for the same thread, and another for another thread."""
        rows = {_threads(elements) for elements in touched}
        if len(rows) != 1 or any(elements.whole for elements in touched):
            return
        terms = sorted(rows.pop(), key=lambda term: term[1])
        if {str(symbol.key[1]) for symbol, _ in terms if isinstance(symbol.key, tuple)} != axes:
            return
        reach = [_rest_bounds(elements) for elements in touched]
        low, high = min(low for low, _ in reach), max(high for _, high in reach)
        width = high - low + 1
        for symbol, coefficient in terms:
            if coefficient < width or symbol.count is None:
                return
            width = coefficient * symbol.count
        array.private = array.rows = True
        array.lowest = low

    # ---- bits

    def touched(self, elements: Elements) -> int:
        """All that these elements may be."""
        array = self.arrays[self.of[elements.base]]
        if elements.whole or array.coarse or elements.base in self._other_dynamic:
            return array.all
        return self._within(array, elements)

    def killed(self, elements: Elements) -> int:
        """Those of which it is certain that they are overwritten."""
        array = self.arrays[self.of[elements.base]]
        if elements.whole or array.coarse or not elements.exact or elements.base in self._other_dynamic:
            return 0
        if array.private:
            own = _threads(elements)
            if elements.shared_only or (own and not array.rows) or any(not _is_index(symbol) for symbol, _ in own):
                return 0
        elif _threads(elements) and not elements.by_all:
            return 0
        return self._within(array, elements)

    def _within(self, array: Array, elements: Elements) -> int:
        free, start = elements.free, elements.start
        if array.rows:
            free, start = tuple(term for term in free if term not in _threads(elements)), start - array.lowest
        return (bits(start, elements.dims + dims_of(free)) << array.first) & array.all

    def index(self, elements: Elements) -> int:
        return self.of[elements.base]


def _threads(elements: Elements) -> Terms:
    return tuple(term for term in elements.free if term[0].threads and term[0].loop is None)


def _is_index(symbol: Symbol) -> bool:
    """Whether this is the thread's index along an axis, and not what a loop makes of it."""
    return isinstance(symbol.key, tuple) and symbol.key[0] == "thread"


def _rest_bounds(elements: Elements) -> tuple[int, int]:
    low = high = elements.start
    rest = [(s.count or 0, c) for s, c in elements.free if not (s.threads and s.loop is None)]
    for count, stride in (*elements.dims, *rest):
        reach = (count - 1) * stride
        low, high = low + min(reach, 0), high + max(reach, 0)
    return low, high
