"""No two pieces share a byte while both need it: a sweep over the phases that never looks at all pairs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush

from solver.verifier.findings import Findings
from solver.verifier.placement import PlacedPiece
from solver.verifier.spans import Spans, common
from solver.wire.manifest import Manifest


def check_overlaps(manifest: Manifest, placed: Sequence[PlacedPiece], findings: Findings) -> int:
    """Adds a finding for every pair that shares a byte it must not share. Returns how many pairs shared bytes while
    both were occupied and were judged."""
    judged = 0
    for region in ("block", "run"):
        here = [one for one in placed if one.region == region]
        for first, second in meeting_in_bytes(here):
            judged += 1
            _judge(first, second, findings)
            if findings.full("overlap"):
                break
    _check_apart(manifest, placed, findings)
    return judged


def meeting_in_bytes(placed: Sequence[PlacedPiece]) -> Iterator[tuple[PlacedPiece, PlacedPiece]]:
    """Every pair of pieces of one region that share a byte and are both occupied in some phase, once."""
    events = sorted((start, at, end) for at, one in enumerate(placed) for start, end in one.piece.occupied)
    layers: list[_Layer] = []
    leaving: list[tuple[int, int, int]] = []
    repeated = {at for at, one in enumerate(placed) if len(one.piece.occupied) > 1}
    seen: set[tuple[int, int]] = set()
    for phase, at, end in events:
        while leaving and leaving[0][0] <= phase:
            _, gone, layer = heappop(leaving)
            layers[layer].remove(placed[gone].start)
        free = None
        for index, active in enumerate(layers):
            met = active.sharing(placed, placed[at])
            if not met and free is None:
                free = index
            for other in met:
                pair = (min(at, other), max(at, other))
                if at in repeated or other in repeated:
                    if pair in seen:
                        continue
                    seen.add(pair)
                yield placed[pair[0]], placed[pair[1]]
        if free is None:
            free = len(layers)
            layers.append(_Layer())
        layers[free].insert(placed[at].start, at)
        heappush(leaving, (end, at, free))


class _Layer:
    """Pieces occupied now that share no byte with one another, by where they start. Those that may overlap (an alias,
    an in-place pair) lie in different layers."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._members: list[int] = []

    def sharing(self, placed: Sequence[PlacedPiece], one: PlacedPiece) -> list[int]:
        first = bisect_right(self._starts, one.start)
        if first and placed[self._members[first - 1]].end > one.start:
            first -= 1
        return self._members[first : bisect_left(self._starts, one.end)]

    def insert(self, start: int, member: int) -> None:
        at = bisect_left(self._starts, start)
        self._starts.insert(at, start)
        self._members.insert(at, member)

    def remove(self, start: int) -> None:
        at = bisect_left(self._starts, start)
        del self._starts[at], self._members[at]


def _judge(first: PlacedPiece, second: PlacedPiece, findings: Findings) -> None:
    a, b = first.piece, second.piece
    allowed: tuple[int, ...] = ()
    if a.buffer == b.buffer:  # parts that lie apart: different elements, both needed
        phases: Spans = common(a.occupied, b.occupied)
    else:
        conflict = findings.story.conflict(a, b)
        if conflict is None or conflict.apart or second.start - first.start in conflict.allowed_differences:
            return
        phases, allowed = conflict.phases, conflict.allowed_differences
    _add("overlap", first, second, phases, _why(first, second, phases, allowed, findings), findings)


def _why(first: PlacedPiece, second: PlacedPiece, phases: Spans, allowed: tuple[int, ...], findings: Findings) -> str:
    a, b = first.piece, second.piece
    if allowed:
        at = " or ".join(str(first.start + difference) for difference in allowed)
        return f"in place, {b.name} may only start at byte {at} or share nothing"
    for one, other in ((a, b), (b, a)):
        if one.persistent:
            return f"{one.name} is persistent, and its storage is never shared"
        if not any(start <= phases[0][0] < end for start, end in one.live):
            name = findings.story.phase_names[phases[0][0]]
            return f"no barrier has come between the last use of {one.name} and phase {name}, where {other.name} needs them"
    return "both are live then"


def _check_apart(manifest: Manifest, placed: Sequence[PlacedPiece], findings: Findings) -> None:
    named = {name for pair in manifest.apart for name in pair}
    pieces: dict[str, list[PlacedPiece]] = {name: [] for name in named}
    for one in placed:
        if one.piece.buffer in named:
            pieces[one.piece.buffer].append(one)
    for one_name, other_name in manifest.apart:
        for first in pieces[one_name]:
            for second in pieces[other_name]:
                shared = first.region == second.region and max(first.start, second.start) < min(first.end, second.end)
                if shared and first.piece.buffer != second.piece.buffer:
                    phases = common(first.piece.occupied, second.piece.occupied)
                    _add("apart", first, second, phases, "the manifest keeps these two apart always", findings)


def _add(rule: str, first: PlacedPiece, second: PlacedPiece, phases: Spans, why: str, findings: Findings) -> None:
    start, end = max(first.start, second.start), min(first.end, second.end)
    spans = ", ".join(f"[{begin}, {beyond})" for begin, beyond in phases[:4]) + (", …" if len(phases) > 4 else "")
    when = f" in phases {spans}" if phases else ""
    message = f"{first.piece.name} and {second.piece.name} share bytes [{start}, {end}) of the {first.region} region{when}: {why}"
    findings.add(
        rule, message, first.piece.name, second.piece.name, region=first.region, at=(start, end), phases=phases
    )
