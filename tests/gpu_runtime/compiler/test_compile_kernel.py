"""Real kernels to real machine code: what the figures say about things that are known of the kernel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from numba import cuda, types

from warpack.gpu_runtime.compiler import CompileError, ToolchainError, compile_kernel
from warpack.gpu_runtime.compiler.cubin import read_cubin
from warpack.gpu_runtime.compiler.figures import figures_of
from warpack.gpu_runtime.compiler.link import Linked, link_ptx, read_log

VECTOR = "void(float64[::1], int64)"


def shared_and_local(out: Any, n: int) -> None:
    """33 int32 of static shared memory (132 bytes), 20 float64 of local memory (160 bytes)."""
    lane = cuda.threadIdx.x
    words = cuda.shared.array(33, types.int32)
    row = cuda.local.array(20, types.float64)
    for i in range(n):
        row[i % 20] = out[i]
    words[lane % 33] = lane
    cuda.syncthreads()
    out[lane] = row[n] + words[n]


def hungry(out: Any, n: int) -> None:
    """More values in flight than 64 registers hold."""
    row = cuda.local.array(80, types.float64)
    for i in range(80):
        row[i] = out[i] * n
    for _ in range(n):
        for i in range(80):
            row[i] = row[i] * row[(i + 7) % 80] + row[(i + 31) % 80]
    total = 0.0
    for i in range(80):
        total += row[i]
    out[cuda.threadIdx.x] = total


def divides(out: Any, n: int) -> None:
    """64-bit division is a function of its own in the machine code."""
    out[0] = n // types.int64(out[1])


def too_much_static_shared(out: Any, n: int) -> None:
    words = cuda.shared.array(20000, types.float32)
    words[cuda.threadIdx.x] = out[0]
    cuda.syncthreads()
    out[1] = words[n]


@pytest.mark.parametrize("architecture", ["7.5", "9.0", "12.0"])
def test_figures_are_those_of_the_kernel_on_every_kind_of_architecture(architecture: str) -> None:
    """9.0 and 12.0 count a reserved kibibyte into the cubin's shared section, the log of 9.0 does too, that of 12.0
    not."""
    compiled = compile_kernel(shared_and_local, VECTOR, architecture, launch_bounds=256)
    figures = compiled.figures
    assert figures.static_shared_bytes == 132
    assert figures.stack_bytes == 160
    assert figures.max_threads == 256
    assert figures.architecture == architecture
    assert 8 <= figures.registers <= 255
    assert (figures.spill_store_bytes, figures.spill_load_bytes) == (0, 0)
    assert "shared_and_local" in figures.entry
    assert f".entry {figures.entry}" in compiled.ptx
    assert compiled.cubin.startswith(b"\x7fELF")
    assert set(figures.to_json()) >= {"registers", "spill_store_bytes"}
    assert compiled.toolchain.versions["nvJitLink"]


def test_launch_bounds_hold_registers_down_and_spills_are_counted() -> None:
    tight = compile_kernel(hungry, VECTOR, "8.6", launch_bounds=1024).figures
    free = compile_kernel(hungry, VECTOR, "8.6").figures
    assert tight.registers <= 64 < free.registers
    assert tight.spill_store_bytes > 0
    assert tight.spill_load_bytes > 0
    assert free.spill_store_bytes == 0
    assert (tight.max_threads, free.max_threads) == (1024, None)


def test_a_function_that_the_kernel_calls_is_no_second_kernel() -> None:
    """On 10.0 the called division needs more registers than the kernel, and the linker raises the kernel's count to
    it."""
    compiled = compile_kernel(divides, VECTOR, "10.0")
    assert b"__cuda_sm20_div_s64" in compiled.cubin
    assert [kernel.entry for kernel in read_cubin(compiled.cubin).kernels] == [compiled.figures.entry]


def test_more_static_shared_memory_than_a_block_has_is_refused_by_the_linker() -> None:
    with pytest.raises(CompileError, match="uses too much shared data") as refused:
        compile_kernel(too_much_static_shared, VECTOR, "8.6")
    assert refused.value.stage == "link"


def test_a_function_that_numba_cannot_compile_is_refused_with_its_words() -> None:
    def calls_nothing(out: Any, n: int) -> None:
        out[0] = "text".nothing()  # type: ignore[attr-defined]  # what numba has to refuse

    with pytest.raises(CompileError, match="Unknown attribute 'nothing'") as refused:
        compile_kernel(calls_nothing, VECTOR, "8.6")
    assert refused.value.stage == "ptx"


@pytest.mark.parametrize("signature", ["float64(float64[::1], int64)", "void(float64[::1])"])
def test_a_signature_that_does_not_fit_the_kernel_is_refused(signature: str) -> None:
    with pytest.raises(CompileError, match="numba-cuda refuses shared_and_local"):
        compile_kernel(shared_and_local, signature, "8.6")


def test_an_architecture_that_this_toolkit_does_not_know_is_refused_before_anything_is_compiled() -> None:
    with pytest.raises(ToolchainError, match=r"not for 7\.0") as refused:
        compile_kernel(shared_and_local, VECTOR, "7.0")
    assert refused.value.type == "architecture-not-compilable"


def test_text_that_is_no_ptx_and_bytes_that_are_no_cubin_are_refused() -> None:
    with pytest.raises(CompileError) as refused:
        link_ptx("this is no PTX", "8.6")
    assert refused.value.stage == "link"
    for data in (b"", b"nonsense", b"\x7fELF" + bytes(60)):
        with pytest.raises(CompileError, match="no cubin"):
            read_cubin(data)


def test_a_log_that_disagrees_with_the_cubin_is_noticed() -> None:
    compiled = compile_kernel(shared_and_local, VECTOR, "8.6")
    linked = link_ptx(compiled.ptx, "8.6")
    assert figures_of(linked) == replace(compiled.figures, entry=figures_of(linked).entry)
    registers = compiled.figures.registers
    for true, wrong in (
        (f"used {registers} registers", f"used {registers + 1} registers"),
        ("160 bytes stack frame", "168 bytes stack frame"),
        ("132 bytes smem", "136 bytes smem"),
    ):
        assert true in linked.log
        with pytest.raises(ToolchainError, match="in the cubin") as refused:
            figures_of(Linked(linked.cubin, linked.log.replace(true, wrong)))
        assert refused.value.type == "figures-disagree"
    with pytest.raises(ToolchainError, match="does not mention"):
        figures_of(Linked(linked.cubin, ""))


def test_the_log_is_read_function_by_function() -> None:
    log = """\
ptxas info    : Function properties for one
ptxas         .     512 bytes stack frame, 1304 bytes spill stores, 1384 bytes spill loads
ptxas info    : Used 32 registers, used 1 barriers
ptxas info    : Function properties for two
ptxas         .     0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
info    : Function properties for 'one':
info    : used 32 registers, used 1 barriers, 512 stack, 1156 bytes smem, 600 bytes cmem[0], 0 bytes lmem
"""
    figures = read_log(log)
    assert (figures["one"].spill_store_bytes, figures["one"].spill_load_bytes) == (1304, 1384)
    assert (figures["one"].registers, figures["one"].static_shared_bytes, figures["one"].frame_bytes) == (32, 1156, 512)
    assert figures["two"].registers is None
