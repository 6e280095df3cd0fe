"""Reads a timeline: phases, loops and barriers."""

from __future__ import annotations

from typing import Any

from solver.flatten.timeline import LONGEST
from solver.reading.clock import Clock
from solver.reading.collector import Collector, show
from solver.reading.fields import Fields
from solver.reading.names import phase_name_fault
from solver.wire.manifest import Barrier, Scope, Timeline

_KNOWN = ("phases", "length", "loops", "barriers")
_TRACKS = ("tracks", "async", "asynchronous")


def read_timeline(collector: Collector, value: Any, at: str) -> Clock:
    before = len(collector.problems)
    if isinstance(value, dict):
        value = _without_tracks(collector, value, at)
    fields = Fields(collector, value, at, _KNOWN)
    plain = _phases(fields)
    if len(collector.problems) > before:
        return Clock(collector, plain, sound=False)
    bare = Clock(collector, plain)
    loops = _loops(fields, bare)
    barriers = _barriers(fields, bare)
    timeline = Timeline(plain.length, plain.names, loops, barriers)
    return Clock(collector, timeline, sound=len(collector.problems) == before)


def _without_tracks(collector: Collector, value: dict[str, Any], at: str) -> dict[str, Any]:
    for key in _TRACKS:
        if key in value:
            message = (
                "Asynchronous tracks (warp specialisation) are not supported: keep such buffers apart with `apart`, or "
                "make them `persistent`."
            )
            collector.error("unsupported-field", f"{at}/{key}", message)
    return {key: inner for key, inner in value.items() if key not in _TRACKS}


def _phases(fields: Fields) -> Timeline:
    collector = fields.collector
    if "phases" in fields and "length" in fields:
        message = "A timeline has either `phases` or a `length`, not both."
        collector.error("phases-and-length", fields.pointer("length"), message)
        return Timeline()
    if "length" in fields:
        return Timeline(fields.integer("length", 1, 1, LONGEST))
    names = fields.sequence("phases")
    if names is None:
        if "phases" not in fields and fields.values:
            collector.error("missing-field", fields.pointer("phases"), "A timeline needs `phases` or a `length`.")
        return Timeline()
    if not 1 <= len(names) <= LONGEST:
        message = f"A timeline has between 1 and {LONGEST} phases, and this one has {len(names)}."
        collector.error("out-of-range", fields.pointer("phases"), message)
        return Timeline()
    seen: set[str] = set()
    for index, name in enumerate(names):
        pointer = f"{fields.at}/phases/{index}"
        if not isinstance(name, str):
            collector.wrong_type(pointer, name, "a string")
            continue
        fault = phase_name_fault(name)
        if fault is not None:
            collector.error("bad-name", pointer, f"The phase name {show(name)} {fault}.")
        elif name in seen:
            collector.error("duplicate-name", pointer, f"Two phases are called {show(name)}.", name)
        seen.add(name)
    return Timeline(len(names), tuple(map(str, names)))


def _loops(fields: Fields, clock: Clock) -> tuple[tuple[int, int], ...]:
    collector = fields.collector
    found: dict[tuple[int, int], int] = {}
    for index, value in enumerate(fields.sequence("loops") or ()):
        pointer = f"{fields.at}/loops/{index}"
        if (
            isinstance(value, list)
            and len(value) == 2
            and all(type(one) is int for one in value)
            and value[0] > value[1]
        ):
            message = f"The loop [{show(value[0])}, {show(value[1])}) ends before it starts."
            collector.error("bad-loop", pointer, message)
            continue
        interval = clock.interval(value, pointer)
        if interval is None:
            continue
        loop = (interval.start, interval.end)
        if loop in found:
            collector.error("duplicate-loop", pointer, f"The loop [{loop[0]}, {loop[1]}) is given twice.")
        found.setdefault(loop, index)
    _nested(collector, fields.at, found)
    return tuple(sorted(found, key=lambda loop: (loop[0], -loop[1])))


def _nested(collector: Collector, at: str, found: dict[tuple[int, int], int]) -> None:
    around: list[tuple[int, int]] = []
    for loop in sorted(found, key=lambda loop: (loop[0], -loop[1])):
        while around and around[-1][1] <= loop[0]:
            around.pop()
        if around and around[-1][1] < loop[1]:
            outer = around[-1]
            message = (
                f"The loops [{outer[0]}, {outer[1]}) and [{loop[0]}, {loop[1]}) cross: one must lie inside the other, "
                "or they must be disjoint."
            )
            collector.error("loops-cross", f"{at}/loops/{max(found[outer], found[loop])}", message)
            continue
        around.append(loop)


def _barriers(fields: Fields, clock: Clock) -> tuple[Barrier, ...]:
    collector = fields.collector
    value = fields.values.get("barriers", [])
    if value == "every":
        return tuple(Barrier(phase, "block") for phase in range(clock.timeline.length))
    if not isinstance(value, list):
        collector.wrong_type(fields.pointer("barriers"), value, 'a list of barriers, or "every"')
        return ()
    found: set[tuple[int, Scope]] = set()
    for index, one in enumerate(value):
        at = f"{fields.at}/barriers/{index}"
        barrier = Fields(collector, one, at, ("before", "scope"), ("before", "scope"))
        scope: Scope = "block"
        if barrier.values.get("scope") == "warp":
            refuse_warp_scope(collector, f"{at}/scope")
        else:
            scope = barrier.choice("scope", "block", ("block", "run"))
        phase = clock.phase(barrier.values["before"], f"{at}/before") if "before" in barrier else None
        if phase is not None:
            found.add((phase, scope))
    return tuple(Barrier(phase, scope) for phase, scope in sorted(found))


def refuse_warp_scope(collector: Collector, pointer: str) -> None:
    message = "Per-warp scope is not supported: use `threads_per_run` of a warp with scope run, or scope block."
    collector.error("unsupported-field", pointer, message)
