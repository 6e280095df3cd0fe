"""The emitted getters and zero functions cost no more than pointers by hand."""

from __future__ import annotations

import pytest

from benchmarks.machine_code import Cost, instructions, measured, misses
from warpack.gpu_runtime.compiler import cpp_to_cubin


@pytest.mark.parametrize("architecture", ["8.6", "9.0"])
def test_the_emitted_calls_cost_no_more_than_pointers_by_hand(architecture: str) -> None:
    found = measured(architecture)
    assert {language for language, _ in found} == {"numba-cuda", "CUDA C++"}
    assert [name for name, costs in found.items() if misses(name[0], *costs)] == []


def test_what_costs_more_is_missed() -> None:
    hundred = Cost(100, 8)
    assert not misses("numba-cuda", Cost(103, 8), hundred)
    assert misses("numba-cuda", Cost(104, 8), hundred)
    assert misses("numba-cuda", Cost(42, 8), Cost(40, 8))
    assert not misses("CUDA C++", hundred, hundred)
    assert misses("CUDA C++", Cost(101, 8), hundred)


def test_instructions_are_counted_without_what_only_fills_the_end() -> None:
    def count(body: str) -> int:
        source = f'extern "C" __global__ void kernel(float* out) {{ {body} }}'
        return instructions(cpp_to_cubin(source, "8.6", {}).cubin)

    alone = count("")
    assert 1 <= alone < 8
    assert count("out[0] = 1;") > alone
    two = 'extern "C" __global__ void a() {} extern "C" __global__ void b() {}'
    with pytest.raises(ValueError, match="2 functions"):
        instructions(cpp_to_cubin(two, "8.6", {}).cubin)
