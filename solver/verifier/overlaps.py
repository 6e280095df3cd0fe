"""No two pieces share a byte that one needs while the other is accessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from warpack.solver.verifier.barriers import Threads
from warpack.solver.verifier.findings import Findings
from warpack.solver.verifier.meetings import Claim, meetings
from warpack.solver.verifier.over import RunWindows, Taken, over_windows
from warpack.solver.verifier.placement import PlacedPiece
from warpack.solver.verifier.spans import Span, Spans
from warpack.solver.verifier.story import Conflict, Story, StoryPiece
from warpack.solver.wire.manifest import Manifest

AT_START: Span = (-1, 0)
"""Stands for the program's start, at which some pieces are zeroed."""


def check_overlaps(manifest: Manifest, placed: Sequence[PlacedPiece], windows: RunWindows, findings: Findings) -> int:
    """Adds a finding for every pair that shares a byte which it must not share. Returns the number of pairs that were
    examined: they share bytes while one is accessed and the other occupied."""
    judged: set[tuple[int, int]] = set()
    for one, other in _candidates(findings.story, placed, windows):
        pair = (min(one, other), max(one, other))
        if pair not in judged:
            judged.add(pair)
            _judge(placed[pair[0]], placed[pair[1]], windows, findings)
            if findings.full("overlap"):
                break
    _check_apart(manifest, placed, windows, findings)
    return len(judged)


def cross_overlap(story: Story, placed: Sequence[PlacedPiece], windows: RunWindows) -> bool:
    """Whether with these windows a block-scoped and a run-scoped piece share a byte that they must not share."""
    for one, other in _across(story, placed, windows):
        if conflict_at(placed[one], placed[other], windows, story) is not None:
            return True
    return False


def _candidates(story: Story, placed: Sequence[PlacedPiece], windows: RunWindows) -> Iterator[tuple[int, int]]:
    some_asynchronous = any(one.piece.asynchronous for one in placed)
    for region in ("block", "run", "pool"):
        taken = [Taken(number, one.start, one.end) for number, one in enumerate(placed) if one.region == region]
        threads: Threads | None = "block" if region == "block" else None
        yield from meetings(_holders(story, placed, taken, threads), _comers(placed, taken))
        if some_asynchronous:
            yield from meetings(_fenced(story, placed, taken), _comers(placed, taken, asynchronous=True))
    yield from _across(story, placed, windows)


def _across(story: Story, placed: Sequence[PlacedPiece], windows: RunWindows) -> Iterator[tuple[int, int]]:
    """Candidates of a block-scoped piece that lies over windows and a run-scoped one."""
    of_block, of_run = over_windows(placed, windows)
    if not of_block:
        return
    for some, others in ((of_block, of_run), (of_run, of_block)):
        yield from meetings(_holders(story, placed, some, "block"), _comers(placed, others))
        if any(placed[one.number].piece.asynchronous for one in others):
            yield from meetings(_fenced(story, placed, some), _comers(placed, others, asynchronous=True))


def _holders(
    story: Story, placed: Sequence[PlacedPiece], taken: Sequence[Taken], threads: Threads | None
) -> list[Claim]:
    """Where pieces exclude others, if all these threads share their bytes; None: the threads that share the piece."""
    claims = []
    for one in taken:
        piece = placed[one.number].piece
        phases = piece.occupied if threads is None else story.occupied(piece, threads)
        claims.append(Claim(one.number, one.start, one.end, (AT_START, *phases) if piece.entry else phases))
    return claims


def _comers(placed: Sequence[PlacedPiece], taken: Sequence[Taken], *, asynchronous: bool = False) -> list[Claim]:
    claims = []
    for one in taken:
        piece = placed[one.number].piece
        if piece.asynchronous or not asynchronous:
            phases = (AT_START, *piece.accesses) if piece.entry else piece.accesses
            claims.append(Claim(one.number, one.start, one.end, phases))
    return claims


def _fenced(story: Story, placed: Sequence[PlacedPiece], taken: Sequence[Taken]) -> list[Claim]:
    """Where accesses that are not asynchronous exclude asynchronous ones: up to the barriers with a proxy fence."""
    claims = []
    for one in taken:
        piece = placed[one.number].piece
        if not piece.asynchronous:
            threads: Threads = piece.threads if piece.scope == "run" else "block"
            reached = story.ordering.reached(piece.accesses, threads, fenced=True)
            claims.append(Claim(one.number, one.start, one.end, reached))
    return claims


def conflict_at(first: PlacedPiece, second: PlacedPiece, windows: RunWindows, story: Story) -> Conflict | None:
    """Why two pieces that share a byte at their places must not; None where they may. `apart` is checked elsewhere."""
    a, b = first.piece, second.piece
    if a.buffer == b.buffer:  # parts that lie apart: different elements, both needed
        return story.conflict_unless_permitted(a, b)
    conflict = story.conflict(a, b)
    if conflict is None or conflict.apart:
        return None
    if first.region == second.region and second.start - first.start in conflict.allowed_differences:
        return None
    return conflict


def bytes_in_common(first: PlacedPiece, second: PlacedPiece, windows: RunWindows) -> Span | None:
    """The bytes that two pieces share: of their region, or (the first such) of the block's memory."""
    if first.region != second.region:
        of_block, of_run = (first, second) if first.region == "block" else (second, first)
        return windows.common((of_block.start, of_block.end), (of_run.start, of_run.end))
    start, end = max(first.start, second.start), min(first.end, second.end)
    return (start, end) if start < end else None


def _judge(first: PlacedPiece, second: PlacedPiece, windows: RunWindows, findings: Findings) -> None:
    conflict = conflict_at(first, second, windows, findings.story)
    at = bytes_in_common(first, second, windows)
    if conflict is not None and at is not None:
        _add("overlap", first, second, at, conflict.phases, _why(first, second, conflict, findings.story), findings)


def _why(first: PlacedPiece, second: PlacedPiece, conflict: Conflict, story: Story) -> str:
    a, b = first.piece, second.piece
    if conflict.allowed_differences:
        at = " or ".join(str(first.start + difference) for difference in conflict.allowed_differences)
        return f"in place, {b.name} may only start at byte {at} or share nothing"
    if conflict.reason == "persistent":
        return f"{a.name if a.persistent else b.name} is persistent, and its storage is never shared"
    if conflict.reason == "entry":
        return "both are zeroed at the program's start"
    if conflict.reason == "lanes":
        return "they lie in tracks, arms or components that may run at the same time"
    phase = conflict.phases[0][0]
    name = story.phase_names[phase]
    for one, other in ((a, b), (b, a)):
        if conflict.reason == "unordered":
            if _covers(other.accesses, phase):
                fence = " with a proxy fence" if other.asynchronous and not one.asynchronous else ""
                return (
                    f"no barrier{fence} has come between the last use of {one.name} and phase {name}, where {other.name} "
                    "needs them"
                )
        elif not _covers(one.accesses, phase):
            return f"{other.name} is used in phase {name}, where {one.name} is still needed: {_told(story, one, phase)}"
    return "both are live then"


def _told(story: Story, piece: StoryPiece, phase: int) -> str:
    """Why a piece is needed where it is not accessed."""
    why = story.why(piece, phase)
    if why is None or why.reason == "entry" or why.found is None:
        return "it holds zeroes from the program's start until phase 0 has come"
    left = "the program's start" if why.left is None else f"phase {story.phase_names[why.left]}"
    return f"a way leads from {left} to phase {story.phase_names[why.found]}, where it is found again"


def _covers(spans: Spans, phase: int) -> bool:
    return any(start <= phase < end for start, end in spans)


def _check_apart(manifest: Manifest, placed: Sequence[PlacedPiece], windows: RunWindows, findings: Findings) -> None:
    named = {name for pair in manifest.apart for name in pair}
    pieces: dict[str, list[PlacedPiece]] = {name: [] for name in named}
    for one in placed:
        if one.piece.buffer in named:
            pieces[one.piece.buffer].append(one)
    for one_name, other_name in manifest.apart:
        for first in pieces[one_name]:
            for second in pieces[other_name]:
                at = bytes_in_common(first, second, windows)
                conflict = findings.story.conflict(first.piece, second.piece)
                if at is not None and conflict is not None:
                    why = "the manifest keeps these two apart always"
                    _add("apart", first, second, at, conflict.phases, why, findings)


def _add(
    rule: str, first: PlacedPiece, second: PlacedPiece, at: Span, phases: Spans, why: str, findings: Findings
) -> None:
    region = first.region if first.region == second.region else "block"
    spans = ", ".join(f"[{begin}, {beyond})" for begin, beyond in phases[:4]) + (", …" if len(phases) > 4 else "")
    when = f" in phases {spans}" if phases else ""
    start, end = at
    message = (
        f"{first.piece.name} and {second.piece.name} share bytes [{start}, {end}) of the {region} region{when}: {why}"
    )
    findings.add(rule, message, first.piece.name, second.piece.name, region=region, at=at, phases=phases)
