"""What is told of a traced kernel: phases, buffers and findings, each with the lines of its source."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from warpack.gpu_runtime.trace.positions import ArraySite, Path
from warpack.gpu_runtime.trace.source.names import line_text
from warpack.gpu_runtime.trace.summary.model import Array, Place, Race, Summary
from warpack.gpu_runtime.trace.timeline.barriers import counted, why_not
from warpack.gpu_runtime.trace.timeline.phases import Phase, intervals
from warpack.gpu_runtime.trace.timeline.timeline import Timeline


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """`lines`: '15-19 from 51' are those of a device function that is called in line 51. `source`: the first one.
    `live`: names of the buffers that are needed in it."""

    name: str
    loops: int
    barrier: str | None
    lines: str
    source: str
    live: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BufferRow:
    """`size_bytes`: of one copy. `because`: why it has this scope."""

    name: str
    size_bytes: int
    scope: str
    because: str
    lifetime: tuple[tuple[str, str], ...]


def phase_rows(timeline: Timeline) -> list[PhaseRow]:
    return [
        PhaseRow(
            name=phase.name,
            loops=len(phase.loops),
            barrier=phase.barrier,
            lines=_lines_and_calls(phase),
            source=line_text(phase.places[0].path[-1]),
            live=tuple(sorted(site.name for site in phase.live)),
        )
        for phase in timeline.phases
    ]


def buffer_rows(summary: Summary, timeline: Timeline) -> list[BufferRow]:
    names = [phase.name for phase in timeline.phases]
    return [
        BufferRow(
            name=array.site.name,
            size_bytes=timeline.scopes[array.site].size * np.dtype(array.site.dtype).itemsize,
            scope=timeline.scopes[array.site].kind,
            because=timeline.scopes[array.site].because,
            lifetime=tuple((names[first], names[last]) for first, last in intervals(timeline.phases, array.site)),
        )
        for array in summary.arrays
    ]


def findings(summary: Summary, timeline: Timeline) -> Iterator[str]:
    """Sentences: in-place pairs, what is read before it is written, dead writes, barriers that do not count."""
    for pair in timeline.in_place:
        yield f"{pair.written.name} may take the bytes of {pair.read.name} in phase {pair.phase}, element by element"
    for array in summary.arrays:
        yield from _unwritten(array)
    for array in summary.arrays:
        for path, (count, total) in array.dead.items():
            if count == total:
                yield f"{array.site.name}: nobody reads what {where(path)} writes ({count} writes)"
    for place in summary.places:
        if place.barrier is not None and counted(place, timeline.threads_per_run) is None:
            yield f"barrier at {where(place.path)}: not counted, {why_not(place, timeline.threads_per_run)}"
    for site in timeline.scopes.keys() - set(timeline.packed):
        yield f"{site.name}: a local array of a run of several threads, which a manifest cannot have"
    yield from summary.notes


def _unwritten(array: Array) -> Iterator[str]:
    if array.unwritten:
        path, count = next(iter(array.unwritten.items()))
        elements = "1 element" if count == 1 else f"{count} elements"
        yield f"{array.site.name}: {elements} read before anything writes them, at {where(path)}: zeroed at the start"


def races(summary: Summary) -> Iterator[str]:
    """A sentence for each pair of places whose accesses no barrier orders."""
    yield from (_race(race) for race in summary.races)


def _race(race: Race) -> str:
    words = {True: "writes", False: "reads"}
    return (
        f"race on {race.array.name}: {where(race.first)} {words[race.first_writes]} (thread {race.first_thread}) and "
        f"{where(race.second)} {words[race.second_writes]} (thread {race.second_thread}) element {race.element} of "
        f"block {race.block}, with no barrier between ({race.count} elements)"
    )


def barriers(summary: Summary, timeline: Timeline) -> list[Place]:
    """Those that were met and count."""
    return [place for place in summary.places if counted(place, timeline.threads_per_run) is not None]


def where(path: Path) -> str:
    """A place in words: its line, and those of the calls that led there."""
    *calls, last = path
    return "".join(
        [f"{os.path.basename(last.file)}:{last.line}", *(f" called in line {call.line}" for call in reversed(calls))]
    )


def _lines_and_calls(phase: Phase) -> str:
    found: dict[tuple[int, ...], set[int]] = {}
    for place in phase.places:
        *calls, last = place.path
        found.setdefault(tuple(call.line for call in reversed(calls)), set()).add(last.line)
    return ", ".join(
        line_ranges(lines) + "".join(f" from {call}" for call in calls) for calls, lines in sorted(found.items())
    )


def line_ranges(lines: Iterable[int]) -> str:
    """'23-25, 30'."""
    parts = []
    for _, group in groupby(enumerate(sorted(lines)), key=lambda pair: pair[1] - pair[0]):
        numbers = [line for _, line in group]
        parts.append(f"{numbers[0]}-{numbers[-1]}" if len(numbers) > 1 else str(numbers[0]))
    return ", ".join(parts)


def phases_json(timeline: Timeline) -> list[dict[str, Any]]:
    """The phases of a trace file, against lines of the source."""
    return [
        {"name": phase.name, "barrier": phase.barrier, "lines": _lines(phase), "live": _names(phase.live)}
        for phase in timeline.phases
    ]


def _lines(phase: Phase) -> list[int]:
    return sorted({place.path[0].line for place in phase.places})


def _names(sites: Iterable[ArraySite]) -> list[str]:
    return sorted(site.name for site in sites)
