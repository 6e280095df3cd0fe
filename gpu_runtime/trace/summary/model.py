"""The summary of what recordings of a kernel have shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from warpack.gpu_runtime.trace.positions import ArraySite, Path, TwoNames
from warpack.gpu_runtime.trace.summary.static_facts import StaticFacts

Order = tuple[int, ...]
"""Sorts places as the program comes to them."""


@dataclass(frozen=True, order=True, slots=True)
class RunAxes:
    """Axes `first` to `last` of an array count runs of `threads` threads each: every element is one run's alone."""

    threads: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Array:
    """One work array and what was seen of it.

    `threads_per_run`: of a slice of dynamic shared memory that each run has a copy of, else None. `run_axes`: what in
    its shape may count runs. `accesses`: reads and writes of all elements, for each block (each thread, if local).
    `unwritten`: the most elements that were read at a place before they were written. `dead`: for each place of
    writes, how many of them nobody read, and how many there were.
    """

    site: ArraySite
    alignment_bytes: int | None
    threads_per_run: int | None
    run_axes: frozenset[RunAxes]
    accesses: int
    unwritten: Mapping[Path, int]
    dead: Mapping[Path, tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """A loop with the calls that led to it. `path`: its header. `order` and `last_order`: what lies between is in it.

    `test_order`: of a `while`, the last number of its test. `least_trips`: what the source alone promises. `breaks`:
    the last place before each `break`. `returns`: a `return` leaves it. `trips`: the most that were seen.
    """

    path: Path
    order: Order
    last_order: Order
    test_order: Order | None
    least_trips: int
    endless: bool
    breaks: frozenset[Order]
    returns: bool
    trips: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place at which arrays are accessed, or threads wait. `loops`: those around it, outer first.

    `barrier`: how many threads in a row wait together; 0: those of the block; None: it is no barrier.
    `conditional`: some way leaves it out. `threads`: the lowest thread that accessed each array there.
    """

    path: Path
    order: Order
    loops: tuple[Path, ...]
    barrier: int | None
    conditional: bool
    live: frozenset[ArraySite]
    read: frozenset[ArraySite]
    written: frozenset[ArraySite]
    threads: Mapping[ArraySite, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """Two accesses that no barrier orders, the earlier in the program first. `count`: elements it was seen on.

    `block`, `element`, `first_thread`, `second_thread`: an example.
    """

    array: ArraySite
    first: Path
    second: Path
    first_writes: bool
    second_writes: bool
    count: int
    block: int
    element: int
    first_thread: int
    second_thread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All that is known of a kernel. `clashes`: pairs of alike arrays that cannot take one another's place element by
    element: some element is needed of both at once, or other threads touch it. `static`: what the static analysis
    found; None where it could not read the kernel, and `static_trouble` says why."""

    kernel: str
    file: str
    line: int
    blocks: int
    block_shapes: frozenset[tuple[int, int, int]]
    arrays: tuple[Array, ...]
    loops: tuple[Loop, ...]
    places: tuple[Place, ...]
    clashes: frozenset[frozenset[ArraySite]]
    races: tuple[Race, ...]
    notes: tuple[str, ...]
    two_names: tuple[TwoNames, ...] = ()
    static: StaticFacts | None = None
    static_trouble: str = ""

    @property
    def block_threads(self) -> int:
        """Threads of the largest block."""
        return max((x * y * z for x, y, z in self.block_shapes), default=0)

    @property
    def ran(self) -> frozenset[Path]:
        """The places of reads and writes that ran."""
        return frozenset(place.path for place in self.places if place.read or place.written)

    @property
    def trips(self) -> Mapping[Path, int]:
        """The most trips of each loop, by the position of its header."""
        return {loop.path: loop.trips for loop in self.loops}

    def together(self, one: ArraySite, other: ArraySite) -> tuple[Place, ...]:
        """The places at which two arrays are needed at once."""
        return tuple(place for place in self.places if one in place.live and other in place.live)

    def pairs(self) -> Iterator[tuple[ArraySite, ArraySite]]:
        """Every pair of arrays."""
        return combinations((array.site for array in self.arrays), 2)


def alike(one: ArraySite, other: ArraySite, sizes: Mapping[str, int]) -> bool:
    """Whether two arrays have elements that may stand for one another. `sizes`: bytes of an element by its type."""
    return one != other and (one.shape, sizes[one.dtype], one.space) == (other.shape, sizes[other.dtype], other.space)
