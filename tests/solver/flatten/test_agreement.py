"""The optimiser's view of a manifest and the verifier's, which share no code, must be the same."""

from __future__ import annotations

import pytest

from solver.flatten import flatten
from solver.flatten.handoffs import _ways
from solver.flatten.loops import Loops
from solver.flatten.pairs import forbidden_differences
from solver.flatten.problem import FlatManifest, RegionProblem
from solver.flatten.tails import Tails
from solver.reading import load_manifest
from solver.verifier.handoffs import ways
from solver.verifier.story import Story, derive
from tests.helpers.manifests import random_manifest

SEEDS = range(1000, 1120)


def views(seed: int) -> tuple[FlatManifest, Story]:
    manifest = load_manifest(random_manifest(seed))
    on_chip = frozenset(buffer.full_name for buffer in manifest if buffer.location == "auto")
    return flatten(manifest, on_chip), derive(manifest)


@pytest.mark.parametrize("seed", SEEDS)
def test_timelines_and_lives_agree(seed: int) -> None:
    flat, story = views(seed)
    assert (story.length, story.phase_names) == (flat.timeline.length, flat.timeline.names)
    assert (set(story.loops), story.barriers) == (set(flat.timeline.loops), flat.timeline.barriers)
    pieces = {piece.name: piece for piece in story.pieces}
    for problem in (flat.run, flat.block):
        for item in problem.items:
            for piece in item.pieces:
                told = pieces[piece.name]
                assert (piece.live.spans, piece.occupied.spans) == (told.live, told.occupied)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_difference_is_forbidden_by_both_or_by_neither(seed: int) -> None:
    flat, story = views(seed)
    for problem in (flat.run, flat.block):
        for i in range(len(problem.items)):
            for j in range(i + 1, len(problem.items)):
                forbidden = forbidden_differences(problem, i, j)
                low, high = -problem.items[j].size_bytes, problem.items[i].size_bytes
                steps = range(low, high + 1, 1 if high - low < 256 else 4)
                for difference in {*steps, *(edge + by for span in forbidden for edge in span for by in (-1, 0, 1))}:
                    mine = any(first <= difference <= last for first, last in forbidden)
                    assert mine == _told(story, problem, i, j, difference)


def _told(story: Story, problem: RegionProblem, i: int, j: int, difference: int) -> bool:
    for p in story.pieces_of[problem.items[i].name]:
        for q in story.pieces_of[problem.items[j].name]:
            conflict = story.conflict(p, q)
            between = difference + q.offset_bytes - p.offset_bytes
            overlap = -q.size_bytes < between < p.size_bytes
            if conflict is not None and overlap and between not in conflict.allowed_differences:
                return True
    return False


@pytest.mark.parametrize("seed", SEEDS)
def test_ways_of_handing_over_agree(seed: int) -> None:
    flat, story = views(seed)
    for problem in (flat.run, flat.block):
        scope = "block" if problem.region == "block" else "run"
        tails = Tails(flat.timeline, Loops(flat.timeline.loops), scope)
        pieces = [piece for item in problem.items for piece in item.pieces if piece.live]
        for p in pieces:
            for q in pieces:
                if p is not q:
                    assert _ways(tails, p.live, q.live) == ways(story.flow, scope, p.live.spans, q.live.spans)
