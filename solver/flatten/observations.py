"""Warnings that only the flattened manifest shows: lives cut at a loop's head, and bytes that no barrier frees."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from solver.flatten.items import Shelf
from solver.flatten.lifetimes import Lives, unwrapped
from solver.flatten.loops import Loops
from solver.flatten.problem import Phases, RegionProblem
from solver.flatten.spans import difference, holds, meet, phases_of
from solver.flatten.timeline import Unrolled
from solver.wire.manifest import Buffer, Lifetime, Manifest
from solver.wire.problems import Problem
from solver.wire.units import Phase

PAIR_TESTS = 100_000
"""Beyond so many comparisons of different lifetimes the search for missing barriers stops, and says so."""


def rewritten_at_loop_head(manifest: Manifest, unrolled: Unrolled, lives: Lives) -> list[Problem]:
    """A warning for each buffer or part that is live when a loop starts and dead when it comes round again."""
    if not any(sheet.own_loops for sheet in unrolled.sheets.values()):
        return []
    warnings: list[Problem] = []
    known: dict[tuple[str, Lifetime], Phase | None] = {}
    for number, buffer in enumerate(manifest.buffers):
        if buffer.location == "local" or buffer.persistent:
            continue
        owner = lives.owner(buffer.component)
        sheet = unrolled.sheets[owner]
        for part, lifetime in _stated(buffer):
            key = (owner, lifetime)
            if key not in known:
                known[key] = _head_met(sheet.own_loops, lifetime)
            head = known[key]
            if head is not None:
                pointer = f"/buffers/{number}/lifetime"
                name = buffer.full_name
                if part is not None:
                    pointer = f"/buffers/{number}/parts/{part}/lifetime"
                    name = buffer.part_name(buffer.parts[part])
                message = (
                    f"{name} is live on the way into the loop that starts at phase {sheet.timeline.phase_name(head)} and not "
                    "in the loop's last phase, so it is read as written anew there on every trip."
                )
                warnings.append(Problem("rewritten_at_loop_head", pointer, message, (name,)))
    return warnings


def _stated(buffer: Buffer) -> Iterator[tuple[int | None, Lifetime]]:
    """The lifetimes that the manifest states: the buffer's own, and of each part by its number."""
    if buffer.lifetime is not None:
        yield None, buffer.lifetime
    for number, part in enumerate(buffer.parts):
        yield number, part.lifetime


def _head_met(loops: Loops, lifetime: Lifetime) -> Phase | None:
    """The first loop head that an interval runs over without coming round to it."""
    if not loops or not lifetime:
        return None
    spans = unwrapped(loops, lifetime)
    run_over = [
        loops.sorted[index]
        for start, stop in spans
        for index in range(bisect_right(loops.heads, start), bisect_left(loops.heads, stop))
    ]
    if not run_over:
        return None
    live = phases_of(spans).spans
    return next((head for head, end in run_over if not holds(live, end - 1)), None)


def no_barrier_no_sharing(manifest: Manifest, shelf: Shelf, problem: RegionProblem) -> list[Problem]:
    """A warning for each buffer whose bytes others could take after its life, if a barrier stood in between."""
    if shelf.private:
        return []
    numbers = {buffer.full_name: number for number, buffer in enumerate(manifest.buffers)}
    users: dict[tuple[Phases, Phases], list[int]] = {}
    for index, item in enumerate(problem.items):
        for piece in item.pieces:
            users.setdefault((piece.live, difference(piece.occupied, piece.live)), []).append(index)
    blocked: dict[int, set[int]] = {}
    tests = 0
    for (live, tail), owners in users.items():
        if not tail or tests > PAIR_TESTS:
            continue
        for (other_live, other_tail), others in users.items():
            tests += 1
            if meet(live, other_live):
                continue
            if meet(tail, other_live) or (meet(tail, other_tail) and not meet(other_tail, live)):
                for owner in owners:
                    blocked.setdefault(owner, set()).update(others[:8])
    warnings = [_blocked(shelf, problem, owner, others, numbers) for owner, others in sorted(blocked.items())]
    found = [warning for warning in warnings if warning is not None]
    if tests > PAIR_TESTS:
        message = f"More than {PAIR_TESTS} pairs of lifetimes: not every missing barrier is listed."
        found.append(Problem("no_barrier_no_sharing", "/timeline/barriers", message))
    return found


def _blocked(
    shelf: Shelf, problem: RegionProblem, owner: int, others: set[int], numbers: dict[str, int]
) -> Problem | None:
    partners = [
        problem.items[other].name
        for other in sorted(others)
        if other != owner
        and (min(owner, other), max(owner, other)) not in problem.alias_permits
        and (min(owner, other), max(owner, other)) not in problem.apart
        and (min(owner, other), max(owner, other)) not in problem.in_place_by_pair
    ][:3]
    if not partners:
        return None
    name = shelf.buffers[owner].full_name
    scope = "block" if shelf.scope == "block" else "run or block"
    message = (
        f"Several threads share {name}, and no barrier of scope {scope} stands after its life and before that of "
        f"{', '.join(partners)}: they cannot share bytes. A barrier there would allow it."
    )
    return Problem("no_barrier_no_sharing", f"/buffers/{numbers[name]}", message, (name, *partners))
