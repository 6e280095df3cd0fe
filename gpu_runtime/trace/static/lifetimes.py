"""`analyse(kernel, block)`: which work arrays of a kernel may be needed at once, on any way through it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from math import prod
from typing import Any

from warpack.gpu_runtime.trace.positions import ArraySite, Path
from warpack.gpu_runtime.trace.static.code import NotReadableError, function_of, read
from warpack.gpu_runtime.trace.static.functions import Functions
from warpack.gpu_runtime.trace.static.graph import Graph
from warpack.gpu_runtime.trace.static.liveness import Liveness, find_liveness
from warpack.gpu_runtime.trace.static.order import Unordered, find_unordered
from warpack.gpu_runtime.trace.static.storage import Storage
from warpack.gpu_runtime.trace.static.values import ANY, Given, View

Pair = frozenset[ArraySite]


class NotAnalysedError(ValueError):
    """The kernel cannot be read at all; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenArray:
    """What a call of some object gives: the same work array each time.

    `zeroes`: the call writes all of it; `filled`: it holds something before the kernel starts; `private`: each run, of
    one thread, has its own.
    """

    site: ArraySite
    zeroes: bool = False
    filled: bool = False
    private: bool = True


@dataclass(frozen=True, slots=True)
class LoopFound:
    """`path` of the loop's statement; `trips` where they are fixed at compile time; `arrays` that it touches."""

    path: Path
    trips: int | None
    arrays: frozenset[ArraySite]


@dataclass(frozen=True, kw_only=True)
class Lifetimes:
    """What was found, of all ways through the kernel.

    `together`: pairs of which both may be needed at once, with a place where they are. `unordered`: other pairs that
    some way accesses one after the other without a barrier between, or threads at the same time, with a place of each.
    Arrays that threads share may lie anywhere in the block's memory. `private`: arrays of which each thread has its own
    part; `apart_as_runs`: more pairs of them that are apart where each thread is a run with a copy of both.
    `read_before_written`: on some way. `accesses`: what each
    statement reads or writes; `live`: what may be needed when it does. `unfollowed`: a sentence for each place that was
    not understood.
    """

    arrays: tuple[ArraySite, ...]
    together: Mapping[Pair, Path]
    unordered: Mapping[Pair, tuple[Path, Path]]
    private: frozenset[ArraySite]
    apart_as_runs: frozenset[Pair] = frozenset()
    read_before_written: frozenset[ArraySite]
    accesses: Mapping[Path, frozenset[ArraySite]]
    live: Mapping[Path, frozenset[ArraySite]]
    loops: tuple[LoopFound, ...]
    unfollowed: Mapping[Path, str]

    @property
    def proved_apart(self) -> frozenset[Pair]:
        pairs = (frozenset(pair) for pair in combinations(self.arrays, 2))
        return frozenset(pair for pair in pairs if pair not in self.together and pair not in self.unordered)

    @property
    def fixed_trips(self) -> dict[Path, int]:
        return {loop.path: loop.trips for loop in self.loops if loop.trips is not None}


def analyse(
    kernel: Any,
    block: tuple[int, int, int],
    *,
    dynamic_bytes: int = 0,
    given: Iterable[tuple[Any, GivenArray]] = (),
) -> Lifetimes:
    """`kernel`: what `cuda.jit` made, or a plain function. `block`: threads along x, y and z of its launch.
    `dynamic_bytes` of shared memory as the launch gives. `given`: objects that kernels call to get work arrays."""
    function = function_of(kernel)
    if function is None:
        raise NotAnalysedError(f"{kernel!r} is no kernel: neither cuda.jit's nor a Python function")
    given = tuple(given)
    bases = {Given(number): array for number, (_, array) in enumerate(given)}
    functions = Functions(
        block,
        dynamic_bytes,
        {id(thing): _view(base, array.site) for (thing, array), base in zip(given, bases, strict=True)},
        frozenset(id(thing) for thing, array in given if array.zeroes),
    )
    evaluated = functions.evaluated(function, (ANY,) * function.__code__.co_argcount)
    if evaluated is None:
        raise NotAnalysedError(_why(function))
    graph = Graph(functions, evaluated)
    shared = frozenset(base for base, array in bases.items() if not array.private)
    sites = {base: array.site for base, array in bases.items()}

    def collected(as_runs: bool) -> _Collected:
        storage = Storage(graph, block, sites, shared, as_runs)
        filled = 0
        for base, array in bases.items():
            if array.filled and base in storage.of:
                filled |= storage.arrays[storage.of[base]].all
        return _Collected(graph, storage, find_liveness(graph, storage, filled))

    found, runs = collected(False).lifetimes(), collected(True)
    if not any(array.rows for array in runs.storage.arrays):
        return found
    of_runs = runs.lifetimes()
    own = (pair for pair in of_runs.proved_apart if pair <= of_runs.private)
    return replace(found, private=of_runs.private, apart_as_runs=frozenset(own) - found.proved_apart)


def _view(base: Given, site: ArraySite) -> View:
    axes = tuple((size, prod(site.shape[axis + 1 :])) for axis, size in enumerate(site.shape))
    return View(base, axes=axes)


def _why(function: Any) -> str:
    try:
        read(function)
    except NotReadableError as error:
        return str(error)
    return f"{function.__qualname__}: kernels with *arguments or **arguments cannot be analysed"


class _Collected:
    def __init__(self, graph: Graph, storage: Storage, live: Liveness) -> None:
        self.graph, self.storage, self.live = graph, storage, live
        self.sites = [array.site for array in storage.arrays]

    def lifetimes(self) -> Lifetimes:
        together = self._together()
        touched = [self._arrays(r | w) for r, w in zip(self.live.reads, self.live.writes, strict=True)]
        unordered: Unordered = find_unordered(self.graph, self.storage, touched)
        accesses: dict[Path, frozenset[ArraySite]] = {}
        live: dict[Path, frozenset[ArraySite]] = {}
        for place, arrays, occupied in zip(self.graph.places, touched, self.live.occupied, strict=True):
            if arrays:
                accesses[place.path] = accesses.get(place.path, frozenset()) | {self.sites[n] for n in arrays}
                needed = frozenset(self.sites[n] for n in self._arrays(occupied))
                live[place.path] = live.get(place.path, frozenset()) | needed
        return Lifetimes(
            arrays=tuple(self.sites),
            together=together,
            unordered={
                pair: places
                for (a, b), places in unordered.items()
                if (pair := frozenset((self.sites[a], self.sites[b]))) not in together
            },
            private=frozenset(array.site for array in self.storage.arrays if array.private),
            read_before_written=frozenset(self.sites[n] for n in self._arrays(self.live.at_start)),
            accesses=accesses,
            live=live,
            loops=self._loops(touched),
            unfollowed=self.graph.unfollowed,
        )

    def _together(self) -> dict[Pair, Path]:
        found: dict[Pair, Path] = {}
        seen: set[int] = set()
        by_statement = sorted(range(len(self.graph.places)), key=lambda n: not self.graph.places[n].writes)
        for number in by_statement:  # two meet where one is written, if they do: there first
            occupied = self.live.occupied[number]
            if occupied not in seen:
                seen.add(occupied)
                for a, b in combinations(sorted(self._arrays(occupied)), 2):
                    found.setdefault(frozenset((self.sites[a], self.sites[b])), self.graph.places[number].path)
        return found

    def _arrays(self, elements: int) -> frozenset[int]:
        if not elements:
            return frozenset()
        return frozenset(number for number, array in enumerate(self.storage.arrays) if elements & array.all)

    def _loops(self, touched: list[frozenset[int]]) -> tuple[LoopFound, ...]:
        inside: dict[int, set[int]] = {}
        for place, arrays in zip(self.graph.places, touched, strict=True):
            for region in place.inside if arrays else ():
                inside.setdefault(region, set()).update(arrays)
        return tuple(
            LoopFound(region.path, region.trips, frozenset(self.sites[n] for n in inside.get(number, ())))
            for number, region in enumerate(self.graph.regions)
            if region.loop is not None
        )
