"""An earlier layout as a start: what can stay stays, the rest is placed anew."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tests.helpers.manifests import random_manifest
from tests.helpers.processes import PATIENCE_S
from tests.helpers.solving import manifest_of, run_bytes, scattered_manifest, solved
from tests.helpers.sweeps import seeds
from warpack.solver import Layout, Manifest, load_manifest
from warpack.solver.flatten import flatten
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.heuristics.warm_start import repaired
from warpack.solver.search.region.pack import MANY_ITEMS


def started(manifest: Manifest, offsets: dict[str, int]) -> Layout:
    """The verified layout of the manifest with that warm start."""
    return solved(replace(manifest, solver=replace(manifest.solver, warm_start=offsets, time_limit_s=PATIENCE_S)))


def places(layout: Layout) -> dict[str, int]:
    return {one.full_name: one.offset_bytes for one in layout.buffers if one.offset_bytes is not None}


def changed(manifest: Manifest, *new: dict[str, Any], without: str = "", grown: str = "") -> Manifest:
    document = manifest.model_dump()
    document["buffers"] = [buffer for buffer in document["buffers"] if buffer["name"] != without] + list(new)
    for buffer in document["buffers"]:
        if buffer["name"] == grown:
            buffer["size"] += 4
    return load_manifest(document)


def incumbent(manifest: Manifest, offsets: dict[str, int]) -> dict[str, int]:
    problem = flatten(manifest).run
    found = repaired(problem, offsets, Stop.after(PATIENCE_S))
    assert found is not None
    return {item.name: offset for item, offset in zip(problem.items, found, strict=True)}


_BUFFERS = [
    {"name": "a", "size": 16, "lifetime": [[0, 4]]},
    {"name": "b", "size": 16, "lifetime": [[2, 8]]},
    {"name": "c", "size": 8, "lifetime": [[5, 8]]},
]


def test_the_same_manifest_keeps_every_place_of_an_optimal_layout() -> None:
    manifest = manifest_of(*_BUFFERS)
    upside_down = {"a": 0, "b": 64, "c": 0}
    assert places(solved(manifest)) != upside_down
    assert places(started(manifest, upside_down)) == upside_down


def test_a_new_buffer_goes_where_room_is_left_and_the_others_stay() -> None:
    manifest = changed(manifest_of(*_BUFFERS), {"name": "d", "size": 8, "dtype": "float32", "lifetime": [[5, 8]]})
    start = {"a": 64, "b": 0, "c": 64}
    assert incumbent(manifest, start) == start | {"d": 96}
    assert places(started(manifest, start)) == start | {"d": 96}


def test_a_buffer_that_has_grown_moves_alone() -> None:
    manifest = changed(manifest_of(*_BUFFERS), grown="b")
    assert incumbent(manifest, {"a": 64, "b": 0, "c": 80})["b"] == 0
    moved = incumbent(manifest, {"b": 0, "a": 64, "c": 64})
    assert (moved["b"], moved["a"]) == (0, 80)


def test_what_a_buffer_leaves_behind_is_closed() -> None:
    manifest = changed(manifest_of(*_BUFFERS), without="b")
    assert incumbent(manifest, {"a": 64, "b": 0, "c": 64}) == {"a": 0, "c": 0}


def test_pinned_buffers_keep_their_pins_whatever_the_start_says() -> None:
    manifest = manifest_of(*_BUFFERS, {"name": "pinned", "size": 4, "pinned_offset_bytes": 8})
    layout = started(manifest, {"a": 0, "b": 64, "c": 0, "pinned": 96})
    assert places(layout)["pinned"] == 8


def test_offsets_that_are_misaligned_or_collide_are_mended() -> None:
    manifest = manifest_of(*_BUFFERS)
    for start in ({"a": 2, "b": 66, "c": 2}, dict.fromkeys("abc", 0), {"a": 2**30, "b": 0, "c": 5}, {"c": 0}):
        assert run_bytes(started(manifest, start)) == 128


def test_names_that_the_manifest_does_not_have_are_no_start() -> None:
    problem = flatten(manifest_of(*_BUFFERS)).run
    assert repaired(problem, {"gone": 0}, Stop.after(PATIENCE_S)) is None


def test_a_packing_that_takes_a_search_is_kept_through_a_small_edit_without_one() -> None:
    manifest = scattered_manifest()
    first = solved(manifest)
    assert first.status == "optimal"
    edited = changed(
        manifest, {"name": "extra", "size": 8, "dtype": "int8", "lifetime": [[3, 5]]}, without="b7", grown="b9"
    )
    kept = incumbent(edited, places(first))
    ends = [kept[item.name] + item.size_bytes for item in flatten(edited).run.items]
    assert max(ends) <= run_bytes(first) + 12


def test_very_many_buffers_keep_a_better_start() -> None:
    random = Random(1)
    buffers, offsets = [], {}
    for level in range(40):  # rows of full lanes: a packing without a hole
        edges = sorted(random.sample(range(1, 200), 20))
        for start, end in zip([0, *edges], [*edges, 200], strict=True):
            name = f"b{level}_{start}"
            buffers.append({"name": name, "size": 5 + level, "dtype": "int8", "lifetime": [[start, end]]})
            offsets[name] = sum(5 + below for below in range(level))
    random.shuffle(buffers)
    assert len(buffers) >= MANY_ITEMS
    manifest = manifest_of(*buffers, timeline={"length": 200})
    layout = started(manifest, offsets)
    assert (layout.status, run_bytes(layout)) == ("optimal", sum(5 + level for level in range(40)))
    del offsets["b3_0"]
    assert run_bytes(started(manifest, offsets)) == run_bytes(layout)


@pytest.mark.parametrize("seed", seeds(30))
def test_any_start_gives_a_layout_that_holds_and_is_no_larger(seed: int) -> None:
    random = Random(seed)
    manifest = load_manifest(random_manifest(seed, 10))
    first = solved(manifest)
    if first.launch is None:
        return
    offsets = {name: offset for name, offset in places(first).items() if random.random() < 0.7}
    offsets |= {name: random.randrange(200) for name in offsets if random.random() < 0.2}
    again = started(manifest, offsets)
    assert again.status == first.status
    assert again.launch is not None
    assert first.status == "feasible" or run_bytes(again) == run_bytes(first)
