"""What the optimiser works on: one packing problem per region, in bytes and flattened phases.

A *piece* is a buffer, or one part of it, with the phases in which it is live. An *item* is what gets an offset: a
buffer with its pieces at fixed places inside it, or one part of a buffer whose parts are placed apart. The run region
and the block region are problems of their own; `crossing` says what may lie over what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from warpack.solver.wire.layout import Region
from warpack.solver.wire.problems import Problem
from warpack.solver.wire.units import Bytes, Phase

if TYPE_CHECKING:
    from warpack.solver.flatten.relation import Relation, Use


@dataclass(frozen=True)
class Phases:
    """A set of phases: disjoint, sorted, half-open spans (touching spans are merged here: a set has no writes)."""

    spans: tuple[tuple[Phase, Phase], ...] = ()

    @cached_property
    def mask(self) -> int:
        """Bit p is set when phase p is in the set."""
        mask = 0
        for start, end in self.spans:
            mask |= (1 << end) - (1 << start)
        return mask

    def __bool__(self) -> bool:
        return bool(self.spans)


@dataclass(frozen=True)
class FlatTimeline:
    """The root timeline with every call expanded. `waits`: for the buffers of a region, the phases directly before
    which a barrier stands that orders accesses to them."""

    length: int
    names: tuple[str, ...]
    loops: tuple[tuple[Phase, Phase], ...] = ()
    waits: Mapping[Region, frozenset[Phase]] = field(default_factory=dict)


class Piece(NamedTuple):
    """`accesses`: phases in which it may be accessed; `live`: these, and those in which its contents are needed in
    between. `occupied`: columns; two pieces that conflict have one in common (see `warpack.solver.flatten.axis`).
    Mostly these are phases: the live ones, and those up to the barrier that frees the bytes. A piece that is never used
    has none, and meets nothing."""

    name: str
    offset_bytes: Bytes
    size_bytes: Bytes
    live: Phases
    occupied: Phases
    accesses: Phases


class Item(NamedTuple):
    """A buffer that gets one offset, or a part of the buffer `part_of` that gets its own, `start_bytes` inside the
    buffer. `pieces` lie inside the item and cover it. Items of no bytes are left out."""

    name: str
    component: str
    size_bytes: Bytes
    alignment_bytes: Bytes
    pinned_offset_bytes: Bytes | None
    pieces: tuple[Piece, ...]
    part_of: str | None = None
    start_bytes: Bytes = 0

    @property
    def buffer(self) -> str:
        """Full name of the buffer that it is, or is a part of."""
        return self.name if self.part_of is None else self.part_of


@dataclass(frozen=True)
class InPlacePermission:
    """At the difference offset(write) - offset(read) = `difference_bytes`, pieces inside `read_range` and `write_range`
    (bytes inside their items) may share bytes in `phases`: those that are listed, and safe where several threads share
    the buffer."""

    read: int
    write: int
    read_range: tuple[Bytes, Bytes]
    write_range: tuple[Bytes, Bytes]
    difference_bytes: Bytes
    phases: Phases


@dataclass(frozen=True)
class Window:
    """Items that must lie in one hull that no conflicting item from outside cuts into. Windows nest by `path`."""

    path: str
    items: tuple[int, ...]


@dataclass(frozen=True)
class RegionProblem:
    """Indices are into `items`; pairs are (smaller, larger). `private_to_thread`: only one thread uses each copy of the
    buffers, so program order is enough and no barrier is needed. `length`: columns at or beyond it are no phases.
    `plain`: columns are the phases in which a piece is needed or not yet ordered. `exact`: two pieces have a column in
    common only where they conflict, so whatever a search proves about the problem is true of the manifest."""

    region: Region
    items: tuple[Item, ...]
    in_place: tuple[InPlacePermission, ...] = ()
    alias_permits: frozenset[tuple[int, int]] = frozenset()
    apart: frozenset[tuple[int, int]] = frozenset()
    windows: tuple[Window, ...] = ()
    private_to_thread: bool = False
    length: Phase = 1 << 62
    plain: bool = True
    exact: bool = True

    @cached_property
    def index_by_name(self) -> dict[str, int]:
        return {item.name: index for index, item in enumerate(self.items)}

    @cached_property
    def in_place_by_pair(self) -> dict[tuple[int, int], tuple[InPlacePermission, ...]]:
        """The in-place permissions of each pair of items that has any."""
        by_pair: dict[tuple[int, int], tuple[InPlacePermission, ...]] = {}
        for permission in self.in_place:
            pair = (min(permission.read, permission.write), max(permission.read, permission.write))
            by_pair[pair] = (*by_pair.get(pair, ()), permission)
        return by_pair

    def restrict(self, keep: Sequence[int]) -> RegionProblem:
        """The problem of the items in `keep`, renumbered in that order. Windows that hold none of them are left out."""
        number = {item: index for index, item in enumerate(keep)}

        def pairs(given: frozenset[tuple[int, int]]) -> frozenset[tuple[int, int]]:
            kept = ((number[i], number[j]) for i, j in given if i in number and j in number)
            return frozenset((min(pair), max(pair)) for pair in kept)

        windows = (
            Window(window.path, tuple(sorted(number[item] for item in window.items if item in number)))
            for window in self.windows
        )
        return RegionProblem(
            self.region,
            tuple(self.items[item] for item in keep),
            tuple(
                replace(entry, read=number[entry.read], write=number[entry.write])
                for entry in self.in_place
                if entry.read in number and entry.write in number
            ),
            pairs(self.alias_permits),
            pairs(self.apart),
            tuple(window for window in windows if window.items),
            self.private_to_thread,
            self.length,
            self.plain,
            self.exact,
        )


@dataclass(frozen=True)
class FlatManifest:
    """`crossing`: for each item of the block region, the items of the run region that it may not lie over in any
    window. Items that may lie over everything are left out. `relation` and `uses` (by piece) say when each piece is
    used, and by which threads."""

    timeline: FlatTimeline
    run: RegionProblem
    block: RegionProblem
    warnings: tuple[Problem, ...] = ()
    crossing: Mapping[int, frozenset[int]] = field(default_factory=dict)
    relation: Relation | None = field(default=None, repr=False, compare=False)
    uses: Mapping[str, Use] = field(default_factory=dict, repr=False, compare=False)
