"""In-place pairs: the one difference of their offsets at which two pieces may share bytes although their lives meet.

A listed phase is *effective* if the read ends and the write begins in it, the old contents are not read again after it,
and the threads that share the two waited directly before it (`effective_phases`). The pair may share bytes if the two
conflict in effective phases only.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from warpack.solver.flatten.effective_phases import EffectivePhases, Pair
from warpack.solver.flatten.items import RegionItems
from warpack.solver.flatten.lifetimes import Lives
from warpack.solver.flatten.problem import InPlacePermission, Phases, Piece
from warpack.solver.flatten.relation import Relation
from warpack.solver.flatten.spans import Span, intersection, meet, phases_of
from warpack.solver.wire.manifest import Buffer, InPlace, Manifest
from warpack.solver.wire.problems import Problem
from warpack.solver.wire.timelines import timeline_of
from warpack.solver.wire.units import Bytes


@dataclass(frozen=True)
class _Reference:
    """A buffer or part that a pair names: its start inside its buffer, and its pieces in the order of their bytes, each
    with the number of its item and the item's place inside the buffer."""

    start_bytes: Bytes
    pieces: tuple[tuple[int, Bytes, Piece], ...]

    @property
    def item(self) -> int:
        """One of its items: a decision about a pair of buffers holds for all their items."""
        return self.pieces[0][0]


@dataclass
class _Meeting:
    """Two pieces that listed pairs place together at one difference, and the phases listed for them; `reverse` has
    those of entries that name the two the other way round."""

    read: int
    write: int
    read_piece: Piece
    write_piece: Piece
    difference_bytes: Bytes
    listed: list[Span] = field(default_factory=list)
    reverse: list[Span] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)


def split_reference(reference: str) -> tuple[str, str | None]:
    """The buffer's full name, and the part's name if a part is meant."""
    buffer, mark, part = reference.partition("#")
    return buffer, part if mark else None


def permissions(
    manifest: Manifest, region: RegionItems, lives: Lives, relation: Relation, settled: frozenset[tuple[int, int]]
) -> tuple[tuple[InPlacePermission, ...], dict[int, str]]:
    """The permissions of one region, and for entries of `manifest.in_place` that have no effect in it why that is so.

    `settled`: pairs of items that an alias or `apart` has decided already.
    """
    meetings: dict[tuple[int, int, int, int, Bytes], _Meeting] = {}
    idle: dict[int, str] = {}
    references = _references(manifest, region) if manifest.in_place else {}
    for number, entry in enumerate(manifest.in_place):
        read, write = references.get(entry.read), references.get(entry.write)
        if read is None or write is None or (min(read.item, write.item), max(read.item, write.item)) in settled:
            continue
        spans = lives.of_phase(region.buffers[read.item].component, entry.phase)
        if not _gather(meetings, read, write, spans, number):
            idle[number] = f"they are not both live in the phase {_phase_name(manifest, lives, entry)}"
    found: list[InPlacePermission] = []
    effective = EffectivePhases(relation)
    for meeting in meetings.values():
        phases, why_not = effective.phases_of(_pair(meeting, region), meeting.listed, meeting.reverse)
        if why_not is not None:
            idle.update((number, why_not) for number in meeting.entries)
            continue
        if phases:
            found.append(_permission(meeting, phases))
    return tuple(found), idle


def warnings(manifest: Manifest, idle: dict[int, str], settled_names: set[frozenset[str]]) -> list[Problem]:
    """`in_place_no_effect`, once for every pair of references; `idle` is what `permissions` said of both regions."""
    said: set[tuple[str, str]] = set()
    problems: list[Problem] = []
    for number, entry in enumerate(manifest.in_place):
        names = (split_reference(entry.read)[0], split_reference(entry.write)[0])
        reason = idle.get(number)
        if reason is None:
            reason = _why_outside(manifest.by_name[names[0]], manifest.by_name[names[1]])
        if reason is None and frozenset(names) in settled_names:
            reason = "`apart` keeps them from sharing a byte"
        if reason is not None and (entry.read, entry.write) not in said:
            said.add((entry.read, entry.write))
            message = f"The in-place pair of {entry.read} and {entry.write} has no effect: {reason}."
            problems.append(Problem("in_place_no_effect", f"/in_place/{number}", message, (entry.read, entry.write)))
    return problems


def _why_outside(read: Buffer, write: Buffer) -> str | None:
    if read.scope != write.scope:
        return "they are of different scope and never share bytes"
    for buffer in (read, write):
        if buffer.location == "local":
            return f"{buffer.full_name} is in local memory"
        if buffer.persistent:
            return f"{buffer.full_name} is persistent, and its storage is never shared"
    return None


def _references(manifest: Manifest, region: RegionItems) -> dict[str, _Reference]:
    """What each reference of a pair means in this region. References to other regions are left out."""
    wanted = {reference for entry in manifest.in_place for reference in (entry.read, entry.write)}
    found: dict[str, _Reference] = {}
    for name in {split_reference(reference)[0] for reference in wanted}:
        items = region.index.get(name, ())
        if not items or region.buffers[items[0]].persistent:
            continue
        held = [
            (index, region.items[index].start_bytes, piece) for index in items for piece in region.items[index].pieces
        ]
        held.sort(key=lambda one: one[1] + one[2].offset_bytes)
        found[name] = _Reference(0, tuple(held))
        for one in held if region.buffers[items[0]].parts else ():
            found[one[2].name] = _Reference(one[1] + one[2].offset_bytes, (one,))
    return found


def _gather(
    meetings: dict[tuple[int, int, int, int, Bytes], _Meeting],
    read: _Reference,
    write: _Reference,
    spans: list[Span],
    entry: int,
) -> bool:
    """Note the phases for every two pieces that overlap where the two ranges coincide. False if none is live there."""
    listed = phases_of(spans)
    overlay = read.start_bytes - write.start_bytes  # offset(write) - offset(read) that lays one range on the other
    both_live = False
    ends = [overlay + start + q.offset_bytes + q.size_bytes for _, start, q in write.pieces]
    for i, p_start, p in read.pieces:
        for j, q_start, q in write.pieces[bisect_right(ends, p_start + p.offset_bytes) :]:
            if overlay + q_start + q.offset_bytes >= p_start + p.offset_bytes + p.size_bytes:
                break
            if not meet(intersection(listed, p.accesses), q.accesses):
                continue
            both_live = True
            difference = overlay + q_start - p_start  # the same, said of the two items
            one, other = (i, p.offset_bytes), (j, q.offset_bytes)
            key = (*one, *other, difference) if one <= other else (*other, *one, -difference)
            meeting = meetings.get(key)
            if meeting is None:
                meeting = meetings[key] = _Meeting(i, j, p, q, difference)
            same_way = (meeting.read, meeting.read_piece) == (i, p)
            (meeting.listed if same_way else meeting.reverse).extend(spans)
            meeting.entries.append(entry)
    return both_live


def _pair(meeting: _Meeting, region: RegionItems) -> Pair:
    read, write = region.buffers[meeting.read], region.buffers[meeting.write]
    return Pair(
        region.uses[meeting.read_piece.name],
        region.uses[meeting.write_piece.name],
        read.zero,
        write.zero,
        region.private,
    )


def _permission(meeting: _Meeting, phases: Phases) -> InPlacePermission:
    p, q = meeting.read_piece, meeting.write_piece
    return InPlacePermission(
        meeting.read,
        meeting.write,
        (p.offset_bytes, p.offset_bytes + p.size_bytes),
        (q.offset_bytes, q.offset_bytes + q.size_bytes),
        meeting.difference_bytes,
        phases,
    )


def _phase_name(manifest: Manifest, lives: Lives, entry: InPlace) -> str:
    owner = lives.owner(manifest.by_name[split_reference(entry.read)[0]].component)
    return timeline_of(manifest, owner).phase_name(entry.phase)
