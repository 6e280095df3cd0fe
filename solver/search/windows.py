"""Components whose shared buffers lie in one hull that no conflicting buffer from outside cuts into.

A window is packed first, on its own, and then placed as one rigid block, inner windows before the ones that hold them.
The packing without regard to windows gives the lower bound; where the blocks do not reach it, CP-SAT packs everything at once
with the hulls as constraints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from solver.flatten.pairs import conflict
from solver.flatten.problem import Item, Phases, Piece, RegionProblem, Window
from solver.search.capacity import Hull
from solver.search.conflicts import puzzle_of, unit_of
from solver.search.descent import Descender
from solver.search.firstfit import PinsCollide
from solver.search.pack import MANY_ITEMS, Packing, Progressed, SearchProof, pack
from solver.search.puzzle import Solution, solution
from solver.search.stop import Stop
from solver.wire.units import Bytes, align_up


def pack_region(
    problem: RegionProblem,
    *,
    seed: int,
    stop: Stop,
    start: Sequence[Bytes] | None = None,
    progressed: Progressed | None = None,
) -> Packing:
    """The best packing of a region, windows and all. Raises PinsCollide where the pins leave no packing."""
    if not problem.windows:
        return pack(problem, seed=seed, stop=stop, start=start, progressed=progressed)
    report = progressed or (lambda _size, _bound: None)
    free = pack(replace(problem, windows=()), seed=seed, stop=stop.within(stop.remaining_s / 2), start=start)
    if hulls_hold(problem, free.offsets):
        report(free.size_bytes, free.lower_bound_bytes)
        return free
    best: tuple[Bytes, ...] | None = None
    try:
        best = _pack_blocks(problem, seed, stop)
    except PinsCollide:
        if len(problem.items) >= MANY_ITEMS:
            raise
    if start is not None and _legal_start(problem, start) and (best is None or _top(problem, start) < _top(problem, best)):
        best = tuple(start)
    if best is not None:
        report(_top(problem, best), free.lower_bound_bytes)
        if _top(problem, best) <= free.lower_bound_bytes or len(problem.items) >= MANY_ITEMS:
            return replace(free, offsets=best, size_bytes=_top(problem, best))
    return _pack_with_hulls(problem, free, best, seed, stop, report)


def hulls_hold(problem: RegionProblem, offsets: Sequence[Bytes]) -> bool:
    """Whether no window is cut into by an item from outside that conflicts with one inside."""
    for window in problem.windows:
        start, end = hull_of(problem, window, offsets)
        inside = set(window.items)
        for other, item in enumerate(problem.items):
            if other in inside or offsets[other] >= end or offsets[other] + item.size_bytes <= start:
                continue
            if any(conflict(problem, member, other) for member in window.items):
                return False
    return True


def hull_of(problem: RegionProblem, window: Window, offsets: Sequence[Bytes]) -> tuple[Bytes, Bytes]:
    """The bytes `[start, end)` from the first to the last of a window's items."""
    start = min(offsets[i] for i in window.items)
    return start, max(offsets[i] + problem.items[i].size_bytes for i in window.items)


def _top(problem: RegionProblem, offsets: Sequence[Bytes]) -> Bytes:
    return max(offset + item.size_bytes for offset, item in zip(offsets, problem.items, strict=True))


def _legal_start(problem: RegionProblem, start: Sequence[Bytes]) -> bool:
    if len(problem.items) >= MANY_ITEMS or not hulls_hold(problem, start):
        return False
    unit = unit_of(problem)
    return all(offset % unit == 0 for offset in start) and puzzle_of(problem, unit).allows([o // unit for o in start])


def _pack_blocks(problem: RegionProblem, seed: int, stop: Stop) -> tuple[Bytes, ...]:
    """Offsets of a packing in which each window is a rigid block."""
    outer = [w for w in problem.windows if len(w.items) > 1 and not any(_holds(v, w) for v in problem.windows)]
    if not outer:
        # Windows of one item are that item, whatever lies round it.
        return pack(replace(problem, windows=()), seed=seed, stop=stop).offsets
    blocks: list[tuple[Window, dict[int, Bytes]]] = []
    items: list[Item] = []
    place = {}
    for window in outer:
        inner, base = _inside(problem, window)
        offsets = _pack_blocks(inner, seed, stop)
        blocks.append((window, dict(zip(window.items, offsets, strict=True))))
        items.append(_block(inner, window, _top(inner, offsets), base))
        place |= dict.fromkeys(window.items, len(items) - 1)
    loose = [i for i in range(len(problem.items)) if i not in place]
    place |= {i: len(items) + number for number, i in enumerate(loose)}
    items += [problem.items[i] for i in loose]
    packed = pack(_around(problem, tuple(items), place, frozenset(loose)), seed=seed, stop=stop).offsets
    result = {i: packed[place[i]] for i in loose}
    for number, (_, within) in enumerate(blocks):
        result |= {i: packed[number] + offset for i, offset in within.items()}
    return tuple(result[i] for i in range(len(problem.items)))


def _holds(outer: Window, inner: Window) -> bool:
    """Whether `inner` is the window of a component below that of `outer`."""
    return inner.path != outer.path and (not outer.path or inner.path.startswith(f"{outer.path}/")) and len(outer.items) > 1


def _inside(problem: RegionProblem, window: Window) -> tuple[RegionProblem, Bytes | None]:
    """The problem of a window's own items, and where the block is pinned: pins inside count from there."""
    members = [problem.items[i] for i in window.items]
    pins = [item.pinned_offset_bytes for item in members if item.pinned_offset_bytes is not None]
    alignment = max(item.alignment_bytes for item in members)
    base = min(pins) // alignment * alignment if pins else None
    place = {i: number for number, i in enumerate(window.items)}
    inner = _around(problem, tuple(_moved(item, base or 0) for item in members), place, frozenset(window.items))
    below = tuple(
        Window(other.path, tuple(place[i] for i in other.items)) for other in problem.windows if _holds(window, other)
    )
    return replace(inner, windows=below), base


def _moved(item: Item, base: Bytes) -> Item:
    pin = item.pinned_offset_bytes
    return item if pin is None else replace(item, pinned_offset_bytes=pin - base)


def _block(inner: RegionProblem, window: Window, size: Bytes, base: Bytes | None) -> Item:
    """A window as one item that is occupied whenever any of it is."""
    spans = sorted({span for item in inner.items for piece in item.pieces for span in piece.occupied.spans})
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    occupied = Phases(tuple(merged))
    alignment = max(item.alignment_bytes for item in inner.items)
    name = f"{window.path}/*"
    return Item(name, window.path, size, alignment, base, (Piece(name, 0, size, occupied, occupied),))


def _around(
    problem: RegionProblem, items: tuple[Item, ...], place: dict[int, int], kept: frozenset[int]
) -> RegionProblem:
    """The problem over `items`, of which number `place[i]` is or holds item i. Permissions stay between the items in `kept`; an
    apart pair keeps what holds its items apart."""

    def between_kept(pair: tuple[int, int]) -> bool:
        return pair[0] in kept and pair[1] in kept

    def placed(pair: tuple[int, int]) -> tuple[int, int]:
        first, second = place[pair[0]], place[pair[1]]
        return (first, second) if first < second else (second, first)

    apart = {placed(pair) for pair in problem.apart if pair[0] in place and pair[1] in place}
    return RegionProblem(
        region=problem.region,
        items=items,
        in_place=tuple(
            replace(entry, read=place[entry.read], write=place[entry.write])
            for entry in problem.in_place
            if between_kept((entry.read, entry.write))
        ),
        alias_permits=frozenset(placed(pair) for pair in problem.alias_permits if between_kept(pair)),
        apart=frozenset(pair for pair in apart if pair[0] != pair[1]),
        private_to_thread=problem.private_to_thread,
    )


def _pack_with_hulls(
    problem: RegionProblem, free: Packing, best: tuple[Bytes, ...] | None, seed: int, stop: Stop, report: Progressed
) -> Packing:
    """The descent over capacities with the hulls as constraints, from the packing of blocks where there is one."""
    unit = unit_of(problem)
    puzzle = puzzle_of(problem, unit)
    hulls = []
    for window in problem.windows:
        inside = set(window.items)
        outside = (i for i in range(len(problem.items)) if i not in inside)
        cutting = tuple(i for i in outside if any(conflict(problem, member, i) for member in window.items))
        hulls.append(Hull(window.items, cutting))

    def progressed(found: Solution, bound: int) -> None:
        report(found.top * unit, bound * unit)

    descender = Descender(puzzle, seed=seed, stop=stop, report=progressed, hulls=hulls)
    if best is None:
        room = sum(align_up(size, alignment) for size, alignment in zip(puzzle.sizes, puzzle.alignments, strict=True))
        room = 2 * room + max((pin for pin in puzzle.pins if pin is not None), default=0)
        found = descender.any_packing(room)
        if found is None:
            raise PinsCollide(*puzzle.pinned)
    else:
        found = solution(puzzle, [offset // unit for offset in best])
    descent = descender.run(found, free.lower_bound_bytes // unit)
    search = free.search
    if descent.exhausted is not None:
        capacity, names = descent.exhausted.capacity * unit, tuple(item.name for item in problem.items)
        search = SearchProof(capacity, descent.exhausted.method, descent.exhausted.nodes, names, ())
    offsets = tuple(offset * unit for offset in descent.best.offsets)
    return Packing(offsets, descent.best.top * unit, descent.bound * unit, free.bound, search)
