"""Two manifests or layouts differ exactly where changes are told, and each change names its thing and field."""

from __future__ import annotations

import json
from copy import deepcopy
from random import Random
from typing import Any

import pytest

from tests.bad_manifests import good
from tests.helpers.machine.programs import random_programs
from tests.helpers.pools import pool_document
from tests.service.schema.test_manifest_schema import EVERYTHING
from tests.solver.reading.test_mutations import broken, places, whole_program
from warpack.service.differences import Change, layout_changes, manifest_changes
from warpack.solver import Manifest, ManifestError, load_manifest, optimize, read_layout


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str, Any, Any]]:
    found = manifest_changes(load_manifest(before), load_manifest(after))
    return [(one.what, one.name, one.field, one.before, one.after) for one in found]


def loaded(document: dict[str, Any]) -> Manifest | None:
    try:
        return load_manifest(document)
    except ManifestError:
        return None


def nudged(random: Random, whole: dict[str, Any]) -> dict[str, Any]:
    """The document with one number or word a little different."""
    document = deepcopy(whole)
    *way, last = random.choice([place for place in places(document) if place])
    at: Any = document
    for step in way:
        at = at[step]
    if isinstance(at[last], bool):
        at[last] = not at[last]
    elif isinstance(at[last], int):
        at[last] += random.choice([-1, 1, 4])
    elif isinstance(at[last], list):
        at[last] = at[last][::-1]
    else:
        at[last] = random.choice(["block", "run", "p1", "dropped", "float64", "work"])
    return document


@pytest.mark.parametrize("seed", range(4))
def test_changes_are_told_exactly_where_two_manifests_differ(seed: int) -> None:
    random, differing = Random(seed), 0
    wholes = [good(), EVERYTHING, whole_program(), *(document for document, _ in random_programs(seed, 6))]
    for _ in range(250):
        whole = random.choice(wholes)
        manifest, other = load_manifest(whole), loaded(random.choice([broken, nudged])(random, whole))
        if other is not None:
            assert bool(manifest_changes(manifest, other)) == (manifest != other)
            differing += manifest != other
    assert differing > 10


def test_what_is_read_the_same_is_the_same() -> None:
    document = good()
    assert changes(document, load_manifest(document).model_dump()) == []


def test_a_phase_that_came_is_one_change() -> None:
    after = deepcopy(good())
    after["timeline"]["phases"].insert(2, "between")
    after["timeline"]["loops"] = [[1, 5]]
    after["buffers"][1]["lifetime"] = [["first", "second"]]
    after["buffers"][3]["parts"][0]["lifetime"] = [["second", "second"]]
    after["buffers"][3]["parts"][1]["lifetime"] = [["last", "last"]]
    assert changes(good(), after) == [("phase", "between", "", None, {})]


def test_changes_of_a_buffer_name_its_fields() -> None:
    after = deepcopy(good())
    after["buffers"][1] |= {"size": 6, "lifetime": [["first", "first"]], "scope": "block"}
    del after["in_place"]
    assert changes(good(), after) == [
        ("buffer", "loop/step/work", "size", 4, 6),
        ("buffer", "loop/step/work", "bytes", 16, 24),
        ("buffer", "loop/step/work", "scope", "run", "block"),
        ("buffer", "loop/step/work", "lifetime", ["first to second"], ["first"]),
        ("buffer", "loop/step/work", "accesses", 4, 6),
        ("in place", "loop/step/rhs over loop/step/work", "", {"phase": "second"}, None),
    ]


def test_structures_barriers_and_calls_are_named_by_their_phases() -> None:
    after = deepcopy(EVERYTHING)
    after["timeline"]["loops"][0]["at_least"] = 0
    after["timeline"]["branches"][0]["uniform"] = "run"
    after["timeline"]["barriers"].pop()
    after["components"][1]["timeline"]["tracks"][0][0]["threads"] = 64
    after["components"][1]["called_in"] = ["work", "store"]
    after["target"]["registers_per_thread"] = None
    found = changes(EVERYTHING, after)
    assert ("target", "", "registers_per_thread", 64, None) in found
    assert ("loop", "load to store", "at_least", 1, 0) in found
    assert ("branch", "left | right", "uniform", "block", "run") in found
    assert ("barrier", "after store", "", {"scope": "block", "proxy_fence": False}, None) in found
    assert ("tracks of k/step", "copy | use", "copy", "[0, 2), 32 threads", "[0, 2), 64 threads") in found
    assert ("component", "k/step", "called_in", ["work"], ["work", "store"]) in found
    assert len(found) == 6


def test_another_order_is_a_change() -> None:
    after = deepcopy(good())
    after["buffers"].reverse()
    (change,) = changes(good(), after)
    assert change[:3] == ("buffer", "", "order")


def test_a_layout_differs_from_itself_in_nothing_whatever_the_run_took() -> None:
    layout = optimize(load_manifest(good()))
    again = layout.model_dump()
    again["run_info"]["seconds"] = 99.0
    assert layout_changes(layout, read_layout(again)) == []


def test_layouts_differ_in_places_bytes_threads_and_proof() -> None:
    after = deepcopy(good())
    after["buffers"][0]["size"] = 104
    before = optimize(load_manifest(good()))
    found = layout_changes(before, optimize(load_manifest(after)))
    assert {"layout", "launch", "proof", "buffer"} <= {change.what for change in found}
    told = {(change.name, change.field): change for change in found}
    assert (told["loop/state", "size_bytes"].before, told["loop/state", "size_bytes"].after) == (16, 416)
    assert ("", "threads_per_block") in told
    assert ("", "run_bytes.lower_bound_bytes") in told


def test_a_moved_buffer_is_one_change() -> None:
    layout = optimize(load_manifest(good()))
    moved = layout.model_dump()
    moved["buffers"][0]["offset_bytes"] += 16
    del moved["layout_sha256"]
    (change,) = layout_changes(layout, read_layout(moved))
    offset = layout.buffers[0].offset_bytes
    assert offset is not None
    assert change == Change("buffer", layout.buffers[0].full_name, "offset_bytes", offset, offset + 16)
    assert json.dumps(change.to_json())


def test_pools_are_compared_by_their_bytes() -> None:
    before, after = (pool_document({"name": "x", "size": size, "dtype": "float32"}) for size in (4, 400))
    assert ("buffer", "x", "size", 4, 400) in changes(before, after)
    assert any(what == "target" for what, *_ in changes(before, good()))
    told = {(one.what, one.field) for one in layout_changes(*(optimize(load_manifest(one)) for one in (before, after)))}
    assert any(what == "pool" for what, _ in told)
    assert ("proof", "pool_bytes.lower_bound_bytes") in told
