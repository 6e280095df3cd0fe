"""The emitted allocators compile, and nothing of them is optimised away."""

from __future__ import annotations

import importlib
import re
from dataclasses import replace

import pytest

from tests.gpu_runtime.emitters.samples import SAMPLES
from tests.helpers.hand_layouts import make_buffer, make_layout, make_manifest
from warpack.gpu_runtime.compiler import ToolchainError, compile_kernel, compile_touch_kernels, load_module
from warpack.gpu_runtime.emitters import emit, getters
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest, Target

touch = importlib.import_module("warpack.gpu_runtime.compiler.touch")


def _for(architecture: str, sample: str) -> tuple[Layout, Manifest]:
    layout, manifest = SAMPLES[sample]
    aimed = replace(manifest, target=Target(architecture))
    return replace(layout, manifest_sha256=aimed.sha256), aimed


@pytest.mark.parametrize(
    ("sample", "architecture"),
    [
        ("mixed", "8.6"),
        ("mixed", "12.0"),
        ("opaque", "9.0"),
        ("apart", "7.5"),
        ("together", "8.6"),
        ("plain", "10.0"),
        ("local_only", "8.9"),
        ("rings", "8.6"),
        ("narrow", "9.0"),
        ("over", "8.0"),
    ],
)
def test_allocators_compile_for_the_manifests_architecture(sample: str, architecture: str) -> None:
    layout, manifest = _for(architecture, sample)
    assert layout.launch is not None
    (compiled,) = compile_touch_kernels(layout, manifest)
    assert compiled.figures.architecture == architecture
    assert compiled.figures.max_threads == layout.launch.threads_per_block
    assert compiled.figures.static_shared_bytes == 0
    bases = re.findall(r"\.extern \.shared \.align (\d+) ", compiled.ptx)
    assert set(bases) <= {str(layout.launch.base_alignment_bytes)}
    assert bool(bases) == (sample != "local_only")


def test_an_architecture_of_an_older_toolkit_is_refused_by_name() -> None:
    with pytest.raises(ToolchainError) as refused:
        compile_touch_kernels(*_for("7.0", "plain"))
    assert refused.value.type == "architecture-not-compilable"


def test_every_getter_and_zero_function_is_called() -> None:
    layout, manifest = SAMPLES["mixed"]
    every = getters(layout, manifest)
    source = touch.touch_source(list(every.values()))
    for getter in every.values():
        assert f"= {getter.identifier}(" in source, getter.name
        assert getter.zero is None or f"    {getter.zero}(" in source
    assert "rows_b(memory)" in source


def test_many_buffers_are_spread_over_several_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(touch, "_GETTERS_PER_KERNEL", 2)
    manifest = make_manifest(*(make_buffer(name, 1) for name in "abc"))
    compiled = compile_touch_kernels(make_layout(manifest, {"a": 0, "b": 4, "c": 8}), manifest)
    assert len(compiled) == 2


def test_a_user_kernel_over_the_emitted_getters_compiles() -> None:
    layout, manifest = SAMPLES["plain"]
    kernel = """

def step(out):
    memory = thread_memory(run_in_block())
    init(memory)
    state = loop_state(memory)
    rhs = loop_algorithm_stage_rhs(memory)
    for i in range(6):
        rhs[i] = out[i]
    for i in range(6):
        state[i] += rhs[i]
    zero_loop_algorithm_scratch(memory)
    scratch = loop_algorithm_scratch(memory)
    out[thread_in_block()] = scratch[0] + state[3]
"""
    module = load_module(emit(layout, manifest) + kernel, "step")
    figures = compile_kernel(module.step, "void(float32[::1])", "8.6", launch_bounds=module.THREADS_PER_BLOCK).figures
    assert figures.spill_store_bytes == 0
