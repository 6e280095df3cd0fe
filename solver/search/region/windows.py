"""Contiguous windows: the shared buffers of a component lie in one hull, and no conflicting buffer from outside cuts
into it.

A window is packed by itself first, and then placed as one rigid block. Inner windows come before the ones that hold
them. The packing without regard to windows gives the lower bound. If the blocks do not reach it, CP-SAT packs all items
at once, with the hulls as constraints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from math import gcd

from warpack.solver.flatten.pairs import conflict
from warpack.solver.flatten.problem import RegionProblem, Window
from warpack.solver.flatten.spans import meet
from warpack.solver.search.core.conflicts import puzzle_of, unit_of
from warpack.solver.search.core.packing import Packing, SearchProof, unclaimed
from warpack.solver.search.core.pins import PinsCollide
from warpack.solver.search.core.puzzle import Solution, solution
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.core.windows import Cut, Hull
from warpack.solver.search.region.blocks import pack_blocks
from warpack.solver.search.region.interval_search import IntervalSearch
from warpack.solver.search.region.pack import MANY_ITEMS, Progressed, pack
from warpack.solver.search.strategy import Exhausted
from warpack.solver.wire.units import Bytes, align_up

_FREE_EFFORT = 1.0
"""The effort for the packing without regard to windows. It is a bound, and seldom the result."""


def pack_region(
    problem: RegionProblem,
    *,
    seed: int,
    stop: Stop,
    start: Sequence[Bytes] | None = None,
    progressed: Progressed | None = None,
) -> Packing:
    """The best packing of a region with its windows. Raises PinsCollide if the pins leave no packing."""
    if not problem.windows:
        return pack(problem, seed=seed, stop=stop, start=start, progressed=progressed)
    report = progressed or (lambda _size, _bound: None)
    free = pack(replace(problem, windows=()), seed=seed, stop=stop.with_effort(_FREE_EFFORT), start=start)
    if hulls_hold(problem, free.offsets):
        report(free.size_bytes, free.lower_bound_bytes)
        return free
    late = stop.now()
    best: tuple[Bytes, ...] | None = None
    try:
        best = pack_blocks(problem, seed, stop)
    except PinsCollide:
        if len(problem.items) >= MANY_ITEMS:
            raise
    if (
        start is not None
        and _legal_start(problem, start)
        and (best is None or _top(problem, start) <= _top(problem, best))
    ):
        best = tuple(start)
    late = late or stop.now()
    if best is not None:
        report(_top(problem, best), free.lower_bound_bytes)
    if best is not None and (_top(problem, best) <= free.lower_bound_bytes or len(problem.items) >= MANY_ITEMS):
        found = replace(free, offsets=best, size_bytes=_top(problem, best))
    else:
        found = _pack_with_hulls(problem, free, best, seed, stop, report)
    return unclaimed(problem, found) if late else found


def hulls_hold(problem: RegionProblem, offsets: Sequence[Bytes]) -> bool:
    """Whether no window is cut by bytes from outside that conflict with bytes inside."""
    for window in problem.windows:
        start, end = hull_of(problem, window, offsets)
        inside = set(window.items)
        for other, item in enumerate(problem.items):
            at = offsets[other]
            if other in inside or at >= end or at + item.size_bytes <= start:
                continue
            for cut in _cuts_by(problem, window, other):
                if at + cut.start >= end or at + cut.end <= start:
                    continue
                if not cut.cures or any(at - offsets[member] not in differences for member, differences in cut.cures):
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


def _pack_with_hulls(
    problem: RegionProblem, free: Packing, best: tuple[Bytes, ...] | None, seed: int, stop: Stop, report: Progressed
) -> Packing:
    """Searches with the hulls as constraints, from the packing of blocks if there is one."""
    cuts = [cuts_of(problem, window) for window in problem.windows]
    unit = _unit(problem, cuts)
    puzzle = puzzle_of(problem, unit)
    hulls = [
        Hull(window.items, (), tuple(_counted(cut, unit) for cut in of))
        for window, of in zip(problem.windows, cuts, strict=True)
    ]

    def progressed(found: Solution, bound: int) -> None:
        report(found.top * unit, bound * unit)

    search = IntervalSearch(puzzle, seed=seed, stop=stop, report=progressed, hulls=hulls, unit_bytes=unit)
    if best is None:
        room = sum(align_up(size, alignment) for size, alignment in zip(puzzle.sizes, puzzle.alignments, strict=True))
        room = 2 * room + max((pin for pin in puzzle.pins if pin is not None), default=0)
        found = search.any_packing(room)
        if found is None:
            raise PinsCollide(*puzzle.pinned)
    else:
        found = solution(puzzle, [offset // unit for offset in best])
    interval = search.run(found, free.lower_bound_bytes // unit)
    proof = free.search
    if isinstance(interval.proof, Exhausted):
        names = tuple(item.name for item in problem.items)
        proof = SearchProof(interval.proof.capacity * unit, interval.proof.method, interval.proof.nodes, names, ())
    offsets = tuple(offset * unit for offset in interval.best.offsets)
    return Packing(offsets, interval.best.top * unit, interval.bound * unit, free.bound, proof)


def _unit(problem: RegionProblem, cuts: Sequence[Sequence[Cut]]) -> Bytes:
    """The largest unit of the problem that also divides the starts and ends of the cuts."""
    unit = unit_of(problem)
    for cut in chain(*cuts):
        differences = (difference for _, met in cut.cures for difference in met)
        unit = gcd(unit, cut.start, cut.end, *differences)
    for item in problem.items:
        if unit % item.alignment_bytes and item.alignment_bytes % unit:
            unit = gcd(unit, item.alignment_bytes)
    return unit


def _counted(cut: Cut, unit: Bytes) -> Cut:
    cures = tuple((member, tuple(one // unit for one in differences)) for member, differences in cut.cures)
    return Cut(cut.item, cut.start // unit, cut.end // unit, cures)


def cuts_of(problem: RegionProblem, window: Window) -> list[Cut]:
    """The bytes from outside that conflict with bytes in the window."""
    outside = sorted(set(range(len(problem.items))).difference(window.items))
    return [cut for other in outside for cut in _cuts_by(problem, window, other)]


def _cuts_by(problem: RegionProblem, window: Window, other: int) -> list[Cut]:
    """The pieces of one item that conflict with a piece in the window. If all conflicts of a piece are those of an
    in-place pair, it may lie in the hull where the pair coincides."""
    if not any(conflict(problem, member, other) for member in window.items):
        return []
    found = []
    for number, piece in enumerate(problem.items[other].pieces):
        cures: dict[int, frozenset[Bytes]] = {}
        for member in window.items:
            allowed = _allowed(problem, member, other, number)
            if allowed is not None:
                cures[member] = allowed
        if cures:
            curable = all(cures.values())
            met = tuple((member, tuple(sorted(allowed))) for member, allowed in cures.items()) if curable else ()
            found.append(Cut(other, piece.offset_bytes, piece.offset_bytes + piece.size_bytes, met))
    return found


def _allowed(problem: RegionProblem, member: int, other: int, number: int) -> frozenset[Bytes] | None:
    """The differences `offset_other - offset_member` at which an in-place pair allows all conflicts of a piece of
    `other` with `member`. None if there is no conflict."""
    pair = (min(member, other), max(member, other))
    if pair in problem.alias_permits and pair not in problem.apart:
        return None
    piece, allowed = problem.items[other].pieces[number], None
    for mine in problem.items[member].pieces:
        if pair in problem.apart:
            return frozenset()
        if not meet(mine.occupied, piece.occupied):
            continue
        cured = set()
        for permission in problem.in_place_by_pair.get(pair, ()):
            read, write = (mine, piece) if permission.read == member else (piece, mine)
            if (
                permission.read_range[0] <= read.offset_bytes
                and read.offset_bytes + read.size_bytes <= permission.read_range[1]
                and permission.write_range[0] <= write.offset_bytes
                and write.offset_bytes + write.size_bytes <= permission.write_range[1]
            ):
                difference = permission.difference_bytes
                cured.add(difference if permission.read == member else -difference)
        allowed = frozenset(cured) if allowed is None else allowed & cured
    return allowed
