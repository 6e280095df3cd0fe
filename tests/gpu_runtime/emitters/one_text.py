"""One kernel, in numba-cuda and in C++, for every place that its buffers may be given. As a program, in numba's
simulator:

NUMBA_ENABLE_CUDASIM=1 python -m tests.gpu_runtime.emitters.one_text
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from warpack.solver import load_manifest, optimize
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

LOCATIONS = ("shared", "local", "auto", "apart")
"""`apart`: shared, beside a buffer that is pinned where the rows would lie in one piece."""
BUDGETS = (1300, 49152)
RUNS = 32

PYTHON = """

def kernel(start, out):
    memory = thread_memory(run_in_block())
    init(memory)
    total, work = total_(memory), work_(memory)
    first, second = rows_first(memory), rows_second(memory)
    run = cuda.grid(1)
    for i in range(4):
        first[i] = start[run] + i
    for i in range(4):
        second[i] = 2 * first[i]
    zero_work_(memory)
    for i in range(6):
        work[i] += second[i % 4]
    for i in range(6):
        total[0] += work[i]
    for k in range(2):
        slot = ring(memory, k)
        for i in range(3):
            slot[i] = total[0] + k * i
    out[run] = ring(memory, 0)[1] + ring(memory, 1)[2]
"""

CPP = """
#include "allocators.cuh"
extern "C" __global__ void __launch_bounds__(layout::threads_per_block) kernel(const float* start, float* out) {
    WARPACK_MEMORY(layout, memory);
    layout::init(memory);
    float *total = layout::total_::get(memory), *work = layout::work_::get(memory);
    float *first = layout::rows::first::get(memory), *second = layout::rows::second::get(memory);
    const int run = blockIdx.x * layout::runs_per_block + memory.run;
    for (int i = 0; i < 4; ++i) first[i] = start[run] + i;
    for (int i = 0; i < 4; ++i) second[i] = 2 * first[i];
    layout::work_::zero(memory);
    for (int i = 0; i < layout::work_::count; ++i) work[i] += second[i % 4];
    for (int i = 0; i < layout::work_::count; ++i) total[0] += work[i];
    for (int k = 0; k < 2; ++k)
        for (int i = 0; i < 3; ++i) layout::ring::get(memory, k)[i] = total[0] + k * i;
    out[run] = layout::ring::get(memory, 0)[1] + layout::ring::get(memory, 1)[2];
}
"""


def expected(start: float) -> float:
    return 2 * sum(2 * (start + i % 4) for i in range(6)) + 2


def _document(location: str, budget: int, persistent: bool) -> dict[str, Any]:
    apart = location == "apart"
    private = {"location": "shared" if apart else location, **({"accesses": 3} if location == "auto" else {})}
    pinned = {
        "name": "pinned",
        "size": 1,
        "dtype": "float32",
        "pinned_offset_bytes": 16,
        "lifetime": [["fill", "work"]],
    }
    return {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "8.6", "shared_budget_bytes": budget},
        "launch": {"max_threads_per_block": RUNS, "bank_conflicts": "ignore"},
        "timeline": {"phases": ["fill", "double", "work", "sum", "store"]},
        "buffers": [
            {"name": "total_", "size": 1, "dtype": "float32", "zero": "entry", **private}
            | ({"persistent": True} if persistent else {"lifetime": [["fill", "store"]]}),
            {"name": "work_", "size": 6, "dtype": "float32", "zero": "interval", "lifetime": [["work", "sum"]], **private},
            {"name": "ring", "size": 3, "dtype": "float32", "stages": 2, "lifetime": [["store", "store"]], **private},
            {"name": "rows", "size": 8, "dtype": "float32", **private, "splittable": location in ("shared", "apart"),
             "parts": [{"name": "first", "offset": 0, "size": 4, "lifetime": [["fill", "double"]]},
                       {"name": "second", "offset": 4, "size": 4, "lifetime": [["double", "work"]]}]},
            *([pinned] if apart else []),
        ],
        "validation": "static",
    }  # fmt: skip


def layouts() -> Iterator[tuple[str, Layout, Manifest]]:
    for location in LOCATIONS:
        for budget in BUDGETS:
            for persistent in (False, True):
                manifest = load_manifest(_document(location, budget, persistent))
                yield f"{location}, {budget}{', persistent' if persistent else ''}", optimize(manifest), manifest


def _run() -> dict[str, list[float]]:
    import numpy as np
    from numba import cuda

    from warpack.gpu_runtime.compiler import load_module
    from warpack.gpu_runtime.emitters import emit

    found: dict[str, list[float]] = {}
    for name, layout, manifest in layouts():
        module: Any = load_module(emit(layout, manifest) + PYTHON, "one_text")
        start, out = np.arange(RUNS, dtype=np.float32), np.zeros(RUNS, np.float32)
        threads = module.THREADS_PER_BLOCK
        configured: Any = cuda.jit(module.kernel)[RUNS // threads, threads, 0, module.DYNAMIC_SHARED_BYTES]
        configured(start, out)
        found[name] = [float(value) for value in out[: RUNS // threads * threads]]
    return found


if __name__ == "__main__":
    print(json.dumps(_run()))
