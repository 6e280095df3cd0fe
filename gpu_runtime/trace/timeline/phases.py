"""Phases: neighbouring places, merged where that makes no two buffers needed together that are not so anyway.

A place whose live arrays are all live at its neighbour adds no conflict. Barriers and the borders of loops are kept. A
loop of one phase without a barrier is no loop: whatever it holds is needed together already.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from warpack.gpu_runtime.trace.positions import ArraySite, Path
from warpack.gpu_runtime.trace.source.names import function_name
from warpack.gpu_runtime.trace.summary.model import Place, Summary
from warpack.gpu_runtime.trace.timeline.barriers import counted

Pairs = frozenset[tuple[ArraySite, ArraySite]]
"""Of an array that may be read and one that may be written in its place."""


@dataclass(slots=True)
class Phase:
    """`barrier`: the scope of the one that it begins with, or None. `loops`: those around it, outer first."""

    name: str
    loops: tuple[Path, ...]
    live: set[ArraySite]
    read: set[ArraySite]
    written: set[ArraySite]
    barrier: str | None
    places: list[Place]


def phases_of(summary: Summary, threads_per_run: int, in_place: Pairs) -> list[Phase]:
    """The phases of a kernel in program order. `in_place`: pairs whose hand-over needs a phase of its own."""
    phases = [
        Phase(
            name="",
            loops=place.loops,
            live=set(place.live),
            read=set(place.read),
            written=set(place.written),
            barrier=counted(place, threads_per_run),
            places=[place],
        )
        for place in summary.places
        if place.live or counted(place, threads_per_run)
    ]
    while _merge(phases, in_place) or _unwrap(phases):
        pass
    _name(phases)
    return phases


def _merge(phases: list[Phase], in_place: Pairs) -> bool:
    """Merges neighbours; whether there were any."""
    kept: list[Phase] = []
    for phase in phases:
        if kept and _mergeable(kept[-1], phase, in_place):
            before = kept[-1]
            before.live |= phase.live
            before.read |= phase.read
            before.written |= phase.written
            before.places += phase.places
        else:
            kept.append(phase)
    changed = len(kept) < len(phases)
    phases[:] = kept
    return changed


def _mergeable(first: Phase, second: Phase, in_place: Pairs) -> bool:
    if first.loops != second.loops or second.barrier:
        return False
    if not (first.live <= second.live or second.live <= first.live):
        return False
    return not any(
        read in first.live and written not in first.live and {read, written} <= second.live
        for read, written in in_place
    )


def _unwrap(phases: Sequence[Phase]) -> bool:
    """Takes loops away that hold one phase and no barrier; whether there were any."""
    inside: dict[Path, list[Phase]] = defaultdict(list)
    for phase in phases:
        for loop in phase.loops:
            inside[loop].append(phase)
    alone = {loop: held[0] for loop, held in inside.items() if len(held) == 1 and not held[0].barrier}
    for loop, phase in alone.items():
        phase.loops = tuple(one for one in phase.loops if one != loop)
    return bool(alone)


def _name(phases: Iterable[Phase]) -> None:
    """Phases are called by the function and line that they begin at."""
    seen: Counter[str] = Counter()
    for phase in phases:
        *calls, last = phase.places[0].path
        name = "_".join([f"{function_name(last)}_{last.line}", *(f"from_{call.line}" for call in reversed(calls))])
        seen[name] += 1
        phase.name = name if seen[name] == 1 else f"{name}_{seen[name]}"


def intervals(phases: Sequence[Phase], site: ArraySite) -> list[tuple[int, int]]:
    """The stretches of phases in which an array is needed, first and last."""
    found: list[tuple[int, int]] = []
    for index, phase in enumerate(phases):
        if site in phase.live:
            if found and found[-1][1] == index - 1:
                found[-1] = (found[-1][0], index)
            else:
                found.append((index, index))
    return found
