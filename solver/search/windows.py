"""Components whose shared buffers lie in one hull that no conflicting buffer from outside cuts into.

A window is packed first, on its own, and then placed as one rigid block, inner windows before the ones that hold them.
The packing without regard to windows gives the lower bound; where the blocks do not reach it, CP-SAT packs everything at once
with the hulls as constraints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from solver.flatten.pairs import conflict
from solver.flatten.problem import RegionProblem, Window
from solver.search.blocks import pack_blocks
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


def _pack_with_hulls(
    problem: RegionProblem, free: Packing, best: tuple[Bytes, ...] | None, seed: int, stop: Stop, report: Progressed
) -> Packing:
    """The descent over capacities with the hulls as constraints, from the packing of blocks where there is one."""
    unit = unit_of(problem)
    puzzle = puzzle_of(problem, unit)
    strict, certain = _hulls(problem)

    def progressed(found: Solution, bound: int) -> None:
        report(found.top * unit, bound * unit)

    descender = Descender(puzzle, seed=seed, stop=stop, report=progressed, hulls=strict)
    if best is None:
        room = sum(align_up(size, alignment) for size, alignment in zip(puzzle.sizes, puzzle.alignments, strict=True))
        room = 2 * room + max((pin for pin in puzzle.pins if pin is not None), default=0)
        found = descender.any_packing(room)
        if found is None:
            raise PinsCollide(*puzzle.pinned)
    else:
        found = solution(puzzle, [offset // unit for offset in best])
    descent = descender.run(found, free.lower_bound_bytes // unit)
    proof = descent
    if strict != certain:
        quiet = Descender(puzzle, seed=seed, stop=stop, report=lambda _best, _bound: None, hulls=certain)
        proof = quiet.run(descent.best, free.lower_bound_bytes // unit)
        if hulls_hold(problem, [offset * unit for offset in proof.best.offsets]):
            descent = proof
    search = free.search
    if proof.exhausted is not None:
        capacity, names = proof.exhausted.capacity * unit, tuple(item.name for item in problem.items)
        search = SearchProof(capacity, proof.exhausted.method, proof.exhausted.nodes, names, ())
    offsets = tuple(offset * unit for offset in descent.best.offsets)
    return Packing(offsets, descent.best.top * unit, proof.bound * unit, free.bound, search)


def _hulls(problem: RegionProblem) -> tuple[list[Hull], list[Hull]]:
    """The windows' hulls twice: with every conflicting item from outside kept out whole, and with those alone of which no byte
    may lie inside. Of a buffer with parts, or of an in-place partner, some bytes might: what the first search exhausts
    proves nothing then, and what the second packs is no layout yet."""
    partners = problem.in_place_by_pair
    strict: list[Hull] = []
    certain: list[Hull] = []
    for window in problem.windows:
        inside = set(window.items)
        outside = (i for i in range(len(problem.items)) if i not in inside)
        cutting = tuple(i for i in outside if any(conflict(problem, member, i) for member in window.items))
        wholly = tuple(
            i
            for i in cutting
            if len(problem.items[i].pieces) == 1
            and not any((min(i, member), max(i, member)) in partners for member in window.items)
        )
        strict.append(Hull(window.items, cutting))
        certain.append(Hull(window.items, wholly))
    return strict, certain
