"""The answers of November 2026 that were wrong (rows 1 to 12 of the project's facts): layouts made by hand with those
bytes are refused, and the right ones are not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.helpers.simple_layouts import layout_at
from tests.solver.verifier.examples import buffer, manifest_of, of_rule
from warpack.solver.verifier import verify
from warpack.solver.wire.manifest import (
    Barrier,
    Branch,
    Buffer,
    Component,
    InPlace,
    Loop,
    Manifest,
    Timeline,
)


def block(name: str, *lifetime: tuple[int, int], **fields: Any) -> Buffer:
    return buffer(name, 4, *lifetime, scope="block", **fields)


@dataclass
class Row:
    """Two buffers that were given the same bytes; `right`: whether they may have them."""

    manifest: Manifest
    first: str
    second: str
    right: bool = False


A = Component("A", timeline=Timeline(1, None, (), (Barrier(0),)), called_in=(1,))
B = Component("B", timeline=Timeline(1), called_in=(1,))


def row_12(*, uniform: Any = "block", barriers: tuple[Barrier, ...] = (Barrier(2),), looped: bool = False) -> Manifest:
    """Phases then, else, join, after; with `looped` two phases more, round which and in which all lies in a loop."""
    extra = 1 if looped else 0
    branch = Branch(((0 + extra, 1 + extra), (1 + extra, 2 + extra)), uniform=uniform)
    moved = tuple(replace(barrier, phase=barrier.phase + extra) for barrier in barriers)
    loops = (Loop(0, 4 + 2 * extra),) if looped else ()
    if looped:
        moved += (Barrier(0), Barrier(5))
    return manifest_of(
        buffer("z", 4096, (0 + extra, 4 + extra), scope="block"),
        buffer("w", 4096, (1 + extra, 2 + extra), scope="block"),
        timeline=Timeline(4 + 2 * extra, None, loops, moved, (branch,)),
    )


COMPONENT_10 = tuple(Component(path, timeline=Timeline(2), called_in=(0,)) for path in ("p0", "p1"))

ROWS: dict[str, Row] = {
    "1: read again on the next trip": Row(
        manifest_of(
            buffer("a", 4, (0, 2)),
            buffer("b", 4, (1, 2)),
            timeline=Timeline(3, None, (Loop(1, 2),)),
            in_place=(InPlace(1, "a", "b"),),
        ),
        "a",
        "b",
    ),
    "2: the interval ends at neither hand-over but the last": Row(
        manifest_of(
            buffer("a", 4, (0, 3)),
            buffer("b", 4, (1, 2), (2, 3)),
            timeline=Timeline(3),
            in_place=(InPlace(1, "a", "b"), InPlace(2, "a", "b")),
        ),
        "a",
        "b",
    ),
    "3: zeroed at the head of the phase": Row(
        manifest_of(
            buffer("a", 4, (0, 2)),
            buffer("b", 4, (1, 3), zero="interval"),
            timeline=Timeline(3),
            in_place=(InPlace(1, "a", "b"),),
        ),
        "a",
        "b",
    ),
    "3: zeroed at the program's start": Row(
        manifest_of(
            buffer("a", 4, (0, 1)),
            buffer("b", 4, (0, 2), zero="entry"),
            timeline=Timeline(3),
            in_place=(InPlace(0, "a", "b"),),
        ),
        "a",
        "b",
    ),
    "4: the parent fills it before the child's barrier": Row(
        manifest_of(block("x", (0, 1)), block("y", (1, 2)), timeline=Timeline(2), components=(A,)), "x", "y"
    ),
    "5: the parent's barrier stands once before the call": Row(
        manifest_of(
            block("A/u", (0, 1)),
            block("A/v", (1, 2)),
            timeline=Timeline(2, None, (), (Barrier(1),)),
            components=(Component("A", timeline=Timeline(2, None, (Loop(0, 2),), (Barrier(1),)), called_in=(1,)),),
        ),
        "A/u",
        "A/v",
    ),
    "6: the order of calls is not said": Row(
        manifest_of(block("x", (0, 1)), block("B/y", (0, 1)), timeline=Timeline(3), components=(A, B)), "x", "B/y"
    ),
    "6: nor the other way round": Row(
        manifest_of(block("x", (0, 1)), block("B/y", (0, 1)), timeline=Timeline(3), components=(B, A)), "x", "B/y"
    ),
    "7: the loop may be skipped, and the barrier with it": Row(
        manifest_of(
            block("prefetch", (0, 1)), block("stage", (3, 4)), timeline=Timeline(4, None, (Loop(1, 3),), (Barrier(2),))
        ),
        "prefetch",
        "stage",
    ),
    "7: where it may not": Row(
        manifest_of(
            block("prefetch", (0, 1)),
            block("stage", (3, 4)),
            timeline=Timeline(4, None, (Loop(1, 3, 1),), (Barrier(2),)),
        ),
        "prefetch",
        "stage",
        right=True,
    ),
    "8: not both are live in the listed phase": Row(
        manifest_of(
            block("x", (0, 1)),
            block("y", (1, 2)),
            timeline=Timeline(2, None, (), (Barrier(0),)),
            in_place=(InPlace(0, "x", "y"),),
        ),
        "x",
        "y",
    ),
    "10: what runs beside it does not stretch its lifetime": Row(
        manifest_of(
            buffer("p0/a", 1, (0, 1)), buffer("p0/b", 1, (1, 2)), buffer("p1/a", 1, (0, 1)), components=COMPONENT_10
        ),
        "p0/a",
        "p0/b",
        right=True,
    ),
    "10: but what runs beside it conflicts": Row(
        manifest_of(buffer("p0/a", 1, (0, 1)), buffer("p1/b", 1, (1, 2)), components=COMPONENT_10), "p0/a", "p1/b"
    ),
    "11: the tile that no trip loads again": Row(
        manifest_of(
            buffer("weights", 4, (0, 2)), buffer("scratch", 4, (2, 3)), timeline=Timeline(4, None, (Loop(1, 3),))
        ),
        "weights",
        "scratch",
    ),
    "11: where it is dropped": Row(
        manifest_of(
            buffer("weights", 4, (0, 2), reentry="dropped"),
            buffer("scratch", 4, (2, 3)),
            timeline=Timeline(4, None, (Loop(1, 3),)),
        ),
        "weights",
        "scratch",
        right=True,
    ),
    "12: not needed in the other arm": Row(row_12(), "z", "w", right=True),
    "12: in a loop it is carried": Row(row_12(looped=True), "z", "w"),
    "12: threads that choose each for itself": Row(row_12(uniform=None), "z", "w"),
    "12: without the barrier": Row(row_12(barriers=()), "z", "w"),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_layout_with_the_bytes_of_november(row: Row) -> None:
    together = {one.full_name: 0 for one in row.manifest.buffers}
    others = [one.full_name for one in row.manifest.buffers if one.full_name not in (row.first, row.second)]
    together |= {name: 64 * (1 + at) for at, name in enumerate(others)}
    found = of_rule(verify(row.manifest, replace(layout_at(row.manifest, together), handoffs=())), "overlap")
    assert [set(finding.buffers) for finding in found] == ([] if row.right else [{row.first, row.second}])
    apart = together | {row.second: 65536 // 4}
    assert not of_rule(verify(row.manifest, replace(layout_at(row.manifest, apart), handoffs=())), "overlap")


# Row 9: 256 bytes a run, padded to 65 words, and 32 KiB that the whole block has after the barrier, over the windows
# that are dead then.
