"""Random kernels with known lifetimes: found exactly, in every order of threads; merging drops nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.gpu_runtime.trace.conftest import ORDERS
from tests.gpu_runtime.trace.random_kernels import Kernel, random_kernels, together
from tests.gpu_runtime.trace.recorded import run
from warpack.gpu_runtime.trace.manifest import manifest_of
from warpack.gpu_runtime.trace.summary.merging import merged
from warpack.gpu_runtime.trace.summary.model import Summary
from warpack.gpu_runtime.trace.summary.text import from_json
from warpack.gpu_runtime.trace.timeline.timeline import timeline_of
from warpack.solver import load_manifest

SEED, COUNT = 15, 20
INPUTS = ((0, True), (1, False), (2, True), (3, False))
Traced = dict[tuple[int, bool, str], dict[str, Summary]]


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Kernel], Traced]:
    """The kernels, and what each was seen to do with each input and order of threads."""
    kernels, text = random_kernels(SEED, COUNT)
    wanted = [(trips, flag, order) for trips, flag in INPUTS for order in (ORDERS if trips == 2 else ORDERS[:1])]
    folder = tmp_path_factory.mktemp("kernels")
    requests = []
    for number, (trips, flag, order) in enumerate(wanted):
        path = folder / str(number) / "kernels.py"
        path.parent.mkdir()
        path.write_text(text.replace("TRIPS", str(trips)).replace("FLAG", str(flag)), encoding="utf-8")
        requests.append({"script": str(path), "order": order})
    home = Path(str(requests[0]["script"])).parent  # as if all were one file
    found: Traced = {}
    for key, answer in zip(wanted, run(requests), strict=True):
        found[key] = {one["kernel"]: from_json(one, str(home)) for one in answer["summaries"]}
    return kernels, found


def pairs(summary: Summary) -> set[frozenset[str]]:
    times = timeline_of(summary)
    return {frozenset((a.name, b.name)) for a, b in summary.pairs() if times.together(a, b)}


@pytest.mark.parametrize(("trips", "flag"), INPUTS)
def test_lifetimes_are_those_that_the_kernel_was_made_with(
    traced: tuple[list[Kernel], Traced], trips: int, flag: bool
) -> None:
    kernels, found = traced
    for kernel in kernels:
        assert pairs(found[trips, flag, "forward"][kernel.name]) == together(kernel, trips, flag), kernel.name


def test_the_order_of_threads_changes_nothing(traced: tuple[list[Kernel], Traced]) -> None:
    _, found = traced
    for order in ORDERS[1:]:
        assert found[2, True, order] == found[2, True, "forward"]


def test_two_traces_merged_need_together_what_either_did(traced: tuple[list[Kernel], Traced]) -> None:
    kernels, found = traced
    for kernel in kernels:
        summaries = [found[trips, flag, "forward"][kernel.name] for trips, flag in INPUTS]
        first, *others = summaries
        whole = first
        for other in others:
            whole = merged(whole, other)
        read_first = {array.site.name for array in whole.arrays if array.unwritten}
        both, either = pairs(whole), set().union(*map(pairs, summaries))
        assert either <= both, kernel.name
        assert all(pair & read_first for pair in both - either), kernel.name
        assert whole.ran == frozenset().union(*(one.ran for one in summaries))
        assert whole.trips == {path: max(one.trips.get(path, 0) for one in summaries) for path in whole.trips}
        load_manifest(manifest_of(whole, timeline_of(whole), "8.6"))


def test_the_source_misses_no_pair_that_was_needed_together(traced: tuple[list[Kernel], Traced]) -> None:
    kernels, found = traced
    for kernel in kernels:
        for trips, flag in INPUTS:
            summary = found[trips, flag, "forward"][kernel.name]
            assert summary.static is not None, summary.static_trouble
            possible = {frozenset(site.path for site in pair) for pair in summary.static.together}
            times = timeline_of(summary)
            undefined = {array.site for array in summary.arrays if array.unwritten}
            for one, other in summary.pairs():
                if times.together(one, other) and not {one, other} & undefined:
                    assert frozenset((one.path, other.path)) in possible, (kernel.name, one.name, other.name)


def test_a_summary_is_the_same_after_it_was_written_and_read(traced: tuple[list[Kernel], Traced]) -> None:
    from warpack.gpu_runtime.trace.summary.text import to_json

    _, found = traced
    for summary in found[3, False, "forward"].values():
        folder = str(Path(summary.file).parent)
        assert from_json(json.loads(json.dumps(to_json(summary, folder))), folder) == summary
