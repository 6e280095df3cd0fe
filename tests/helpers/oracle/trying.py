"""Whether a tiny region fits into so many bytes, by trying every offset: what the oracle's own model is held
against."""

from __future__ import annotations

from collections.abc import Iterator

from tests.helpers.oracle.units import Unit
from warpack.solver.verifier.story import Story, StoryPiece
from warpack.solver.wire.manifest import Manifest

Placed = tuple[StoryPiece, int]
"""A piece and the byte at which it starts."""


def fits(manifest: Manifest, story: Story, units: list[Unit], capacity_bytes: int) -> bool:
    """Exponential: for a handful of units in a dozen bytes."""
    return any(_whole(manifest, story, placed) for placed in _packings(story, units, capacity_bytes))


def _packings(
    story: Story, units: list[Unit], capacity: int, placed: tuple[Placed, ...] = ()
) -> Iterator[tuple[Placed, ...]]:
    if not units:
        yield placed
        return
    unit, rest = units[0], units[1:]
    starts = range(capacity - unit.size_bytes + 1) if unit.pin_bytes is None else (unit.pin_bytes,)
    for start in starts:
        if start % unit.alignment_bytes == 0 and start + unit.size_bytes <= capacity:
            here = tuple((piece, start + inner) for piece, inner in unit.pieces)
            if all(_agree(story, one, other) for one in here for other in placed):
                yield from _packings(story, rest, capacity, placed + here)


def _agree(story: Story, one: Placed, other: Placed) -> bool:
    (a, at_a), (b, at_b) = one, other
    if at_a >= at_b + b.size_bytes or at_b >= at_a + a.size_bytes:
        return True
    if a.buffer == b.buffer:
        return story.conflict_unless_permitted(a, b) is None
    conflict = story.conflict(a, b)
    return conflict is None or at_b - at_a in conflict.allowed_differences


def _whole(manifest: Manifest, story: Story, placed: tuple[Placed, ...]) -> bool:
    """No contiguous window is cut into."""
    for component in manifest.components:
        if component.window != "contiguous":
            continue
        inside = [one for one in placed if _below(manifest, one[0], component.path)]
        if not inside:
            continue
        start, end = min(at for _, at in inside), max(at + piece.size_bytes for piece, at in inside)
        for piece, at in placed:
            if at >= end or at + piece.size_bytes <= start or (piece, at) in inside:
                continue
            for member, member_at in inside:
                conflict = story.conflict(member, piece)
                if conflict is not None and at - member_at not in conflict.allowed_differences:
                    return False
    return True


def _below(manifest: Manifest, piece: StoryPiece, path: str) -> bool:
    component = manifest.by_name[piece.buffer].component
    return component == path or component.startswith(f"{path}/")
