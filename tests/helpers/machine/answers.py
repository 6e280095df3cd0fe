"""The questions that tests ask of the machine."""

from __future__ import annotations

import itertools
from bisect import bisect_left

from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

from .in_place import disturbs_at_equal_offset
from .judge import Judge

_KEPT: list[tuple[Manifest, Judge]] = []
"""The last manifest asked about, so that many questions about one compile it once."""


def judge_of(manifest: Manifest) -> Judge:
    if not _KEPT or _KEPT[0][0] is not manifest:
        _KEPT[:] = [(manifest, Judge(manifest))]
    return _KEPT[0][1]


def piece_names(manifest: Manifest) -> tuple[str, ...]:
    """Every buffer, or its parts (`name#part`) where it has any, in the manifest's order."""
    return tuple(judge_of(manifest).pieces)


def disturbs(manifest: Manifest, a: str, b: str) -> bool:
    """Whether pieces `a` and `b` in the same bytes, at whatever shift, ever disturb each other. In-place steps do not
    help here."""
    return judge_of(manifest).disturbs(a, b)


def disturbs_in_place(manifest: Manifest, a: str, b: str) -> bool:
    """The same for two pieces with the same first byte, elementwise: in-place steps between them that hold are
    granted."""
    return disturbs_at_equal_offset(judge_of(manifest), a, b)


def conflicts(manifest: Manifest) -> frozenset[tuple[str, str]]:
    """All pairs of pieces (names sorted; also of two parts of one buffer) that disturb each other at some shift."""
    pairs = itertools.combinations(sorted(piece_names(manifest)), 2)
    return frozenset((a, b) for a, b in pairs if disturbs(manifest, a, b))


def in_place_pairs(manifest: Manifest) -> frozenset[tuple[str, str]]:
    """The pairs (names sorted) that disturb each other at some shift, but not at equal offset."""
    names = set(piece_names(manifest))
    pairs = {(min(one.read, one.write), max(one.read, one.write)) for one in manifest.in_place}
    return frozenset(
        (a, b)
        for a, b in pairs
        if {a, b} <= names and disturbs(manifest, a, b) and not disturbs_in_place(manifest, a, b)
    )


def disturbances(manifest: Manifest, layout: Layout) -> list[tuple[str, str]]:
    """The pairs of pieces (names sorted) that share bytes in a layout and disturb each other there."""
    judge, placed = judge_of(manifest), _placed(manifest, layout)
    found = []
    for a, b in itertools.combinations(sorted(placed), 2):
        shifts = _shifts(placed[a], placed[b])
        if any(judge.disturbs(a, b) if shift else disturbs_at_equal_offset(judge, a, b) for shift in shifts):
            found.append((a, b))
    return found


def _shifts(first: list[tuple[str, int, int]], second: list[tuple[str, int, int]]) -> set[int]:
    """By how much places of the second begin behind places of the first with which they have bytes in common."""
    ordered = sorted(second)
    found = set()
    widest = max((end - start for _, start, end in ordered), default=0)
    for array, start, end in first:
        for at in range(bisect_left(ordered, (array, start - widest)), len(ordered)):
            other, begin, beyond = ordered[at]
            if other != array or begin >= end:
                break
            if beyond > start:
                found.add(begin - start)
    return found


def _placed(manifest: Manifest, layout: Layout) -> dict[str, list[tuple[str, int, int]]]:
    """The bytes of every piece: the array they lie in, first, and one past the last; one entry for each run's
    window."""
    found: dict[str, list[tuple[str, int, int]]] = {}
    launch = layout.launch
    for name, piece in judge_of(manifest).pieces.items():
        here = layout.by_name.get(piece.buffer.full_name)
        if here is None or not piece.size:
            continue
        start = None if here.offset_bytes is None else here.offset_bytes + piece.offset
        for part in here.parts or ():
            if f"{here.full_name}#{part.name}" == name:
                start = part.offset_bytes
        if start is None:
            continue
        starts: list[tuple[str, int]]
        if here.region not in ("run", "block") or launch is None:
            starts = [(here.region, start)]
        elif here.region == "block":
            starts = [("shared", start)]
        else:
            first = launch.block_region_bytes + launch.region_gap_bytes
            starts = [("shared", first + run * launch.stride_bytes + start) for run in range(launch.runs_per_block)]
        found[name] = [(array, at, at + piece.size) for array, at in starts]
    return found
