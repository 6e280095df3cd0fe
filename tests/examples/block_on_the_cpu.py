"""A C++ kernel with the emitted header as a program for the CPU: g++ compiles both with CUDA's words given another
meaning. Every thread of a block is a thread of the machine, and `__syncthreads` a barrier of theirs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from getters.cases import Problem
from tests.helpers.processes import PATIENCE_S

_RACE = 66  # ThreadSanitizer's own

_PROGRAM = r"""
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <pthread.h>
#define __device__
#define __global__
#define __shared__
#define __forceinline__ inline
#define __launch_bounds__(threads)
#define __align__(bytes) __attribute__((aligned(bytes)))
struct float2 { alignas(8) float x; float y; };
struct double2 { alignas(16) double x; double y; };
struct place { unsigned x, y, z; };
static thread_local place threadIdx, blockIdx;
static place blockDim, gridDim;
// Two in turn: of one alone ThreadSanitizer takes what a quick thread does up to its next wait for ordered before what a slow one does.
static pthread_barrier_t whole_block[2];
static thread_local unsigned waits;
static int left_out;  // the line of a barrier that is passed by
[[maybe_unused]] static void wait_at(int line) { if (line != left_out) pthread_barrier_wait(&whole_block[waits++ % 2]); }
#define __syncthreads() wait_at(__LINE__)
[[maybe_unused]] static int atomicAdd(int* at, int more) { return __atomic_fetch_add(at, more, __ATOMIC_RELAXED); }
[[maybe_unused]] static float rsqrtf(float value) { return 1 / sqrtf(value); }
#include "kernel.cu"
namespace layout { alignas(1024) unsigned char warpack_shared_memory[dynamic_shared_bytes + 1]; }
struct array {  // a pointer of whatever type the kernel takes
    void* first;
    template <class T> operator T*() const { return static_cast<T*>(first); }
};
STORAGE
static void* work(void* of) {
    const unsigned number = static_cast<unsigned>(reinterpret_cast<unsigned long>(of));
    threadIdx = {number % layout::threads_per_block, 0, 0};
    blockIdx = {number / layout::threads_per_block, 0, 0};
    KERNEL(ARGUMENTS);
    return nullptr;
}
int main(int, char** given) {
    left_out = atoi(given[1]);
    READ
    blockDim = {layout::threads_per_block, 1, 1};
    gridDim = {BLOCKS, 1, 1};
    for (unsigned long block = 0; block < BLOCKS; ++block) {
        pthread_t threads[layout::threads_per_block];
        memset(layout::shared_base(), 0xA5, layout::dynamic_shared_bytes);
        for (pthread_barrier_t& one : whole_block) pthread_barrier_init(&one, nullptr, layout::threads_per_block);
        for (unsigned long t = 0; t < layout::threads_per_block; ++t)
            if (pthread_create(&threads[t], nullptr, work, (void*)(block * layout::threads_per_block + t))) return 3;
        for (pthread_t& one : threads) pthread_join(one, nullptr);
        for (pthread_barrier_t& one : whole_block) pthread_barrier_destroy(&one);
    }
    return fwrite(out, 1, sizeof out, stdout) == sizeof out ? 0 : 4;
}
"""


def built(folder: Path, kernel: str, text: str, header: str, problem: Problem, blocks: int) -> Path:
    """The program that launches `kernel` of the source `text` on the problem's inputs, which it reads, and writes what
    came out. ThreadSanitizer watches it."""
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("g++ is not installed: a C++ kernel cannot be run on the CPU")
    names = [f"input_{number}" for number in range(len(problem.inputs))]
    sizes = dict(zip(names, (array.nbytes for array in problem.inputs), strict=True)) | {"out": problem.answer.nbytes}
    program = _PROGRAM
    for word, meant in {
        "STORAGE": "\n".join(f"alignas(16) static unsigned char {name}[{size}];" for name, size in sizes.items()),
        "READ": "\n    ".join(
            f"if (fread({name}, 1, sizeof {name}, stdin) != sizeof {name}) return 2;" for name in names
        ),
        "ARGUMENTS": ", ".join([*(f"array{{{name}}}" for name in sizes), *map(str, problem.sizes)]),
        "BLOCKS": str(blocks),
        "KERNEL": kernel,
    }.items():
        program = program.replace(word, meant)
    for name, written in {"allocators.cuh": header, "kernel.cu": text, "program.cpp": program}.items():
        (folder / name).write_text(written, encoding="utf-8")
    command = [
        compiler, "-std=c++17", "-O1", "-fsanitize=thread", "-Wall", "-Wextra", "-Werror", "-Wno-unknown-pragmas", "-Wno-sign-compare",
        "-pthread", "-o", "program", "program.cpp",
    ]  # fmt: skip
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S)
    if "tsan" in made.stderr and "cannot find" in made.stderr:
        pytest.skip("g++ is here without its libtsan: a C++ kernel cannot be watched for races")
    assert made.returncode == 0, made.stderr
    return folder / "program"


def ran(program: Path, problem: Problem, without_barrier_in_line: int = 0) -> np.ndarray | None:
    """What the program wrote; None where two threads met at the same bytes with no barrier between."""
    given = b"".join(array.tobytes() for array in problem.inputs)
    command = [program, str(without_barrier_in_line)]
    ended = subprocess.run(command, input=given, capture_output=True, timeout=PATIENCE_S)
    if ended.returncode == _RACE and b"data race" in ended.stderr:
        return None
    if b"ThreadSanitizer: unexpected memory mapping" in ended.stderr:
        pytest.skip("this system's libtsan cannot start with so random addresses: sysctl vm.mmap_rnd_bits=28")
    assert ended.returncode == 0, ended.stderr.decode()
    return np.frombuffer(ended.stdout, problem.answer.dtype).reshape(problem.answer.shape)
