"""Bytes that two element types share: the compilers must not take a store through the one for invisible through the
other.

numba-cuda opens dynamic shared memory once for each element type, under a name of its own each time, and LLVM may take
arrays of different names for different memory; C++ may take an int and a float for different objects. NVVM and NVRTC do
neither with external shared memory. Nothing promises it, no simulator would show it, and a layout that reuses bytes
stands on it.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.helpers.hand_layouts import make_buffer, make_layout, make_manifest
from warpack.gpu_runtime.compiler import load_module
from warpack.gpu_runtime.compiler.ptx import kernel_to_ptx
from warpack.gpu_runtime.emitters import emit
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Interval, Manifest

_PYTHON = """

def kernel(out, place, x):
    memory = thread_memory(run_in_block())
    one, other = first(memory), second(memory)
    one[0] = x
    other[place] = types.{dtype}(place)
    out[0] = one[0]
"""
_CPP = """
#include "allocators.cuh"
extern "C" __global__ void kernel(float* out, unsigned place, float x) {
    WARPACK_MEMORY(layout, memory);
    auto* one = layout::first::get(memory);
    auto* other = layout::second::get(memory);
    one[0] = x;
    other[place] = place;
    out[0] = one[0];
}
"""
_OTHERS = ("int32", "float64", "uint8")


def _overlapping(dtype: str) -> tuple[Layout, Manifest]:
    manifest = make_manifest(
        make_buffer("first", 4, "float32", lifetime=(Interval(0, 1),)),
        make_buffer("second", 4, dtype, lifetime=(Interval(1, 2),)),
    )
    return make_layout(manifest, {"first": 0, "second": 0}, padding_bytes=8), manifest


def _in_order(ptx: str) -> list[str]:
    """`st` and `ld` of shared memory in the order of the code."""
    return re.findall(r"\b(st|ld)\.(?:volatile\.)?shared", ptx)


@pytest.mark.parametrize("dtype", _OTHERS)
def test_numba_cuda_reads_again_what_a_store_of_another_type_may_have_changed(dtype: str) -> None:
    from numba import types

    module = load_module(emit(*_overlapping(dtype)) + _PYTHON.format(dtype=dtype), f"overlap_{dtype}")
    signature = types.void(types.float32[::1], types.uint32, types.float32)
    assert _in_order(kernel_to_ptx(module.kernel, signature, "8.6", 32)) == ["st", "st", "ld"]


@pytest.mark.parametrize("dtype", _OTHERS)
def test_nvrtc_reads_again_what_a_store_of_another_type_may_have_changed(dtype: str) -> None:
    assert _in_order(_cpp_to_ptx(_CPP, emit(*_overlapping(dtype), target="cuda-c++"))) == ["st", "st", "ld"]


def _cpp_to_ptx(source: str, header: str) -> str:
    from cuda.bindings import nvrtc

    def done(answer: tuple[Any, ...]) -> Any:
        assert answer[0].value == 0
        return answer[-1]

    program = done(nvrtc.nvrtcCreateProgram(source.encode(), b"k.cu", 1, [header.encode()], [b"allocators.cuh"]))
    try:
        done(nvrtc.nvrtcCompileProgram(program, 2, [b"--gpu-architecture=compute_86", b"--std=c++17"]))
        ptx = bytes(done(nvrtc.nvrtcGetPTXSize(program)))
        done(nvrtc.nvrtcGetPTX(program, ptx))
    finally:
        nvrtc.nvrtcDestroyProgram(program)
    return ptx.decode()
