"""Reads a timeline: its phases and the structures over them. Its barriers are read later
(`warpack.solver.reading.barriers`)."""

from __future__ import annotations

from typing import Any

from warpack.solver.flatten.timeline import LONGEST
from warpack.solver.reading.branches import read_branches, read_tracks
from warpack.solver.reading.clock import Clock
from warpack.solver.reading.collector import Collector, show
from warpack.solver.reading.fields import Fields
from warpack.solver.reading.loops import read_loops
from warpack.solver.reading.nesting import check_nesting
from warpack.solver.reading.structures import Structure, Tree
from warpack.solver.wire.manifest import Launch, Timeline
from warpack.solver.wire.names import phase_name_fault

_KNOWN = ("phases", "length", "loops", "branches", "tracks", "barriers")
_ASYNCHRONOUS = ("async", "asynchronous")


def read_timeline(collector: Collector, value: Any, at: str, launch: Launch | None) -> Clock:
    before = len(collector.problems)
    if isinstance(value, dict):
        value = _without_asynchronous(collector, value, at)
    fields = Fields(collector, value, at, _KNOWN)
    plain = _phases(fields)
    if len(collector.problems) > before:
        return Clock(collector, plain, Tree(plain.length), phases_sound=False, sound=False)
    bare = Clock(collector, plain, Tree(plain.length), phases_sound=True, sound=True)
    structures: list[Structure] = []
    branches = read_branches(fields, bare, structures)
    tracks = read_tracks(fields, bare, structures, launch)
    loops = read_loops(fields, bare, structures)
    sound = len(collector.problems) == before and check_nesting(collector, structures)
    tree = Tree(plain.length, structures if sound else ())
    if sound:
        loops.check_breaks(collector, tree)
    timeline = Timeline(plain.length, plain.names, loops.sorted(), (), branches, tracks)
    return Clock(collector, timeline, tree, phases_sound=True, sound=sound)


def _without_asynchronous(collector: Collector, value: dict[str, Any], at: str) -> dict[str, Any]:
    for key in _ASYNCHRONOUS:
        if key in value:
            message = (
                "A timeline says nothing of asynchronous accesses: mark the buffers that TMA, bulk copies or wgmma touch with "
                '`"async": true`, and say warp specialisation in `tracks`.'
            )
            collector.error("unsupported-field", f"{at}/{key}", message)
    return {key: inner for key, inner in value.items() if key not in _ASYNCHRONOUS}


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
