"""A manifest without one of its buffers keeps nothing that it says of that buffer, and is packed anew."""

from __future__ import annotations

import pytest

from tests.helpers.manifests import random_manifest
from tests.helpers.solving import manifest_of, solved
from warpack.solver import load_manifest
from warpack.solver.left_out import allows_without, wishes, without
from warpack.solver.wire.problems import ManifestError


@pytest.mark.parametrize("seed", range(40))
def test_a_manifest_without_a_buffer_can_be_solved(seed: int) -> None:
    manifest = load_manifest(random_manifest(seed))
    for buffer in manifest.buffers[:3]:
        left = without(manifest, buffer.full_name)
        try:
            found = solved(left)
        except ManifestError:  # pins that collide do so without it too
            continue
        if found.buffers:
            assert found.by_name[buffer.full_name].size_bytes == 0


def test_what_is_said_of_it_goes_with_it() -> None:
    rows = [
        {"name": "a", "size": 4, "lifetime": [[0, 3]], "aliases": ["c"]},
        {"name": "b", "size": 4, "lifetime": [[2, 5]]},
        {"name": "c", "size": 4, "lifetime": [[5, 6]]},
    ]
    pair = {"phase": 2, "read": "a", "write": "b"}
    manifest = manifest_of(*rows, in_place=[pair], apart=[["b", "c"]], solver={"warm_start": {"b": 0}})
    of_b = without(manifest, "b")
    assert (of_b.in_place, of_b.apart, of_b.solver.warm_start) == ((), (), None)
    assert of_b.by_name["a"].aliases == ("c",)
    assert without(manifest, "c").by_name["a"].aliases == ()


def test_it_is_tried_whether_the_wish_is_fulfilled() -> None:
    manifest = manifest_of({"name": "a", "size": 100}, {"name": "b", "size": 100}, {"name": "c", "size": 1})
    layout = solved(manifest)
    assert layout.launch is not None
    goal = layout.launch.threads_per_block + 32
    assert allows_without(manifest, layout, "a", "threads_per_block", goal)
    assert not allows_without(manifest, layout, "c", "threads_per_block", goal)


def test_only_what_is_open_is_tried() -> None:
    def advice(**enough: object) -> dict[str, object]:
        return {"next_larger_block": {"threads_per_block": 64, "enough": {"without": ["a"], **enough}}}

    assert wishes(advice(settled=True), "b") == []
    assert wishes(advice(settled=False), "a") == []
    assert wishes(advice(settled=False), "b") == [("next_larger_block", "threads_per_block", 64)]
    assert wishes({"one_more_block": {"blocks_per_sm": 3}}, "b") == [("one_more_block", "blocks_per_sm", 3)]
    assert wishes({"one_more_block": {"blocks_per_sm": 3, "limited_by": ["registers"]}}, "b") == []
