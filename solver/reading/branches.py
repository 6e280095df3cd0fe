"""Reads the branches of a timeline and its tracks: adjacent spans of which one runs, or all at once."""

from __future__ import annotations

from typing import Any

from warpack.solver.reading.clock import Clock
from warpack.solver.reading.collector import Collector, show, spelled
from warpack.solver.reading.fields import Fields
from warpack.solver.reading.nesting import CHOICE, WHOLE_BRANCH, rank_of_arm, rank_of_group
from warpack.solver.reading.settings import MOST_THREADS
from warpack.solver.reading.structures import BLOCK, ONE_THREAD, RUN, Structure
from warpack.solver.reading.surroundings import Surroundings
from warpack.solver.reading.track_threads import check_threads
from warpack.solver.wire.manifest import Branch, Launch, Scope, Span, Track
from warpack.solver.wire.names import phase_name_fault

_BRANCH = ("arms", "may_skip", "uniform")
_TRACK = ("name", "span", "threads")
_TOGETHER: dict[Scope | None, int] = {None: ONE_THREAD, "run": RUN, "block": BLOCK}


def read_branches(fields: Fields, clock: Clock, structures: list[Structure]) -> tuple[Branch, ...]:
    """Sorted by start, the outer ones first."""
    found: list[Branch] = []
    for index, value in enumerate(fields.sequence("branches") or ()):
        branch = Fields(fields.collector, value, f"{fields.at}/branches/{index}", _BRANCH, ("arms",))
        may_skip = branch.flag("may_skip", False)
        uniform = _uniform(branch)
        values = branch.sequence("arms")
        at = branch.pointer("arms")
        if values is None:
            continue
        arms = _adjacent(
            branch.collector, clock, at, [(f"{at}/{number}", one) for number, one in enumerate(values)], "arm"
        )
        if not arms:
            continue
        found.append(Branch(tuple(arms), may_skip, uniform))
        structures.append(Structure(found[-1].span, WHOLE_BRANCH, "branch", at, values))
        rank, together = rank_of_arm(len(arms)), _TOGETHER[uniform]
        for number, (arm, one) in enumerate(zip(arms, values, strict=True)):
            structures.append(Structure(arm, rank, "arm", f"{at}/{number}", one, together))
    return tuple(sorted(found, key=lambda branch: (branch.span[0], -branch.span[1])))


def read_tracks(
    fields: Fields, clock: Clock, structures: list[Structure], launch: Launch | None
) -> tuple[tuple[Track, ...], ...]:
    """Groups sorted by start."""
    collector = fields.collector
    found: list[tuple[Track, ...]] = []
    for index, value in enumerate(fields.sequence("tracks") or ()):
        at = f"{fields.at}/tracks/{index}"
        if not isinstance(value, list):
            collector.wrong_type(at, value, "a list of tracks that run at once, each with `name`, `span` and `threads`")
            continue
        before = len(collector.problems)
        rows = [Fields(collector, one, f"{at}/{number}", _TRACK, _TRACK) for number, one in enumerate(value)]
        seen: set[str] = set()
        named = [(_name(row, seen), _threads(row)) for row in rows]
        if not all("span" in row for row in rows):
            continue
        written = [(row.pointer("span"), row.values["span"]) for row in rows]
        spans = _adjacent(collector, clock, at, written, "track")
        if not spans:
            continue
        tracks = tuple(Track(name, *span, threads) for (name, threads), span in zip(named, spans, strict=True))
        found.append(tracks)
        if launch is not None and len(collector.problems) == before:
            check_threads(collector, tracks, at, launch)
        names, span = [track.name for track in tracks], (spans[0][0], spans[-1][1])
        structures.append(Structure(span, rank_of_group(len(spans)), "tracks", at, names))
        for number, track in enumerate(tracks):
            structures.append(Structure(track.span, CHOICE, "track", f"{at}/{number}", track.name))
    return tuple(sorted(found, key=lambda tracks: (tracks[0].start, -tracks[-1].end)))


def _uniform(fields: Fields) -> Scope | None:
    scopes: tuple[Scope, ...] = ("run", "block")
    return fields.choice("uniform", scopes[0], scopes) if fields.values.get("uniform") is not None else None


def check_tracks(collector: Collector, clock: Clock, around: Surroundings) -> None:
    """The threads of a track are not divided further, in its own timeline or in one that it calls."""
    for node in clock.tree.nodes:
        if node.structure.kind != "tracks" or node.parent is None:
            continue
        outer = node.parent.track
        if outer is not None or around.in_tracks != "never":
            where = (
                "a track of a timeline that calls this one" if outer is None else f"the track {outer.structure.shown}"
            )
            message = (
                f"The tracks {node.structure.shown} lie inside {where}, whose threads are not divided further: list all tracks that run "
                "at once in one list."
            )
            collector.error("tracks-in-track", node.structure.pointer, message)


def _adjacent(
    collector: Collector, clock: Clock, at: str, written: list[tuple[str, Any]], what: str
) -> list[Span] | None:
    """The spans of the list at `at`, each starting where the previous one ends; None (and problems) where they do not.
    `written`: each with its pointer."""
    if not written:
        collector.error("no-arms", at, f"This list is empty: name the span of at least one {what}.")
        return None
    read = [clock.span(value, pointer, what) for pointer, value in written]
    spans = [span for span in read if span is not None]
    if len(spans) < len(read):
        return None
    for number in range(1, len(spans)):
        if spans[number][0] != spans[number - 1][1]:
            pointer, value = written[number]
            message = (
                f"The {what} {spelled(value)} does not start where {spelled(written[number - 1][1])}, listed before it, ends: the "
                f"{what}s of one list follow one another in program order, with no phase between them."
            )
            collector.error("not-adjacent", pointer, message)
            return None
    return spans


def _name(fields: Fields, seen: set[str]) -> str:
    name = fields.values.get("name", "")
    pointer = fields.pointer("name")
    if not isinstance(name, str):
        fields.collector.wrong_type(pointer, name, "a string")
        return ""
    fault = phase_name_fault(name) if "name" in fields else None
    if fault is not None:
        fields.collector.error("bad-name", pointer, f"The track name {show(name)} {fault}.")
    elif name in seen:
        fields.collector.error("duplicate-name", pointer, f"Two tracks of one list are called {show(name)}.", name)
    seen.add(name)
    return name


def _threads(fields: Fields) -> int | None:
    what = f"an integer from 1 to {MOST_THREADS}"
    threads = fields.integer_or_word("threads", "rest", ("rest",), 1, MOST_THREADS, what)
    return threads if isinstance(threads, int) else None
