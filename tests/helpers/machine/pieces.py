"""What a manifest says of each piece (a buffer, or one of its parts): which flattened phases access it, and how
(section 3)."""

from __future__ import annotations

from dataclasses import dataclass

from warpack.solver.wire.manifest import Accesses, Buffer, Interval, Lifetime, Manifest, Timeline

from .tree import Program, TrackKey


@dataclass(frozen=True)
class Piece:
    """`accesses`: flattened phases in which the sharing threads may read and write it; the number after the last phase
    stands for the program's start. `needs`: those of them that find again what was left; `brings`: those that leave
    something. `ends`: where a stated interval, or a read, may be the last. `entry`: zeroed at the program's start, for
    phase 0. `drops`: what was left is forgotten as soon as a phase passes without an access. `track`: the one in which
    all accesses lie. `offset` and `size` are bytes within the buffer."""

    name: str
    buffer: Buffer
    owner: str
    offset: int
    size: int
    accesses: frozenset[int]
    needs: frozenset[int]
    brings: frozenset[int]
    ends: frozenset[int]
    derived: bool
    entry: bool
    drops: bool
    track: TrackKey | None


def interval_phases(timeline: Timeline, interval: Interval) -> set[int]:
    """The phases of a timeline that one interval holds: from first to last in program order, of branches one end lies
    in only the arms that hold an end; round the innermost loop of both where it wraps."""
    first, last = interval.start, interval.end - 1
    if interval.start < interval.end:
        held = set(range(first, last + 1))
    else:
        around = min(
            (loop for loop in timeline.loops if loop.start <= min(first, last) and max(first, last) < loop.end),
            key=lambda loop: loop.end - loop.start,
        )
        held = set(range(first, around.end)) | set(range(around.start, last + 1))
    for branch in timeline.branches:
        holding = [arm for arm in branch.arms if any(arm[0] <= end < arm[1] for end in (first, last))]
        if holding:
            start, stop = branch.span
            kept = {phase for arm in holding for phase in range(*arm)}
            held = {phase for phase in held if not start <= phase < stop or phase in kept}
    return held


def pieces_of(manifest: Manifest, program: Program) -> dict[str, Piece]:
    """Every piece by name, in the manifest's order; a buffer that has parts is its parts."""
    found: dict[str, Piece] = {}
    for buffer in manifest.buffers:
        width = buffer.dtype
        slices = [
            (
                buffer.part_name(part),
                width.bytes_of(part.offset),
                width.bytes_of(part.size),
                part.lifetime,
                part.accesses_in,
                part.reentry,
            )
            for part in buffer.parts
        ] or [(buffer.full_name, 0, buffer.size_bytes, buffer.lifetime, buffer.accesses_in, buffer.reentry)]
        for name, offset, size, lifetime, accesses, reentry in slices:
            found[name] = _piece(
                manifest, program, buffer, name, (offset, size), lifetime, accesses, reentry == "dropped"
            )
    return found


def _piece(
    manifest: Manifest,
    program: Program,
    buffer: Buffer,
    name: str,
    place: tuple[int, int],
    lifetime: Lifetime | None,
    accesses_in: Accesses | None,
    dropped: bool,
) -> Piece:
    owner = manifest.timeline_owner(buffer.component)
    timeline = manifest.component_by_path[owner].timeline if owner else manifest.timeline
    assert timeline is not None
    derived = accesses_in is not None
    accesses: set[int] = set()
    needs: set[int] = set()
    brings: set[int] = set()
    ends: set[int] = set()
    if accesses_in is None:
        always = lifetime is None or buffer.persistent
        intervals = (Interval(0, timeline.length),) if always or lifetime is None else lifetime
        for spans in program.spans.get(owner, ()):
            starts = {spans[interval.start].start for interval in intervals}
            phases = (
                range(timeline.length) if always else [p for each in intervals for p in interval_phases(timeline, each)]
            )
            held = {flat for phase in phases for flat in spans[phase]}
            accesses |= held
            needs |= held - starts
            brings |= held
            ends |= {flat for each in intervals for flat in spans[each.end - 1]}
    else:
        for spans in program.spans.get(owner, ()):
            for phase in {*accesses_in.writes, *accesses_in.updates, *accesses_in.reads}:
                here = set(spans[phase])
                first = {spans[phase].start} if phase in accesses_in.writes else set()
                accesses |= here
                needs |= here - first
                brings |= here if phase in accesses_in.writes or phase in accesses_in.updates else set()
                ends |= here if phase in accesses_in.reads or phase in accesses_in.updates else set()
    if buffer.persistent:
        accesses = set(range(len(program.names)))
    entry = buffer.zero == "entry" and bool(accesses)
    if entry:
        accesses.add(len(program.names))
        brings.add(len(program.names))
    around = {None if flat == len(program.names) else program.track_of[flat] for flat in accesses}
    return Piece(
        name,
        buffer,
        owner,
        *place,
        frozenset(accesses),
        frozenset(needs),
        frozenset(brings),
        frozenset(ends),
        derived,
        entry,
        dropped and not derived,
        around.pop() if len(around) == 1 else None,
    )
