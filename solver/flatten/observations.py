"""Warnings that only the flattened program shows: carried contents, reads before any write, and bytes that no barrier
frees."""

from __future__ import annotations

from collections.abc import Iterator

from warpack.solver.flatten.cut import Cut
from warpack.solver.flatten.items import RegionItems
from warpack.solver.flatten.lifetimes import Life, Lives
from warpack.solver.flatten.problem import Phases, RegionProblem
from warpack.solver.flatten.relation import Relation, Use
from warpack.solver.flatten.spans import meet
from warpack.solver.flatten.unroll import Unrolled
from warpack.solver.wire.manifest import Buffer, Manifest, Part
from warpack.solver.wire.problems import Problem
from warpack.solver.wire.units import Phase

PAIR_TESTS = 100_000
"""After this many comparisons of different lifetimes the search for missing barriers stops, and says so."""

_PHASES_NAMED = 4


def of_lives(manifest: Manifest, unrolled: Unrolled, lives: Lives) -> list[Problem]:
    """For each buffer or part: `carried`, where contents are kept because the program leaves them and comes back;
    `read_before_written`, where a way from the program's start reaches it before any write, and not only by skipping a
    loop."""
    if unrolled.graph.straight:
        return []
    warnings: list[Problem] = []
    early = {id(life): first for life in lives.known if (first := _read_first(unrolled, life)) is not None}
    if not early and not any(life.carried for life in lives.known):
        return []
    for number, buffer in enumerate(manifest.buffers):
        if buffer.location == "local" or buffer.persistent:
            continue
        for part, name, pointer in _stated(number, buffer):
            life = lives.of(buffer, part)
            told = buffer if part is None else part
            if life.carried and told.accesses_in is None:
                warnings.append(_carried(unrolled, life, name, pointer))
            if buffer.zero != "none":
                continue
            first = early.get(id(life))
            if first is not None:
                message = (
                    f"{name}: a way from the program's start comes to phase {unrolled.names[first]} before any phase in which it "
                    "is first written: what it reads there is anything."
                )
                warnings.append(Problem("read_before_written", pointer, message, (name,)))
    return warnings


def _stated(number: int, buffer: Buffer) -> Iterator[tuple[Part | None, str, str]]:
    """Whatever states when it is accessed: the buffer, or each of its parts, with its name and its place in the
    manifest."""
    at = f"/buffers/{number}"
    if buffer.lifetime is not None or buffer.accesses_in is not None:
        key = "lifetime" if buffer.accesses_in is None else "accesses_in"
        yield None, buffer.full_name, f"{at}/{key}"
    for place, part in enumerate(buffer.parts):
        yield part, buffer.part_name(part), f"{at}/parts/{place}"


def _carried(unrolled: Unrolled, life: Life, name: str, pointer: str) -> Problem:
    message = (
        f"{name} is left and come back to where no interval of it begins, so its contents are kept through "
        f'{_named(unrolled, life.carried)}. Where they are not read again before they are written, "reentry": "dropped" frees '
        "these phases."
    )
    return Problem("carried", pointer, message, (name,))


def _named(unrolled: Unrolled, phases: Phases) -> str:
    """The phases of a set by name: `first` or `first … last` for each stretch."""
    names = unrolled.names
    told = [
        names[start] if end - start == 1 else f"{names[start]} … {names[end - 1]}"
        for start, end in phases.spans[:_PHASES_NAMED]
    ]
    more = ", …" if len(phases.spans) > _PHASES_NAMED else ""
    return ", ".join(told) + more


def _read_first(unrolled: Unrolled, life: Life) -> int | None:
    """The first phase of a life that a way from the start reaches with nothing written yet."""
    if not life.accesses:
        return None
    if not unrolled.forked:  # the first in program order is met first
        first = life.accesses.spans[0][0]
        return None if first in life.begins else first
    cut = Cut(unrolled.graph, life.accesses.spans, skipping=False)
    met = cut.arrivals(cut.ahead(cut.start)) - life.begins
    return min((phase for phase in met if not _written_beside(unrolled, life, phase)), default=None)


def _written_beside(unrolled: Unrolled, life: Life, phase: Phase) -> bool:
    """Whether a phase lies in a track, and an interval begins in another track of the same group: the producer's."""
    for group in unrolled.groups:
        if group.kind == "tracks" and group.members[0][0] <= phase < group.members[-1][1]:
            beside = [span for span in group.members if not span[0] <= phase < span[1]]
            if any(start <= begun < end for start, end in beside for begun in life.begins):
                return True
    return False


def no_barrier_no_sharing(
    manifest: Manifest, region: RegionItems, problem: RegionProblem, relation: Relation
) -> list[Problem]:
    """A warning for each buffer whose bytes others could take after its life, if a barrier stood between."""
    if region.private:
        return []
    numbers = {buffer.full_name: number for number, buffer in enumerate(manifest.buffers)}
    users: dict[int, list[int]] = {}
    uses: dict[int, Use] = {}
    for index, item in enumerate(problem.items):
        for piece in item.pieces:
            use = region.uses[piece.name]
            uses[id(use)] = use
            users.setdefault(id(use), []).append(index)
    blocked: dict[int, set[int]] = {}
    tests = 0
    for one, use in uses.items():
        for other, later in uses.items():
            tests += 1
            if tests > PAIR_TESTS:
                break
            if one != other and _only_unordered(relation, use, later):
                for owner in users[one]:
                    blocked.setdefault(owner, set()).update(users[other][:8])
    warnings = [_blocked(region, problem, owner, others, numbers) for owner, others in sorted(blocked.items())]
    found = [warning for warning in warnings if warning is not None]
    if tests > PAIR_TESTS:
        message = f"More than {PAIR_TESTS} pairs of lifetimes: not every missing barrier is listed."
        found.append(Problem("no_barrier_no_sharing", "/timeline/barriers", message))
    return found


def _only_unordered(relation: Relation, use: Use, later: Use) -> bool:
    """Whether two uses conflict only because no barrier stands on a way from one to the other."""
    a, b = use.life, later.life
    apart = meet(a.accesses, b.live) or meet(a.live, b.accesses) or relation.beside(use, later)
    return not apart and relation.unordered(use, later)


def _blocked(
    region: RegionItems, problem: RegionProblem, owner: int, others: set[int], numbers: dict[str, int]
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
    name = region.buffers[owner].full_name
    scope = "block" if region.scope == "block" else "run or block"
    homes = {region.uses[piece.name].home for index in (owner, *others) for piece in problem.items[index].pieces}
    if len(homes) == 1 and min(homes) >= 0:
        scope = "track"
    message = (
        f"Several threads share {name}, and no barrier of scope {scope} stands after its life and before that of "
        f"{', '.join(partners)}: they cannot share bytes. A barrier there would allow it."
    )
    return Problem("no_barrier_no_sharing", f"/buffers/{numbers[name]}", message, (name, *partners))
