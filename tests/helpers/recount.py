"""What a probe of a manifest must have looked at, counted anew from the manifest's JSON by the definitions of the
report.

For plain manifests alone: one thread a run, no barriers, aliases, in-place pairs, nested loops or calls. What it cannot
count it refuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

PASSES = 3
"""Every way is gone in three passes: with a pattern, with its complement, and byte by byte."""

TRIPS = (2, 0, 1)
"""The ways through a program with one loop that may be skipped: so many times round it."""


@dataclass(frozen=True)
class Piece:
    """A buffer or a part of one: `live` phase by phase, `begins` those in which contents are written."""

    buffer: str
    size: int
    live: frozenset[int]
    begins: frozenset[int]


def conflict_edges(manifest: dict[str, Any]) -> int:
    """Pairs of pieces of different shared buffers that are live in a common phase."""
    return sum(1 for a, b in combinations(pieces(manifest), 2) if a.buffer != b.buffer and a.live & b.live)


def words(manifest: dict[str, Any], runs: int) -> int:
    """Elements read back: at every phase in which contents or the loop begin, of every piece that is live then, and
    once more at the kernel's end; the loop gone round as `TRIPS` says; in each of `runs` runs (over all blocks), in
    every pass."""
    found = pieces(manifest)
    head, tail = _loop(manifest["timeline"])
    beginnings = {0, head}.union(*(piece.begins for piece in found))
    total = 0
    for trips in TRIPS:
        way = [*range(head), *[*range(head, tail)] * trips, *range(tail, len(manifest["timeline"]["phases"]))]
        looks = [phase for phase in way if phase in beginnings]
        looks.append(looks[-1])
        total += sum(piece.size for phase in looks for piece in found if phase in piece.live)
    return PASSES * runs * total


def pieces(manifest: dict[str, Any]) -> list[Piece]:
    """Every piece in shared memory that has elements and is ever used."""
    timeline = manifest["timeline"]
    if manifest.get("in_place") or manifest.get("apart") or timeline.get("barriers"):
        raise ValueError("this recount knows neither in-place pairs nor pairs kept apart nor barriers")
    found = []
    for buffer in manifest["buffers"]:
        if "aliases" in buffer or buffer.get("scope", "run") != "run" or buffer["location"] == "auto":
            raise ValueError(f"this recount does not know what {buffer['name']} asks for")
        if buffer["location"] == "local":
            if buffer["size"]:
                raise ValueError(f"{buffer['name']}: this recount knows no local buffers")
            continue
        for part in buffer.get("parts", [buffer]):
            if buffer.get("persistent") or "lifetime" not in part:
                live, begins = set(range(len(timeline["phases"]))), {0}
            else:
                live, begins = _phases(part["lifetime"], timeline)
            if part["size"] and live:
                name = f"{buffer['component']}/{buffer['name']}"
                found.append(Piece(name, part["size"], frozenset(live), frozenset(begins)))
    return found


def _phases(intervals: list[list[Any]], timeline: dict[str, Any]) -> tuple[set[int], set[int]]:
    """Live phases, and those in which contents begin: at each interval's start, and, for what enters the loop from
    before without being carried round it, anew at the loop's head. An interval that ends before its start goes round
    the loop."""
    head, tail = _loop(timeline)
    live: set[int] = set()
    begins: set[int] = set()
    enters = False
    for first, last in intervals:
        start = timeline["phases"].index(first) if isinstance(first, str) else first
        end = timeline["phases"].index(last) + 1 if isinstance(last, str) else last
        live |= set(range(start, end)) if start < end else {*range(start, tail), *range(head, end)}
        begins.add(start)
        enters = enters or start < head < end
    return live, begins | {head} if enters and tail - 1 not in live else begins


def _loop(timeline: dict[str, Any]) -> tuple[int, int]:
    if len(timeline["loops"]) != 1:
        raise ValueError("this recount knows timelines with one loop alone")
    ((head, tail),) = timeline["loops"]
    return head, tail
