"""Whatever Warpack decides about a buffer's place, the kernel's text stays as it is."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.gpu_runtime.emitters.one_text import BUDGETS, CPP, LOCATIONS, PYTHON, expected, layouts
from tests.gpu_runtime.emitters.samples import SAMPLES
from tests.helpers.python_programs import output_of
from warpack.gpu_runtime.compiler import CompileError, compile_kernel, cpp_to_cubin, load_module
from warpack.gpu_runtime.compiler.figures import figures_of
from warpack.gpu_runtime.emitters import emit
from warpack.solver import verify
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

_CASES: dict[str, tuple[Layout, Manifest]] = {name: (layout, manifest) for name, layout, manifest in layouts()}


def test_the_cases_put_buffers_into_every_region_and_parts_apart_and_together() -> None:
    assert len(_CASES) == 2 * len(LOCATIONS) * len(BUDGETS)
    placed = [buffer for layout, _ in _CASES.values() for buffer in layout.buffers]
    assert {buffer.region for buffer in placed} == {"run", "local", "persistent_local"}
    autos = {name: {one.region for one in layout.buffers} for name, (layout, _) in _CASES.items() if "auto" in name}
    assert set.union(*autos.values()) >= {"run", "local"}
    assert {buffer.parts is None for buffer in placed if buffer.name == "rows"} == {True, False}
    for layout, manifest in _CASES.values():
        assert verify(manifest, layout).passed


def test_the_kernel_computes_the_same_in_all_of_them() -> None:
    found = json.loads(output_of("-m", "tests.gpu_runtime.emitters.one_text", simulator=True))
    assert set(found) == set(_CASES)
    for values in found.values():
        assert values
        assert values == [expected(run) for run in range(len(values))]


@pytest.mark.parametrize("case", _CASES)
def test_both_texts_compile(case: str) -> None:
    layout, manifest = _CASES[case]
    module = load_module(emit(layout, manifest) + PYTHON, "one_text")
    compile_kernel(module.kernel, "void(float32[::1], float32[::1])", "8.6", launch_bounds=module.THREADS_PER_BLOCK)
    linked = cpp_to_cubin(CPP, "8.6", {"allocators.cuh": emit(layout, manifest, "cuda-c++")})
    assert "warning" not in linked.log
    assert figures_of(linked).entry == "kernel"


_WHOLE = """

def kernel(out):
    memory = thread_memory(run_in_block())
    out[0] = store(memory)[3]
"""


def _compile_whole(sample: str) -> Callable[[], object]:
    module = load_module(emit(*SAMPLES[sample]) + _WHOLE, f"whole_{sample}")
    return lambda: compile_kernel(module.kernel, "void(float32[::1])", "8.6")


def test_the_whole_of_a_buffer_whose_parts_lie_apart_is_refused_with_the_calls_for_its_parts() -> None:
    _compile_whole("together")()
    with pytest.raises(CompileError) as refused:
        _compile_whole("apart")()
    told = "store: its parts lie apart in this layout, so there is no view of the whole: take store_head(memory), "
    assert told in refused.value.log
