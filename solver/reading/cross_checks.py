"""Checks that need the flattened phases, on a manifest whose fields are sound."""

from __future__ import annotations

from warpack.solver.flatten import flatten
from warpack.solver.flatten.pairs import forbidden_differences
from warpack.solver.flatten.problem import FlatManifest, Phases, Piece, RegionProblem
from warpack.solver.flatten.timeline import LONGEST, flattened_length
from warpack.solver.reading.collector import Collector
from warpack.solver.wire.manifest import Buffer, Manifest
from warpack.solver.wire.units import Phase

MOST_INTERVALS = 4_000_000
PINNED_TESTS = 500_000
"""The most pairs of pinned buffers compared here; in larger manifests the search finds the other collisions."""


def check_flattened(collector: Collector, manifest: Manifest) -> None:
    if any(component.timeline is not None for component in manifest.components) and not _expands(collector, manifest):
        return
    aliases = [
        (number, buffer, manifest.by_name[name])
        for number, buffer in enumerate(manifest.buffers)
        for name in buffer.aliases
        if buffer.lifetime_given and manifest.by_name[name].lifetime_given
    ]
    pinned = sum(buffer.pinned_offset_bytes is not None for buffer in manifest.buffers)
    if not aliases and pinned < 2:
        return
    flat = flatten(manifest, frozenset(buffer.full_name for buffer in manifest.buffers if buffer.location == "auto"))
    for number, buffer, target in aliases:
        _check_alias(collector, flat, number, buffer, target)
    if pinned > 1:
        numbers = {buffer.full_name: number for number, buffer in enumerate(manifest.buffers)}
        for problem in (flat.run, flat.block):
            _check_pinned(collector, problem, numbers)


def _expands(collector: Collector, manifest: Manifest) -> bool:
    length = flattened_length(manifest)
    if length > LONGEST:
        message = f"With every call expanded the timeline has {length} phases, and {LONGEST} are the most."
        collector.error("timeline-too-long", "/components", message)
        return False
    calls: dict[str, int] = {"": 1}
    for component in sorted(manifest.components, key=lambda component: component.path.count("/")):
        if component.timeline is not None:
            outer = manifest.timeline_owner(component.path.rpartition("/")[0])
            calls[component.path] = calls[outer] * len(component.called_in)
    intervals = 0
    for buffer in manifest.buffers:
        statements = [
            (buffer.lifetime, buffer.accesses_in),
            *((part.lifetime, part.accesses_in) for part in buffer.parts),
        ]
        count = sum(len(lifetime or ()) + sum(map(len, accesses or ())) for lifetime, accesses in statements)
        intervals += max(1, count) * calls[manifest.timeline_owner(buffer.component)]
    if intervals > MOST_INTERVALS:
        message = (
            f"With every call expanded the lifetimes have {intervals} intervals, and {MOST_INTERVALS} are the most."
        )
        collector.error("timeline-too-long", "/components", message)
        return False
    return True


def _check_alias(collector: Collector, flat: FlatManifest, number: int, buffer: Buffer, target: Buffer) -> None:
    """Where both state when they are needed, an alias of two that are needed at the same time contradicts that."""
    places = [_place(flat, one.full_name) for one in (buffer, target)]
    if places[0] is None or places[1] is None:
        return
    (problem, a), (other, b) = places[0], places[1]
    for p in problem.items[a].pieces:
        for q in other.items[b].pieces:
            phase = _first_common(*(flat.uses[piece.name].life.stated for piece in (p, q)))
            if phase is None or (problem is other and _cured(problem, a, p, b, q)):
                continue
            message = (
                f"{p.name} and {q.name} are aliases, and both are needed in phase {flat.timeline.names[phase]}: shorten one, or list the "
                "phase under `in_place` if the write may take the bytes of the read."
            )
            pointer = f"/buffers/{number}/aliases"
            collector.error("alias-lifetimes-meet", pointer, message, buffer.full_name, target.full_name)
            return


def _place(flat: FlatManifest, name: str) -> tuple[RegionProblem, int] | None:
    """The buffer's region, and its item there; None where it is not in shared memory or has no bytes."""
    for problem in (flat.run, flat.block):
        if name in problem.index_by_name:
            return problem, problem.index_by_name[name]
    return None


def _first_common(first: Phases, second: Phases) -> Phase | None:
    ahead, others = iter(first.spans), iter(second.spans)
    one, other = next(ahead, None), next(others, None)
    while one is not None and other is not None:
        if max(one[0], other[0]) < min(one[1], other[1]):
            return max(one[0], other[0])
        if one[1] <= other[1]:
            one = next(ahead, None)
        else:
            other = next(others, None)
    return None


def _cured(problem: RegionProblem, a: int, p: Piece, b: int, q: Piece) -> bool:
    for permission in problem.in_place_by_pair.get((min(a, b), max(a, b)), ()):
        read, write = (p, q) if permission.read == a else (q, p)
        read_inside = permission.read_range == (read.offset_bytes, read.offset_bytes + read.size_bytes)
        if read_inside and permission.write_range == (write.offset_bytes, write.offset_bytes + write.size_bytes):
            return True
    return False


def _check_pinned(collector: Collector, problem: RegionProblem, numbers: dict[str, int]) -> None:
    """Pinned buffers that cannot lie where they are pinned, whatever the budget."""
    pinned = sorted(
        (item.pinned_offset_bytes, index)
        for index, item in enumerate(problem.items)
        if item.pinned_offset_bytes is not None
    )
    tests = 0
    open_now: list[tuple[int, int]] = []
    for offset, index in pinned:
        open_now = [one for one in open_now if one[0] + problem.items[one[1]].size_bytes > offset]
        for other_offset, other in open_now:
            tests += 1
            difference = offset - other_offset
            if any(low <= difference <= high for low, high in forbidden_differences(problem, other, index)):
                names = problem.items[other].name, problem.items[index].name
                message = (
                    f"{names[0]}, pinned at {other_offset}, and {names[1]}, pinned at {offset}, share bytes there, and "
                    "both are needed at once."
                )
                pointer = f"/buffers/{numbers[names[1]]}/pinned_offset_bytes"
                collector.error("pinned-overlap", pointer, message, *names)
            if tests >= PINNED_TESTS:
                return
        open_now.append((offset, index))
