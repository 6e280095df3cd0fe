"""Ordinary scripts, traced as they are: conflicts as derived by hand, races nowhere but where a barrier is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.gpu_runtime.trace.conftest import ORDERS, Recorded
from tests.gpu_runtime.trace.hand_lists import HandList, hand_lists
from tests.gpu_runtime.trace.recorded import KERNELS, NAMES, record
from tests.helpers.solving import solved
from warpack.gpu_runtime.trace.manifest import manifest_of
from warpack.gpu_runtime.trace.report import races
from warpack.gpu_runtime.trace.summary.merging import merged
from warpack.gpu_runtime.trace.summary.model import Summary
from warpack.gpu_runtime.trace.timeline.timeline import Timeline, timeline_of
from warpack.solver import load_manifest
from warpack.solver.verifier.story import derive

BARRIER = re.compile(r"^(\s*)cuda\.sync(?:threads|warp)\(.*\)$")
RUNS = {"conjugate_gradient": ("guesses", "residuals", "directions", "products", "sums")}
"""What nobody can tell from a kernel: that its arrays have a row for each run of several threads."""


def timeline(summary: Summary) -> Timeline:
    return timeline_of(summary, RUNS.get(summary.kernel, ()))


@pytest.mark.parametrize("script", NAMES)
def test_what_is_needed_at_once_is_what_the_hand_list_says(recorded: Recorded, script: str) -> None:
    found = {}
    for kernel, summary in recorded[script, "forward"].items():
        times = timeline(summary)
        found[kernel] = {frozenset((a.name, b.name)) for a, b in summary.pairs() if times.together(a, b)}
    assert found == {kernel: by_hand.at_once for kernel, by_hand in hand_lists(script).items()}


@pytest.mark.parametrize("script", NAMES)
def test_the_manifest_keeps_apart_what_the_hand_list_says_and_no_more(recorded: Recorded, script: str) -> None:
    for kernel, summary in recorded[script, "forward"].items():
        by_hand: HandList = hand_lists(script)[kernel]
        story = derive(load_manifest(manifest_of(summary, timeline(summary), "8.6")))
        pieces = {piece.buffer: piece for piece in story.pieces}
        kept_apart = {
            frozenset((a.name, b.name))
            for a, b in summary.pairs()
            if story.conflict_unless_permitted(pieces[a.name], pieces[b.name])
        }
        assert kept_apart == by_hand.at_once | by_hand.unordered, kernel


@pytest.mark.parametrize("script", NAMES)
def test_the_manifest_is_solved_and_its_layout_keeps_every_rule(recorded: Recorded, script: str) -> None:
    for summary in recorded[script, "forward"].values():
        document = manifest_of(summary, timeline(summary), "8.6")
        layout = solved(load_manifest(document))
        assert not [warning for warning in layout.warnings if warning.type == "in_place_no_effect"]


@pytest.mark.parametrize("script", NAMES)
def test_the_order_of_threads_changes_nothing(recorded: Recorded, script: str) -> None:
    forward, *others = (recorded[script, order] for order in ORDERS)
    assert all(other == forward for other in others)


@pytest.mark.parametrize("script", NAMES)
def test_a_trace_merged_with_itself_is_the_same_but_for_counts(recorded: Recorded, script: str) -> None:
    for summary in recorded[script, "forward"].values():
        twice = merged(summary, summary)
        assert (twice.places, twice.loops, twice.clashes) == (summary.places, summary.loops, summary.clashes)
        assert manifest_of(twice, timeline(twice), "8.6") == manifest_of(summary, timeline(summary), "8.6")


@pytest.mark.parametrize("script", NAMES)
def test_no_race_is_found_where_there_is_none(recorded: Recorded, script: str) -> None:
    assert [race for summary in recorded[script, "forward"].values() for race in races(summary)] == []


def test_each_barrier_that_is_taken_out_is_found_as_a_race(tmp_path: Path) -> None:
    taken_out = []
    for script in NAMES:
        lines = (KERNELS / f"{script}.py").read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if found := BARRIER.match(line):
                path = tmp_path / f"{script}_{number + 1}.py"
                without = [*lines[:number], f"{found[1]}pass", *lines[number + 1 :]]
                path.write_text("\n".join(without), encoding="utf-8")
                taken_out.append((path, "forward"))
    answers = record(taken_out)
    silent = [
        path.stem
        for (path, _), kernels in zip(taken_out, answers, strict=True)
        if not any(summary.races for summary in kernels.values())
    ]
    assert len(taken_out) > 40
    assert not silent
