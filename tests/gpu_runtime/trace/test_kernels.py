"""Ordinary scripts, traced as they are: conflicts as derived by hand, races nowhere but where a barrier is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.gpu_runtime.trace.conftest import ORDERS, Recorded
from tests.gpu_runtime.trace.hand_lists import HandList, hand_lists
from tests.gpu_runtime.trace.recorded import KERNELS, NAMES, record
from tests.helpers.solving import solved
from warpack.gpu_runtime.trace.judging import judged
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
    for kernel, summary in recorded[script].items():
        times = timeline(summary)
        found[kernel] = {frozenset((a.name, b.name)) for a, b in summary.pairs() if times.together(a, b)}
    assert found == {kernel: by_hand.at_once for kernel, by_hand in hand_lists(script).items()}


@pytest.mark.parametrize("script", NAMES)
def test_the_manifest_keeps_apart_what_the_hand_list_says_and_no_more(recorded: Recorded, script: str) -> None:
    for kernel, summary in recorded[script].items():
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
    for summary in recorded[script].values():
        document = manifest_of(summary, timeline(summary), "8.6")
        layout = solved(load_manifest(document))
        assert not [warning for warning in layout.warnings if warning.type == "in_place_no_effect"]


def test_the_order_of_threads_changes_nothing(recorded: Recorded) -> None:
    for order in ORDERS[1:]:
        others = record([(KERNELS / f"{script}.py", order) for script in NAMES])
        assert dict(zip(NAMES, others, strict=True)) == recorded


@pytest.mark.parametrize("script", NAMES)
def test_a_trace_merged_with_itself_is_the_same_but_for_counts(recorded: Recorded, script: str) -> None:
    for summary in recorded[script].values():
        twice = merged(summary, summary)
        assert (twice.places, twice.loops, twice.clashes) == (summary.places, summary.loops, summary.clashes)
        assert manifest_of(twice, timeline(twice), "8.6") == manifest_of(summary, timeline(summary), "8.6")


@pytest.mark.parametrize("script", NAMES)
def test_no_race_is_found_where_there_is_none(recorded: Recorded, script: str) -> None:
    assert [race for summary in recorded[script].values() for race in races(summary)] == []


@pytest.mark.parametrize("script", NAMES)
def test_the_source_says_of_no_pair_that_was_needed_together_that_it_is_apart(recorded: Recorded, script: str) -> None:
    for summary in recorded[script].values():
        assert summary.static is not None, summary.static_trouble
        possible = {frozenset(site.path for site in pair) for pair in summary.static.together}
        times = timeline(summary)
        for one, other in summary.pairs():
            if times.together(one, other):
                assert frozenset((one.path, other.path)) in possible, (summary.kernel, one.name, other.name)


def test_what_one_run_does_not_show_is_told_with_its_line(recorded: Recorded) -> None:
    found = {}
    for kernel, summary in recorded["tricky"].items():
        (verdict, *_) = judged(summary, timeline(summary))
        found[kernel] = (verdict.verdict.value, verdict.because)
    lines = (KERNELS / "tricky.py").read_text(encoding="utf-8").splitlines()

    def line(text: str) -> int:
        return next(number for number, one in enumerate(lines, 1) if text in one)

    assert found.pop("by_data")[0] == "apart, only observed"
    assert found == {
        "rare_branch": ("taken as together", f"line {line('total = early[0]')} never ran; it uses early"),
        "one_trip": (
            "taken as together",
            f"the loop of line {line('for step in range(steps)')} made one trip; it uses kept",
        ),
        "swapped": ("needed together", ""),
        "early_return": (
            "taken as together",
            f"no barrier on some way from line {line('value = loaded[')} to line {line('turned[t] = value')}",
        ),
        "settles": ("apart, proved", ""),
        "called_twice": ("needed together", ""),
    }


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
