"""Hand-overs between very many buffers: the list stays empty where it would be endless, and only there."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from tests.helpers.solving import manifest_of, run_bytes, solved
from warpack.solver import load_manifest, optimize, verify
from warpack.solver.wire.layout import MOST_PASSING_PAIRS, Layout
from warpack.solver.wire.manifest import Manifest


@cache
def _one_after_the_other(count: int, threads_per_run: int) -> tuple[Manifest, Layout]:
    """All buffers in the same bytes, each live in one phase."""
    document: dict[str, Any] = {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "8.6"},
        "launch": {"threads_per_run": threads_per_run},
        "timeline": {"length": count, "barriers": "every"},
        "buffers": [
            {"name": f"b{number}", "size": 1, "dtype": "float32", "lifetime": [[number, number + 1]]}
            for number in range(count)
        ],
    }
    manifest = load_manifest(document)
    return manifest, optimize(manifest)


def _warned(layout: Layout) -> bool:
    return "handoffs-not-listed" in [warning.type for warning in layout.warnings]


def test_endless_hand_overs_are_not_listed_and_the_layout_says_so() -> None:
    count = 450
    assert count * (count - 1) // 2 > MOST_PASSING_PAIRS
    manifest, layout = _one_after_the_other(count, 4)
    assert (layout.handoffs, _warned(layout)) == ((), True)
    assert verify(manifest, layout).findings == ()


def test_buffers_of_single_threads_hand_nothing_over_however_many_there_are() -> None:
    manifest, layout = _one_after_the_other(450, 1)
    assert (layout.handoffs, _warned(layout)) == ((), False)
    assert verify(manifest, layout).findings == ()


def test_hand_overs_of_fewer_pairs_are_listed_and_may_not_be_left_out() -> None:
    manifest, layout = _one_after_the_other(30, 4)
    assert (len(layout.handoffs), _warned(layout)) == (30 * 29 // 2, False)
    warning = next(one for one in _one_after_the_other(450, 4)[1].warnings if one.type == "handoffs-not-listed")
    silent = replace(layout, handoffs=(), warnings=(*layout.warnings, warning))
    assert {finding.rule for finding in verify(manifest, silent).findings} == {"handoff-missing"}


def test_a_list_that_is_given_is_compared_whatever_the_layout_says() -> None:
    manifest, layout = _one_after_the_other(450, 4)
    invented = _one_after_the_other(3, 4)[1].handoffs[:1]
    rules = {finding.rule for finding in verify(manifest, replace(layout, handoffs=invented)).findings}
    assert "handoff-missing" in rules


@pytest.mark.parametrize("barriers", [[], [{"before": 2}]])
def test_threads_of_a_run_that_lies_whole_in_a_track_hand_nothing_over_to_another_track(barriers: list[Any]) -> None:
    """The loop leads from each track into the other one, but with other runs."""
    tracks = [{"name": "x", "span": [0, 1], "threads": "rest"}, {"name": "y", "span": [1, 2], "threads": 4}]
    manifest = manifest_of(
        {"name": "a", "size": 8, "lifetime": [[0, 1]], "reentry": "dropped"},
        {"name": "b", "size": 8, "lifetime": [[1, 2]], "reentry": "dropped"},
        timeline={"length": 3, "loops": [[0, 3]], "tracks": [tracks], "barriers": barriers},
        launch={"threads_per_run": 2},
    )
    layout = solved(manifest)
    assert run_bytes(layout) == 32
    assert all(one.ordered_by == "barrier" for one in layout.handoffs)
