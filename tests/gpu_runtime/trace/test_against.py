"""Lifetimes that are stated wrongly: each conflict that is lost, and each that the kernel does not need, is named.

What is lost and what is needless is counted by the optimiser's own rules here, and by the verifier's in the product.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from tests.gpu_runtime.trace.conftest import Recorded
from tests.gpu_runtime.trace.recorded import NAMES
from tests.gpu_runtime.trace.test_kernels import timeline
from tests.helpers import sweeps
from tests.helpers.meaning import of_optimiser
from warpack.gpu_runtime.trace.against import compared, scopes_stated
from warpack.gpu_runtime.trace.manifest import manifest_of
from warpack.solver import load_manifest

Document = dict[str, Any]
MOST = sweeps.times(200)
"""Of the lifetimes of a kernel, how many are tried at least."""


def planted(document: Document) -> Iterator[tuple[str, Document]]:
    """The manifest with one end of one lifetime moved by one to three phases, in either direction."""
    names = document["timeline"]["phases"]
    for number, buffer in enumerate(document["buffers"]):
        for place, (first, last) in enumerate(buffer["lifetime"]):
            start, end = names.index(first), names.index(last)
            for by in (-3, -2, -1, 1, 2, 3):
                for moved in ((start + by, end), (start, end + by)):
                    if not 0 <= moved[0] < len(names) or not 0 <= moved[1] < len(names):
                        continue
                    lifetime = [list(one) for one in buffer["lifetime"]]
                    if moved[0] <= moved[1]:
                        lifetime[place] = [names[moved[0]], names[moved[1]]]
                    else:
                        del lifetime[place]  # nothing is left of it
                    if overlap(names, lifetime):
                        continue
                    buffers = list(document["buffers"])
                    buffers[number] = {**buffer, "lifetime": lifetime}
                    without = {key: value for key, value in document.items() if key != "in_place"}
                    yield f"{buffer['name']} {place} {moved}", without | {"buffers": buffers}


def overlap(names: list[str], lifetime: list[list[str]]) -> bool:
    spans = sorted((names.index(first), names.index(last)) for first, last in lifetime)
    return any(one[1] >= other[0] for one, other in pairwise(spans))


@pytest.mark.parametrize("script", NAMES)
def test_each_lost_and_each_needless_conflict_of_a_wrong_lifetime_is_named(recorded: Recorded, script: str) -> None:
    for summary in recorded[script].values():
        times = timeline(summary)
        document = manifest_of(summary, times, "8.6")
        traced = load_manifest({key: value for key, value in document.items() if key != "in_place"})
        needed = {pair for pair, met in of_optimiser(traced).items() if met}
        every = list(planted(document))
        for what, wrong in every[:: max(1, len(every) // MOST)]:
            stated = load_manifest(json.loads(json.dumps(wrong)))
            kept = {pair for pair, met in of_optimiser(stated).items() if met}
            found = compared(summary, times, traced, stated)
            assert {tuple(sorted(pair)) for pair in found.lost} == needed - kept, (summary.kernel, what)
            assert {tuple(sorted(pair)) for pair in found.needless} == kept - needed, (summary.kernel, what)
            assert not found.missing
            assert not found.unknown


@pytest.mark.parametrize("script", NAMES)
def test_a_kernel_keeps_to_its_own_manifest(recorded: Recorded, script: str) -> None:
    for summary in recorded[script].values():
        times = timeline(summary)
        own = load_manifest(manifest_of(summary, times, "8.6"))
        found = compared(summary, times, own, own)
        assert list(found.violations()) == []
        assert found.needless == ()


def test_an_access_outside_a_stated_lifetime_is_told_with_phase_and_line(recorded: Recorded) -> None:
    summary = recorded["histogram"]["histogram"]
    times = timeline(summary)
    document = manifest_of(summary, times, "8.6")
    names = document["timeline"]["phases"]
    offsets = next(buffer for buffer in document["buffers"] if buffer["name"] == "offsets")
    assert offsets["lifetime"][0][1] == names[-1]
    offsets["lifetime"][0][1] = names[-2]
    found = compared(summary, times, load_manifest(manifest_of(summary, times, "8.6")), load_manifest(document))
    line = summary.places[-2].path[-1].line
    assert (
        f"offsets is read in phase {names[-1]}, at histogram.py:{line} (thread 0), outside its lifetime"
        in found.outside
    )


def test_a_manifest_with_other_phases_is_held_against_pairs_alone(recorded: Recorded) -> None:
    summary = recorded["bitonic"]["bitonic"]
    times = timeline(summary)
    buffers = [
        {"name": name, "size": 64, "dtype": dtype, "scope": "block", "lifetime": [[phase, phase]]}
        for name, dtype, phase in (("keys", "float32", "sort"), ("values", "int32", "sort"), ("rank", "int32", "rank"))
    ]
    stated = load_manifest(
        {
            "schema": "warpack/manifest/1",
            "target": {"compute_capability": "8.6"},
            "launch": {"threads_per_block": 64},
            "timeline": {"phases": ["sort", "rank"], "barriers": [{"before": "rank"}]},
            "buffers": buffers,
        }
    )
    assert scopes_stated(summary, stated) == ([], ["keys", "values"])
    found = compared(summary, times, load_manifest(manifest_of(summary, times, "8.6")), stated)
    assert (found.outside, found.missing, found.unknown) == ((), ("ranks",), ("rank",))
    assert found.lost == {}


def test_what_two_buffers_lose_is_told_with_the_line_where_both_are_needed(recorded: Recorded) -> None:
    summary = recorded["bitonic"]["bitonic"]
    times = timeline(summary)
    document = manifest_of(summary, times, "8.6")
    last = document["timeline"]["phases"][-1]
    for buffer in document["buffers"]:
        if buffer["name"] == "values":
            buffer["lifetime"] = [[last, last]]
    found = compared(summary, times, load_manifest(manifest_of(summary, times, "8.6")), load_manifest(document))
    assert "both are needed at bitonic.py:" in found.lost["keys", "values"]
