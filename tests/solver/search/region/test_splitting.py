"""Parts of splittable buffers placed apart: where it wins bytes, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.manifests import random_manifest
from tests.helpers.solving import manifest_of, run_bytes, solved
from warpack.gpu_runtime import emit, validate_up_to
from warpack.solver import Manifest, load_manifest, optimize, verify
from warpack.solver.search.core.conflicts import puzzle_of, unit_of
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.region.regions import pack_regions

ROWS = [
    {"name": "row0", "offset": 0, "size": 4, "lifetime": [[0, 2]]},
    {"name": "row1", "offset": 4, "size": 4, "lifetime": [[4, 6]]},
]


def store(**fields: Any) -> dict[str, Any]:
    return {"name": "store", "size": 8, "parts": ROWS, "splittable": True, **fields}


def test_rows_that_are_never_live_together_share_the_same_bytes() -> None:
    layout = solved(manifest_of(store()))
    assert run_bytes(layout) == 16
    placed = layout.by_name["store"]
    assert placed.offset_bytes is None
    assert placed.parts is not None
    assert [(part.name, part.offset_bytes, part.size_bytes) for part in placed.parts] == [
        ("row0", 0, 16),
        ("row1", 0, 16),
    ]
    assert layout.status == "optimal"


def test_a_buffer_that_is_not_splittable_stays_whole() -> None:
    layout = solved(manifest_of(store(splittable=False)))
    assert run_bytes(layout) == 32
    assert layout.by_name["store"].parts is None


def test_a_buffer_stays_whole_where_apart_wins_nothing() -> None:
    other = {"name": "other", "size": 8, "lifetime": [[2, 4]]}
    whole = {"name": "whole", "size": 8, "lifetime": [[0, 6]]}
    together = [{**part, "lifetime": [[0, 6]]} for part in ROWS]
    layout = solved(manifest_of(store(parts=together), other, whole))
    assert layout.by_name["store"].parts is None
    assert layout.by_name["store"].offset_bytes is not None
    assert layout.status == "optimal"


def test_a_pinned_buffer_is_not_split() -> None:
    layout = solved(manifest_of(store(pinned_offset_bytes=8)))
    assert layout.by_name["store"].offset_bytes == 8
    assert run_bytes(layout) == 40


def test_shared_bytes_name_buffers_and_never_the_buffer_itself() -> None:
    layout = solved(manifest_of(store(), {"name": "late", "size": 4, "lifetime": [[6, 7]]}))
    assert layout.by_name["store"].shares_bytes_with == ("late",)
    assert layout.by_name["late"].shares_bytes_with == ("store",)


def test_the_first_part_is_aligned_as_the_buffer() -> None:
    head = {"name": "head", "size": 1}
    layout = solved(manifest_of(store(alignment_bytes=64), head))
    placed = layout.by_name["store"]
    assert placed.parts is not None
    assert placed.parts[0].offset_bytes % 64 == 0


def test_parts_of_a_split_buffer_are_written_in_place() -> None:
    reader = {"name": "reader", "size": 4, "lifetime": [[1, 5]]}
    manifest = manifest_of(store(), reader, in_place=[{"phase": 4, "read": "reader", "write": "store#row1"}])
    assert run_bytes(solved(manifest)) == 32
    assert run_bytes(solved(manifest_of(store(), reader))) == 32


def test_parts_that_pass_bytes_to_each_other_between_threads_are_handed_over() -> None:
    launch = {"threads_per_run": 2}
    timeline = {"length": 8, "barriers": [{"before": 3, "scope": "run"}]}
    layout = solved(manifest_of(store(), launch=launch, timeline=timeline))
    assert run_bytes(layout) == 16
    assert [(one.source, one.destination, one.barrier) for one in layout.handoffs] == [("store#row0", "store#row1", 3)]


def test_without_a_barrier_parts_of_one_buffer_share_nothing() -> None:
    assert run_bytes(solved(manifest_of(store(), launch={"threads_per_run": 2}))) == 32


def test_allocators_of_parts_that_lie_apart_run() -> None:
    manifest = manifest_of(store(), {"name": "state", "size": 3, "persistent": True})
    layout = optimize(manifest)
    assert layout.by_name["store"].parts is not None
    assert "store" in emit(layout, manifest)
    assert validate_up_to(manifest, layout, "static").level == "static"


def splittable(seed: int) -> Manifest:
    document = random_manifest(seed)
    for buffer in document["buffers"]:
        if buffer.get("parts"):
            buffer["splittable"] = True
    return load_manifest(document)


@pytest.mark.parametrize("seed", [15, 24, 47, 51, 57, 78])
def test_random_manifests_with_splittable_parts_verify(seed: int) -> None:
    manifest = splittable(seed)
    layout = optimize(manifest)
    report = verify(manifest, layout)
    assert report.passed, [finding.message for finding in report.findings]


@pytest.mark.parametrize("seed", [*range(8), 15, 24, 47, 51, 57, 78])
def test_the_puzzle_that_comes_with_a_packing_is_that_of_the_items_it_places(seed: int) -> None:
    for manifest in (load_manifest(random_manifest(seed)), splittable(seed)):
        packed = pack_regions(manifest, stop=Stop.after(2))
        for problem, packing in ((packed.flat.run, packed.run), (packed.flat.block, packed.block)):
            if packing.puzzle is not None:
                assert packing.puzzle == puzzle_of(problem, unit_of(problem))
