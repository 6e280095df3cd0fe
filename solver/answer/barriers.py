"""Missing barriers: where one more barrier of the whole block would let buffers share bytes, and what that would
save."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from warpack.solver.answer.trying import Saved, Trying
from warpack.solver.wire.manifest import Buffer, Manifest
from warpack.solver.wire.problems import Problem
from warpack.solver.wire.timeline import Accesses, Barrier, Lifetime
from warpack.solver.wire.timelines import timeline_of, with_timeline
from warpack.solver.wire.units import Phase

UNORDERED = "no_barrier_no_sharing"

MOST_BARRIERS = 8
"""How many places are tried: the first ones."""


class Place(NamedTuple):
    """Just before a phase of a timeline: that of the component `owner`, or the root's ("")."""

    owner: str
    phase: Phase


@dataclass(frozen=True)
class MissingBarrier:
    """A barrier at each of `places` saves bytes. There are several places where no single one saves any. `names`: the
    buffers, each of which begins at one of the places."""

    places: tuple[Place, ...]
    phase_names: tuple[str, ...]
    saved: Saved
    phrase: str
    names: frozenset[str]

    def to_json(self) -> dict[str, Any]:
        return {
            "before": [
                {"component": place.owner, "phase": place.phase, "phase_name": name}
                for place, name in zip(self.places, self.phase_names, strict=True)
            ],
            "run_bytes_saved": self.saved.run,
            "block_region_bytes_saved": self.saved.block,
        }


def missing_barriers(manifest: Manifest, trying: Trying) -> tuple[MissingBarrier, ...]:
    """Those that save bytes, the most first. Where no single one does, all that were tried, if they save bytes
    together. Nothing is tried unless some buffers lie apart only because a barrier is missing."""
    warnings = [one for one in trying.packed.flat.warnings if one.type == UNORDERED and one.names]
    if not warnings or not trying.worthwhile:
        return ()
    users = _places(manifest, {name.partition("#")[0] for one in warnings for name in one.names})
    places = sorted(users)[:MOST_BARRIERS]
    alone = [_tried(manifest, trying, (place,), users[place]) for place in places]
    found = [one for one in alone if one.phrase]
    if not found and len(places) > 1:
        together = _tried(manifest, trying, tuple(places), frozenset().union(*(users[place] for place in places)))
        found = [together] if together.phrase else []
    return tuple(sorted(found, key=lambda one: (-sum(one.saved), one.places)))


def between(barriers: Sequence[MissingBarrier], warning: Problem) -> str:
    """A sentence about the barrier that saves the most before one of the buffers that a warning names; empty where none
    does."""
    names = {name.partition("#")[0] for name in warning.names}
    best = next((one for one in barriers if one.names & names), None)
    if best is None:
        return ""
    where = " and ".join(
        f"{name}{f' of {place.owner}' if place.owner else ''}"
        for place, name in zip(best.places, best.phase_names, strict=True)
    )
    what = "One of the whole block" if len(best.places) == 1 else "Barriers of the whole block"
    verb = "saves" if len(best.places) == 1 else "save together"
    return f" {what} before {where} {verb} {best.phrase}."


def _tried(manifest: Manifest, trying: Trying, places: tuple[Place, ...], names: frozenset[str]) -> MissingBarrier:
    changed = manifest
    for place in places:
        changed = with_barrier(changed, place)
    saved = trying.saved(changed)
    phases = tuple(timeline_of(manifest, place.owner).phase_name(place.phase) for place in places)
    return MissingBarrier(places, phases, saved, trying.phrase(saved), names)


def with_barrier(manifest: Manifest, place: Place) -> Manifest:
    """The manifest with one more barrier of the whole block."""
    timeline = timeline_of(manifest, place.owner)
    barriers = {*timeline.barriers, Barrier(place.phase)}
    ordered = sorted(barriers, key=lambda one: (one.phase, one.after, one.scope, one.proxy_fence))
    return with_timeline(manifest, place.owner, replace(timeline, barriers=tuple(ordered)))


def _places(manifest: Manifest, names: set[str]) -> dict[Place, frozenset[str]]:
    """The places where an interval or an access of one of these buffers begins, where no barrier of the block stands
    and one is allowed, with the buffers that begin there."""
    found: dict[Place, set[str]] = {}
    for buffer in manifest.buffers:
        if buffer.full_name in names:
            owner = manifest.timeline_owner(buffer.component)
            for phase in _begins(buffer):
                place = Place(owner, phase)
                if place in found or _may_stand(manifest, place):
                    found.setdefault(place, set()).add(buffer.full_name)
    return {place: frozenset(users) for place, users in found.items()}


def _begins(buffer: Buffer) -> Iterator[Phase]:
    stated: list[tuple[Lifetime | None, Accesses | None]] = [(buffer.lifetime, buffer.accesses_in)]
    stated += [(part.lifetime, part.accesses_in) for part in buffer.parts]
    for lifetime, accesses in stated:
        yield from (interval.start for interval in lifetime or ())
        for phases in accesses or ():
            yield from phases


def _may_stand(manifest: Manifest, place: Place) -> bool:
    timeline = timeline_of(manifest, place.owner)
    if any(
        barrier.scope == "block" and barrier.phase == place.phase and not barrier.after for barrier in timeline.barriers
    ):
        return False
    return _all_come_by(manifest, place)


def _all_come_by(manifest: Manifest, place: Place) -> bool:
    """Whether all threads of the block go through the phase together: not in a track, nor in an arm that they do not
    choose together."""
    timeline, phase = timeline_of(manifest, place.owner), place.phase
    if any(track.start <= phase < track.end for group in timeline.tracks for track in group):
        return False
    if any(
        start <= phase < end and branch.uniform != "block" for branch in timeline.branches for start, end in branch.arms
    ):
        return False
    if not place.owner:
        return True
    outer = manifest.timeline_owner(place.owner.rpartition("/")[0])
    called_in = manifest.component_by_path[place.owner].called_in
    return all(_all_come_by(manifest, Place(outer, calling)) for calling in called_in)
