"""Many getters are called in functions of some each, which numba compiles in a time that grows with their number
alone."""

from __future__ import annotations

import json
import re

import pytest
from numba import types

from benchmarks.many_buffers import many_buffers
from warpack.gpu_runtime.compiler import ALL_ARCHITECTURES
from warpack.gpu_runtime.compiler.ptx import function_to_ptx
from warpack.gpu_runtime.probe.backends.compile_child import answer
from warpack.gpu_runtime.probe.backends.compiled_level import compile_probe
from warpack.gpu_runtime.probe.backends.cpu_driver_source import IN_A_FUNCTION, driver_source
from warpack.gpu_runtime.probe.backends.module_loading import load_both
from warpack.gpu_runtime.probe.backends.prepared import NotProbedError, prepare
from warpack.gpu_runtime.probe.backends.simulated_level import simulate
from warpack.gpu_runtime.probe.kernel import grouped_calls
from warpack.gpu_runtime.probe.kernel.abi import AT, MARK
from warpack.gpu_runtime.probe.kernel.grouped_calls import IN_A_GROUP, MOST_OWN
from warpack.solver import load_manifest, optimize
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

_FEW = 12


@pytest.fixture
def grouped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouped_calls, "MOST_IN_THE_KERNEL", 4)
    monkeypatch.setattr(grouped_calls, "IN_A_GROUP", 5)


def _buffers(count: int) -> tuple[Layout, Manifest]:
    """Of both scopes and two element types, with zeros, and some plain local arrays among them."""
    kinds = [
        {"zero": "interval"},
        {"scope": "block", "dtype": "int32", "zero": "interval"},
        {},
        {"location": "local", "zero": "interval"},
    ]
    buffers = [
        {"name": f"b{place}", "size": 2 + place % 3, "dtype": "float32", "lifetime": [[place % 4, place % 4 + 2]]}
        | kinds[place % len(kinds)]
        for place in range(count)
    ]
    document = {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "8.6"},
        "launch": {"threads_per_block": 4, "threads_multiple": 4},
        "timeline": {"length": 6, "barriers": "every"},
        "buffers": buffers,
    }
    manifest = load_manifest(json.loads(json.dumps(document)))
    return optimize(manifest), manifest


def test_few_getters_are_called_by_the_kernel_itself() -> None:
    layout, manifest = _buffers(_FEW)
    assert f"def {AT}" not in prepare(manifest, layout, None).kernel


def test_no_function_for_six_hundred_zeroed_buffers_is_longer_than_numba_is_quick_with() -> None:
    manifest = many_buffers("interval", 600)
    layout = optimize(manifest)
    prepared = prepare(manifest, layout, None)
    texts = prepared.kernel.partition(MARK)[2], driver_source(prepared.plan.calls, manifest.launch.threads_per_run)
    for text, most, functions in zip(
        texts, (IN_A_GROUP, IN_A_FUNCTION), (rf"{AT}\d+", r"(?:play|zero)_\d+"), strict=True
    ):
        found = re.findall(rf"^def {functions}\(.*?(?=^def |^@|\Z)", text, re.DOTALL | re.MULTILINE)
        getters, zeros = ([len(set(re.findall(f"A.{what}b[0-9]+", one))) for one in found] for what in ("", "zero_"))
        assert (sum(getters), sum(zeros)) == (600, 600)
        assert max(getters) <= most
        assert max(zeros) <= most
    _, kernel = load_both(prepared.allocators, prepared.kernel)
    signature = types.int64(types.int64, types.int64, types.Array(types.int64, 1, "C"))
    assert ".func" in function_to_ptx(getattr(kernel, f"{AT}0"), signature, "8.6")


def test_a_thread_that_has_more_arrays_than_can_be_compiled_is_refused_with_the_numbers() -> None:
    manifest = many_buffers("local", MOST_OWN + 1)
    report = compile_probe(manifest, optimize(manifest))
    assert (report.passed, report.detail["ran"]) == (False, False)
    assert [finding.rule for finding in report.findings] == ["probe-too-large"]
    assert report.findings[0].message.startswith("801 getters and zero functions of a thread's own arrays")


def test_more_slots_of_rings_than_can_be_probed_are_refused_with_the_numbers() -> None:
    ring = {"size": 1, "dtype": "uint8", "scope": "block", "stages": 2048, "lifetime": [[0, 2]]}
    manifest = load_manifest(
        {
            "schema": "warpack/manifest/1",
            "target": {"compute_capability": "8.6"},
            "launch": {"threads_per_block": 32},
            "timeline": {"length": 2},
            "buffers": [{"name": f"ring{number}", **ring} for number in range(9)],
        }
    )
    with pytest.raises(NotProbedError, match="18432 getters, each slot of a ring counted, of which at most 16384"):
        prepare(manifest, optimize(manifest), None)


@pytest.mark.usefixtures("grouped")
def test_each_of_many_getters_is_called_once_and_all_in_groups_but_a_threads_own() -> None:
    layout, manifest = _buffers(_FEW)
    prepared = prepare(manifest, layout, None)
    kernel = prepared.kernel.partition(MARK)[2]
    functions = re.findall(rf"^def {AT}\d+\(.*?(?=^def )", kernel, re.DOTALL | re.MULTILINE)
    assert len(functions) == 2
    for getter in prepared.plan.calls.getters.values():
        assert kernel.count(f"A.{getter.call}") == 1, getter.name
        in_groups = sum(function.count(f"A.{getter.call}") for function in functions)
        assert in_groups == (getter.region != "local"), getter.name


@pytest.mark.usefixtures("grouped")
@pytest.mark.usefixtures("warm")
def test_a_probe_in_groups_runs_and_compiles_without_static_memory() -> None:
    layout, manifest = _buffers(_FEW)
    report = simulate(manifest, layout)
    assert report.passed, report.findings
    prepared = prepare(manifest, layout, None)
    for architecture in (ALL_ARCHITECTURES[0], "9.0"):
        request = {
            "allocators": prepared.allocators,
            "kernel": prepared.kernel,
            "elements": list(prepared.plan.calls.elements),
            "architecture": architecture,
            "threads": 1024,
        }
        figures = answer(request)["figures"]
        assert (figures["architecture"], figures["static_shared_bytes"]) == (architecture, 0)


@pytest.mark.usefixtures("grouped")
@pytest.mark.usefixtures("warm")
def test_a_zero_function_that_a_group_calls_is_put_to_the_test() -> None:
    layout, manifest = _buffers(_FEW)
    text = prepare(manifest, layout, None).allocators
    wrong = text.replace("def zero_b4(memory):", "def zero_b4(memory):\n    return\n\n\ndef unused(memory):")
    assert wrong != text
    assert "zero-missing" in {finding.rule for finding in simulate(manifest, layout, allocators=wrong).findings}
