"""`allocators.cuh` as a program for the CPU: g++ compiles it with CUDA's words given another meaning, and every thread
of one block asks every accessor, one thread after another."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.processes import PATIENCE_S
from warpack.gpu_runtime.emitters import emit
from warpack.gpu_runtime.emitters.cuda_cpp.accessors import Accessor, accessors
from warpack.gpu_runtime.emitters.cuda_cpp.thread_memory import MOST_APART
from warpack.gpu_runtime.emitters.planning import plan_allocators
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

_PRELUDE = """
#include <cstdint>
#include <cstdio>
#include <cstring>
#define __device__
#define __forceinline__ inline
#define __shared__
#define __align__(bytes) __attribute__((aligned(bytes)))
struct float2 { alignas(8) float x; float y; };
struct double2 { alignas(16) double x; double y; };
struct { unsigned x, y, z; } threadIdx, blockDim;
struct dim { int x, y, z; };
#include "allocators.cuh"
namespace layout { alignas(1024) unsigned char warpack_shared_memory[dynamic_shared_bytes + 64]; }
static layout::persistent store[layout::threads_per_block];
static unsigned char* base() { return layout::shared_base(); }
static void thread(unsigned t) {  // a block of two dimensions: one run's threads lie along x
    blockDim = {(unsigned)layout::threads_per_run, (unsigned)layout::runs_per_block, 1};
    threadIdx = {t % (unsigned)layout::threads_per_run, t / (unsigned)layout::threads_per_run, 0};
}
LOCALS
static layout::thread_memory memory(int t) { return {layout::run_in_block(), store[t], NAMES}; }
[[maybe_unused]] static int of_macro() { WARPACK_MEMORY(layout, own); return own.with_run(1).run; }
static void poison() { memset(base(), 0xA5, layout::dynamic_shared_bytes + 64); memset((void*)store, 0xA5, sizeof store); }
static void shared_zeros() {
    printf("[");
    const char* comma = "";
    for (unsigned i = 0; i < layout::dynamic_shared_bytes + 64; ++i)
        if (base()[i] != 0xA5) { printf("%s%u", comma, i); comma = ", "; }
    printf("]");
}
static void kept_zeros() {  // of the last thread
    printf("[");
    const char* comma = "";
    for (unsigned i = 0; i < sizeof(layout::persistent) && layout::persistent_local_bytes; ++i)
        if (((unsigned char*)&store[layout::threads_per_block - 1])[i] != 0xA5) { printf("%s%u", comma, i); comma = ", "; }
    printf("]");
}
"""

_LOCALS = "\n".join(f"static layout::memory::local_storage<{number}> local_{number};" for number in range(MOST_APART))
_NAMES = ", ".join(f"local_{number}" for number in range(MOST_APART))
"""What WARPACK_MEMORY declares, here once for all threads: plain local arrays are not looked at."""

LAUNCHES = {
    "layout::threads_per_block, layout::dynamic_shared_bytes": 1,
    "dim{layout::threads_per_block, 1, 1}, layout::dynamic_shared_bytes + 16": 1,
    "layout::threads_per_block + 1, layout::dynamic_shared_bytes": 0,
    "dim{1, layout::threads_per_block, 2}, layout::dynamic_shared_bytes": 0,
    "layout::threads_per_block, layout::dynamic_shared_bytes / 2": 0,
}
"""What `check_launch` is asked, and whether it has nothing against it; the last, where there is shared memory."""


def run_header(layout: Layout, manifest: Manifest, folder: Path) -> dict[str, Any]:
    """What every accessor and `init` of the header do.

    By full name of each buffer and part with bytes, plain local arrays aside: `at`, where `get()` points for each
    thread (bytes from the base of shared memory, or from the thread's own persistent storage), slot by slot of a ring,
    and `zeros`, the bytes that `zero` by all threads clears. `launch`: which of LAUNCHES `check_launch` has nothing
    against. `init`: the bytes that `init` by all threads clears, `[shared, persistent of one thread]`.
    """
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("g++ is not installed: the header cannot be run on the CPU")
    every = [each for each in accessors(plan_allocators(layout, manifest)).every() if each.slot and each.slot.count]
    prelude = _PRELUDE.replace("LOCALS", _LOCALS).replace("NAMES", _NAMES)
    source = "\n".join([prelude, "int main() {", 'printf("{");', *_body(every), 'printf("}");', "}", ""])
    (folder / "allocators.cuh").write_text(emit(layout, manifest, "cuda-c++"))
    (folder / "program.cpp").write_text(source)
    command = [
        compiler,
        "-std=c++17",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-Wno-class-memaccess",
        "-o",
        "program",
        "program.cpp",
    ]
    built = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S)
    assert built.returncode == 0, built.stderr
    ran = subprocess.run([folder / "program"], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def _body(every: list[Accessor]) -> list[str]:
    loop = "for (int t = 0; t < layout::threads_per_block; ++t) { thread(t);"
    lines = []
    for accessor in every:
        slot = accessor.slot
        if slot is None:
            continue
        path, kept = f"layout::{accessor.path}", slot.region == "persistent_local"
        if slot.dtype.name in ("int64", "uint64"):
            zeroth = "memory(0), 0" if slot.is_ring else "memory(0)"
            lines.append(f"{{ thread(0); std::{slot.dtype.name}_t* typed = {path}::get({zeroth}); (void)typed; }}")
        if slot.region == "local":
            continue
        origin = "(unsigned char*)&store[t]" if kept else "base()"
        taken = "memory(t), s" if slot.is_ring else "memory(t)"
        place = f"(long)((unsigned char*){path}::get({taken}) - {origin})"
        slots = f"{path}::slots" if slot.is_ring else "1"
        lines += [
            f'printf("%s: {{\\"at\\": [", {json.dumps(json.dumps(accessor.full_name))});',
            f'for (int s = 0; s < {slots}; ++s) {loop} printf("%s%ld", s + t ? ", " : "", {place}); }}',
            'printf("], \\"zeros\\": ");',
            f"poison(); {loop} {path}::zero(memory(t)); }}",
            f'{"kept_zeros" if kept else "shared_zeros"}(); printf("}}, ");',
        ]
    lines += [f"poison(); {loop} layout::init(memory(t)); }}"]
    told = ", ".join(f"layout::check_launch({launch}) == nullptr" for launch in LAUNCHES)
    lines += [f'printf("\\"launch\\": [{", ".join(["%d"] * len(LAUNCHES))}], ", {told});']
    return [*lines, 'printf("\\"init\\": ["); shared_zeros(); printf(", "); kept_zeros(); printf("]");']
