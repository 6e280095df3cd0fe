"""The newer words about time: single accesses, what is found again, rings, branches, threads that share a window."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gpu_runtime.registry.parents import Parent
from warpack.gpu_runtime import BufferRegistry
from warpack.solver import ManifestError

STEP = ["load", "step", "between", "store"]


def bytes_of(*buffers: tuple[str, int, dict[str, Any]], threads: int = 1, **timeline: Any) -> int:
    """Of the parent's window, for buffers in four phases."""
    registry, parent = BufferRegistry("optimal", threads_per_run=threads), Parent()
    registry.set_phases(parent, STEP, **timeline)
    for name, size, more in buffers:
        registry.register(name, parent, size, "shared", **more)
    return registry.shared_buffer_bytes(parent)


OTHER = ("other", 8, {"lifetime": [["between", "between"]]})
LOOP = {"loops": [{"span": ["step", "between"], "at_least": 1}]}


def test_what_a_loop_comes_back_to_is_kept_unless_it_is_dropped() -> None:
    guess = {"lifetime": [["load", "step"]]}
    assert bytes_of(("guess", 8, guess), OTHER, **LOOP) == 64
    assert bytes_of(("guess", 8, guess | {"reentry": "dropped"}), OTHER, **LOOP) == 32
    assert bytes_of(("guess", 8, guess), OTHER) == 32


def test_a_part_may_have_its_own_word() -> None:
    parts = [
        {"name": "a", "offset": 0, "size": 8, "lifetime": [["load", "step"]], "reentry": "dropped"},
        {"name": "b", "offset": 8, "size": 2, "lifetime": [["load", "step"]]},
    ]
    assert bytes_of(("guess", 10, {"parts": parts}), OTHER, **LOOP) == 40


def test_single_accesses_say_when_contents_are_needed() -> None:
    read_later = {"accesses_in": {"writes": ["load"], "reads": ["store"]}}
    read_once = {"accesses_in": {"writes": ["load"], "reads": ["step"]}}
    assert bytes_of(("sums", 8, read_later), OTHER) == 64
    assert bytes_of(("sums", 8, read_once), OTHER) == 32


def test_two_arms_share_bytes_since_one_thread_chooses() -> None:
    left, right = {"lifetime": [["step", "step"]]}, {"lifetime": [["between", "between"]]}
    arms = {"branches": [{"arms": [["step", "step"], ["between", "between"]]}]}
    assert bytes_of(("left", 8, left), ("right", 8, right), **arms) == 32
    assert bytes_of(("left", 8, left), ("right", 8, right), threads=2, **arms) == 64
    arms["branches"][0]["uniform"] = "run"
    barriers = [{"after": "between", "scope": "run"}, {"after": "step", "scope": "run"}]
    assert bytes_of(("left", 8, left), ("right", 8, right), threads=2, barriers=barriers, **arms) == 32


def test_threads_that_share_a_window_need_a_barrier_between_two_buffers_and_between_two_calls() -> None:
    first, second = {"lifetime": [["load", "load"]]}, {"lifetime": [["store", "store"]]}
    pair = (("first", 8, first), ("second", 8, second))
    before = {"before": "store", "scope": "run"}
    assert bytes_of(*pair, threads=2) == 64
    assert bytes_of(*pair, threads=2, barriers=[before]) == 64
    assert bytes_of(*pair, threads=2, barriers=[before, {"after": "store", "scope": "run"}]) == 32
    assert bytes_of(*pair, threads=2, barriers="every") == 32


def test_a_ring_is_one_array_of_all_its_slots() -> None:
    for layout in ("declared", "optimal"):
        registry, parent = BufferRegistry(layout), Parent()
        registry.register("ring", parent, 3, "shared", stages=4)
        registry.register("after", parent, 1, "shared")
        assert registry.shared_buffer_size(parent) == 13
        registry.update(parent, ring_location="local")
        assert registry.local_buffer_size(parent) == 12
        assert registry.declared_elements(parent) == 13


def test_a_property_that_changes_drops_the_layout() -> None:
    registry, parent = BufferRegistry("optimal"), Parent()
    registry.set_phases(parent, STEP, **LOOP)
    registry.register("guess", parent, 8, "shared", lifetime=[["load", "step"]])
    registry.register(OTHER[0], parent, OTHER[1], "shared", **OTHER[2])
    assert registry.shared_buffer_bytes(parent) == 64
    assert registry.update_buffer("guess", parent, reentry="dropped") == (True, True)
    assert registry.shared_buffer_bytes(parent) == 32


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"lifetime": [[0, 1]], "accesses_in": {"writes": [0]}}, "a lifetime and single accesses"),
        ({"accesses_in": {"writes": [0]}, "persistent": True}, "is persistent, so that it has no lifetime"),
        ({"accesses_in": {"writes": [0]}, "parts": [{"name": "a"}]}, "has single accesses and parts"),
        ({"reentry": "lost"}, "must be 'kept' or 'dropped', not 'lost'"),
        ({"stages": 0}, "must be an integer from 1 on, not 0"),
        ({"stages": 2, "parts": [{"name": "a"}]}, "has 2 stages and parts"),
    ],
)
def test_words_that_do_not_go_together_are_refused_when_they_are_said(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        BufferRegistry().register("one", Parent(), 4, "shared", **more)


def test_a_structure_that_no_manifest_takes_is_refused_with_its_words() -> None:
    with pytest.raises(ManifestError, match="at_least"):
        bytes_of(OTHER, loops=[{"span": ["step", "between"], "at_least": 2}])


def test_a_launch_has_no_more_threads_to_a_window_than_the_layout_was_made_for() -> None:
    registry, parent = BufferRegistry("optimal"), Parent()
    registry.register("rows", parent, 10, "shared")
    with pytest.raises(ValueError, match="for 1 threads to a window, not 2: say threads_per_run=2"):
        registry.launch(parent, "8.6", threads_per_run=2)
    registry = BufferRegistry("optimal", threads_per_run=4)
    registry.register("rows", parent, 10, "shared")
    assert registry.launch(parent, "8.6", max_threads_per_block=64).runs_per_block == 16
