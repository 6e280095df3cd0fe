"""Which pieces share bytes they must not share: the sweeps against all pairs and all windows by hand, on small random
programs."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from tests.solver.verifier.programs import random_program
from warpack.solver.verifier.findings import Findings
from warpack.solver.verifier.handoffs import derive_handoffs
from warpack.solver.verifier.over import RunWindows, Taken, sharing
from warpack.solver.verifier.overlaps import check_overlaps, cross_overlap
from warpack.solver.verifier.placement import PlacedPiece
from warpack.solver.verifier.story import Story, derive


def bytes_of(one: PlacedPiece, windows: RunWindows) -> set[int]:
    """In the block's memory, of all windows."""
    if one.region == "block":
        return set(range(one.start, one.end))
    starts = [windows.base + run * windows.stride for run in range(windows.count)]
    return {start + at for start in starts for at in range(one.start, one.end)}


def placed_anywhere(random: Random, story: Story) -> tuple[list[PlacedPiece], RunWindows]:
    placed = [
        PlacedPiece(piece, piece.scope, start, start + piece.size_bytes)
        for piece in story.pieces
        for start in [4 * random.randrange(4 if piece.scope == "run" else 30)]
    ]
    stride = max((one.end for one in placed if one.region == "run"), default=0) + 4 * random.randrange(2)
    return placed, RunWindows(4 * random.randrange(8), stride, random.randint(1, 5))


def wrong_pairs(story: Story, placed: list[PlacedPiece], windows: RunWindows) -> set[frozenset[str]]:
    found = set()
    for number, one in enumerate(placed):
        for other in placed[:number]:
            same = one.region == other.region
            shared = (
                max(one.start, other.start) < min(one.end, other.end)
                if same
                else bool(bytes_of(one, windows) & bytes_of(other, windows))
            )
            if shared and story.conflict(one.piece, other.piece) is not None:
                found.add(frozenset((one.piece.name, other.piece.name)))
    return found


@pytest.mark.parametrize("first", range(0, 800, 100))
def test_the_sweep_finds_exactly_the_pairs_that_all_pairs_by_hand_find(first: int) -> None:
    count = 0
    for seed in range(first, first + 100):
        manifest = random_program(seed)
        story = derive(manifest)
        placed, windows = placed_anywhere(Random(seed), story)
        findings = Findings(story)
        check_overlaps(manifest, placed, windows, findings)
        expected = wrong_pairs(story, placed, windows)
        assert {frozenset(finding.buffers) for finding in findings.found} == expected, seed
        scopes = {piece.name: piece.scope for piece in story.pieces}
        assert cross_overlap(story, placed, windows) == any(
            len({scopes[name] for name in pair}) == 2 for pair in expected
        )
        for finding in findings.found:
            assert finding.start_bytes is not None
            assert finding.end_bytes is not None
            assert finding.start_bytes < finding.end_bytes
        count += len(expected)
    assert count > 50


def all_cases() -> Iterator[tuple[RunWindows, int, int]]:
    for base in (0, 3):
        for stride in (1, 4, 7):
            for count in (0, 1, 3):
                windows = RunWindows(base, stride, count)
                for start in range(30):
                    for end in (start + 1, start + 5, start + 12):
                        yield windows, start, end


def test_the_bytes_of_windows_that_lie_under_bytes_of_the_block() -> None:
    for windows, start, end in all_cases():
        right = {
            at
            for run in range(windows.count)
            for at in range(windows.stride)
            if start <= windows.base + run * windows.stride + at < end
        }
        spans = windows.inside(start, end)
        assert {at for span in spans for at in range(*span)} == right
        assert sum(last - first for first, last in spans) == len(right)
        low, high = min(right, default=0), min(right, default=0) + 1
        assert (windows.common((start, end), (low, high)) is None) == (not right)


def test_pairs_that_share_bytes_are_found_once() -> None:
    random = Random(5)
    for _ in range(200):
        some, others = (
            [
                Taken(number, start, start + random.randint(1, 9))
                for number in range(6)
                for start in [random.randrange(30)]
            ]
            for _ in range(2)
        )
        found = list(sharing(some, others))
        right = {(a.number, b.number) for a in some for b in others if max(a.start, b.start) < min(a.end, b.end)}
        assert len(found) == len(right)
        assert set(found) == right


def test_hand_overs_across_scopes_name_the_bytes_that_lie_over_windows() -> None:
    seen = 0
    for seed in range(300):
        story = derive(random_program(seed))
        placed, windows = placed_anywhere(Random(seed), story)
        at = {one.piece.name: one for one in placed}
        for handoff in derive_handoffs(story, placed, windows):
            of = at[handoff.source], at[handoff.destination]
            if of[0].region != of[1].region:
                block = next(one for one in of if one.region == "block")
                right = max(block.start, windows.base), min(block.end, windows.end)
                assert (handoff.region, handoff.start_bytes, handoff.end_bytes) == ("block", *right)
                assert bytes_of(of[0], windows) & bytes_of(of[1], windows)
                seen += 1
    assert seen > 20
