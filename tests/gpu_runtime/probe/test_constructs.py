"""Every construct of SEMANTICS in the probe: a right layout passes, and one that its rule forbids is found on a way of
the program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from tests.gpu_runtime.probe.batched import simulated
from tests.gpu_runtime.probe.forced import clashes, placed
from warpack.gpu_runtime.probe.backends.simulated_level import simulate
from warpack.gpu_runtime.probe.plan.probe_plan import plan_probe
from warpack.solver import load_manifest
from warpack.solver.verifier.story import derive
from warpack.solver.wire.manifest import Manifest


def made(timeline: Mapping[str, Any], buffers: Mapping[str, Any], **fields: Any) -> Manifest:
    """Buffers of four float32, with all of their fields or with their lifetimes alone."""
    every = [
        {"name": name, "size": 4, "dtype": "float32", **(said if isinstance(said, dict) else {"lifetime": said})}
        for name, said in buffers.items()
    ]
    fields = {"launch": {"threads_per_block": 64}, **fields}
    head = {"schema": "warpack/manifest/1", "target": {"compute_capability": "8.6"}}
    return load_manifest({**head, "timeline": timeline, "buffers": every, **fields})


def block(*lifetime: list[int], **fields: Any) -> dict[str, Any]:
    return {"lifetime": list(lifetime), "scope": "block", **fields}


class Case(NamedTuple):
    """`good` and `wrong`: offsets by name; `base`: where the windows of the runs start."""

    manifest: Manifest
    good: Mapping[str, int]
    wrong: Mapping[str, int] | None
    base: int = 0


TRACKS = [[{"name": "load", "span": [0, 1], "threads": 32}, {"name": "work", "span": [1, 3], "threads": "rest"}]]
ARMS = {"arms": [[1, 2], [2, 3]], "uniform": "block"}
WHOLE = {"launch": {"threads_per_run": 32, "threads_per_block": 64}}

CASES = {
    "carried round a loop": Case(
        made({"length": 4, "loops": [[1, 3]]}, {"tile": [[0, 2]], "scratch": [[2, 3]]}),
        {"tile": 0, "scratch": 16}, {"tile": 0, "scratch": 0}),
    "dropped on the way round a loop": Case(
        made({"length": 4, "loops": [[1, 3]]}, {"tile": {"lifetime": [[0, 2]], "reentry": "dropped"}, "scratch": [[2, 3]]}),
        {"tile": 0, "scratch": 0}, None),
    "needed in one arm": Case(
        made({"length": 4, "branches": [ARMS], "barriers": [{"before": 3}]}, {"z": block([0, 2]), "w": block([2, 3])}),
        {"z": 0, "w": 16}, {"z": 0, "w": 0}),
    "in two arms that the block chooses together": Case(
        made({"length": 4, "branches": [ARMS]}, {"z": block([1, 2]), "w": block([2, 3])}), {"z": 0, "w": 0}, None),
    "in two arms that each thread chooses for itself": Case(
        made({"length": 4, "branches": [{"arms": ARMS["arms"]}]}, {"z": block([1, 2]), "w": block([2, 3])}),
        {"z": 0, "w": 16}, {"z": 0, "w": 0}),
    "in two tracks": Case(
        made({"length": 3, "tracks": TRACKS}, {"staged": block([0, 1]), "work": block([1, 2])}),
        {"staged": 0, "work": 16}, {"staged": 0, "work": 0}),
    "of runs that lie whole in two tracks": Case(
        made({"length": 3, "tracks": TRACKS}, {"staged": [[0, 1]], "work": [[1, 2]]}, **WHOLE), {"staged": 0, "work": 0}, None),
    "one after the other in a track, with a barrier of the track": Case(
        made({"length": 3, "tracks": TRACKS, "barriers": [{"before": 2, "scope": "track"}]},
             {"one": block([1, 2]), "other": block([2, 3])}),
        {"one": 0, "other": 0}, None),
    "one after the other in a track, without": Case(
        made({"length": 3, "tracks": TRACKS}, {"one": block([1, 2]), "other": block([2, 3])}),
        {"one": 0, "other": 16}, {"one": 0, "other": 0}),
    "a barrier behind the last trip": Case(
        made({"length": 3, "loops": [[0, 2]], "barriers": [{"after": 1}]}, {"one": block([1, 2]), "other": block([2, 3])}),
        {"one": 0, "other": 0}, None),
    "a break past the barrier": Case(
        made({"length": 3, "loops": [{"span": [0, 2], "breaks": [1]}], "barriers": [{"after": 1}]},
             {"one": block([1, 2]), "other": block([2, 3])}),
        {"one": 0, "other": 16}, {"one": 0, "other": 0}),
    "accesses by single phases": Case(
        made({"length": 4}, {"a": {"accesses_in": {"writes": [0], "reads": [1]}}, "b": {"accesses_in": {"writes": [1], "updates": [2], "reads": [3]}},
                             "c": {"accesses_in": {"writes": [2], "reads": [3]}}}),
        {"a": 0, "b": 16, "c": 0}, {"a": 0, "b": 16, "c": 16}),
    "over the windows of dead runs": Case(
        made({"length": 2, "barriers": [{"before": 1}]}, {"mine": [[0, 1]], "scratch": block([1, 2], size=40)}),
        {"mine": 0, "scratch": 0}, None),
    "over the windows of runs that are needed": Case(
        made({"length": 2}, {"mine": [[0, 1]], "scratch": block([1, 2], size=40)}),
        {"mine": 0, "scratch": 0}, {"mine": 0, "scratch": 64}, base=160),
    "handed to an asynchronous copy behind a proxy fence": Case(
        made({"length": 2, "barriers": [{"before": 1, "scope": "run", "proxy_fence": True}]},
             {"plain": [[0, 1]], "bulk": {"lifetime": [[1, 2]], "async": True}}),
        {"plain": 0, "bulk": 0}, None),
    "handed to an asynchronous copy without": Case(
        made({"length": 2, "barriers": [{"before": 1}]}, {"plain": [[0, 1]], "bulk": {"lifetime": [[1, 2]], "async": True}}),
        {"plain": 0, "bulk": 16}, {"plain": 0, "bulk": 0}),
    "rings": Case(
        made({"length": 3}, {"ring": {"lifetime": [[0, 2]], "stages": 3, "size": 3, "alignment_bytes": 16}, "other": [[1, 3]]}),
        {"ring": 0, "other": 48}, {"ring": 0, "other": 32}),
    "a ring in the place of a ring": Case(
        made({"length": 3}, {"a": {"lifetime": [[0, 2]], "stages": 2}, "b": {"lifetime": [[1, 3]], "stages": 2}},
             in_place=[{"phase": 1, "read": "a", "write": "b"}]),
        {"a": 0, "b": 0}, {"a": 0, "b": 16}),
    "packed elements": Case(
        made({"length": 3}, {"four": {"dtype": "float4_e2m1fn", "size": 10, "lifetime": [[0, 2]]}, "other": {"dtype": "int4", "size": 6, "lifetime": [[1, 3]]}}),
        {"four": 0, "other": 5}, {"four": 0, "other": 4}),
}  # fmt: skip


@pytest.fixture(scope="module")
def found() -> dict[tuple[str, str], Any]:
    asked = {
        (name, "good"): (case.manifest, placed(case.manifest, case.good, base=case.base))
        for name, case in CASES.items()
    }
    asked |= {
        (name, "wrong"): (case.manifest, placed(case.manifest, case.wrong, base=case.base))
        for name, case in CASES.items()
        if case.wrong is not None
    }
    return dict(zip(asked, simulated(asked.values()), strict=True))


@pytest.mark.parametrize("name", CASES)
def test_what_the_rules_allow_passes(name: str, found: Any) -> None:
    case = CASES[name]
    assert not list(
        clashes(case.manifest, placed(case.manifest, case.good, base=case.base), derive(case.manifest), case.good)
    )
    assert found[name, "good"] == {}


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.wrong is not None])
def test_what_the_rules_forbid_is_found_on_a_way_of_the_program(name: str, found: Any) -> None:
    told = [finding.message for findings in found[name, "wrong"].values() for finding in findings]
    assert any("lost" in message or "hold" in message or "barrier" in message for message in told)
    assert any(not message.startswith("lingering") for message in told)


def test_a_block_scoped_buffer_over_windows_has_all_kinds_of_windows_probed() -> None:
    case = CASES["over the windows of runs that are needed"]
    plan = plan_probe(case.manifest, placed(case.manifest, {"mine": 0, "scratch": 240}, base=160))
    assert plan.shape.slots == (0, 1, 5, 6, 14, 63)


@pytest.mark.usefixtures("warm")
def test_rings_packed_elements_and_tracks_pass_on_the_cpu_target_too() -> None:
    for name in ("rings", "packed elements", "of runs that lie whole in two tracks", "over the windows of dead runs"):
        case = CASES[name]
        report = simulate(case.manifest, placed(case.manifest, case.good, base=case.base))
        assert report.passed, (name, report.findings)
        assert report.detail["cpu_words_checked"] > 0
