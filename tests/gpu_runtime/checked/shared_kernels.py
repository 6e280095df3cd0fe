"""Kernels in which several threads share buffers, and one whose component is called twice."""

from __future__ import annotations

from typing import Any

from numba import cuda

PAIR: dict[str, Any] = {
    "schema": "warpack/manifest/1",
    "target": {"compute_capability": "8.6"},
    "launch": {"threads_per_run": 2, "max_threads_per_block": 64},
    "timeline": {"phases": ["fill", "swap", "add"], "barriers": "every"},
    "buffers": [
        {"name": "mine", "size": 6, "dtype": "float64", "lifetime": [["fill", "swap"]]},
        {"name": "swapped", "size": 6, "dtype": "float64", "lifetime": [["swap", "add"]]},
        {"name": "tile", "size": 9, "dtype": "int32", "scope": "block", "lifetime": [["fill", "swap"]]},
        {"name": "sums", "size": 9, "dtype": "int32", "scope": "block", "lifetime": [["swap", "add"]]},
    ],
}
"""Two threads serve a run, and the block has tiles of its own."""


def pair_kernel(A: Any, fault: str = "") -> Any:
    def kernel(out: Any, record: Any) -> None:
        run, lane, thread = A.run_in_block(), A.lane_in_run(), A.thread_in_block()
        A.begin(record, run)
        memory = A.thread_memory(run)
        A.init(memory)
        mine, swapped, tile, sums = A.mine(memory), A.swapped(memory), A.tile(memory), A.sums(memory)
        A.phase(record, run, A.PHASE_fill)
        for i in range(lane, 6, 2):
            mine[i] = 10 * run + i
        for i in range(thread, 9, A.threads_in_block()):
            tile[i] = i
        A.phase(record, run, A.PHASE_swap)
        for i in range(lane, 6, 2):
            swapped[i] = mine[5 - i]
        for i in range(thread, 9, A.threads_in_block()):
            sums[i] = tile[8 - i]
        A.phase(record, run, A.PHASE_add)
        if fault == "write of the run" and run == 1 and lane == 1:
            mine[3] = 1.0
        if fault == "write of the block" and thread == 2:
            tile[5] = 1
        cuda.syncthreads()
        if lane == 0:
            for i in range(6):
                out[run] += swapped[i]
            out[run] += sums[run]
        A.end(record, run)

    return kernel


CALLS: dict[str, Any] = {
    "schema": "warpack/manifest/1",
    "target": {"compute_capability": "8.6"},
    "timeline": {"phases": ["begin", "predict", "correct"]},
    "components": [
        {"path": "solver", "called_in": ["predict", "correct"], "timeline": {"phases": ["residual", "update"]}}
    ],
    "buffers": [
        {"name": "state", "size": 4, "dtype": "float32", "lifetime": [["begin", "correct"]]},
        {"name": "defect", "component": "solver", "size": 4, "dtype": "float32", "lifetime": [["residual", "update"]]},
    ],
}


def calls_kernel(A: Any, fault: str = "") -> Any:
    def solver(memory: Any, state: Any, record: Any, run: Any, first: int, again: bool) -> None:
        defect = A.solver_defect(memory)
        A.phase(record, run, first)
        for i in range(4):
            if again and fault == "contents of the call before":
                state[i] += defect[i]
            defect[i] = state[i]
        A.phase(record, run, first + 1)
        for i in range(4):
            state[i] -= defect[i]

    def kernel(out: Any, record: Any) -> None:
        run = A.run_in_block()
        A.begin(record, run)
        memory = A.thread_memory(run)
        state = A.state(memory)
        A.phase(record, run, A.PHASE_begin)
        for i in range(4):
            state[i] = i + 1
        solver(memory, state, record, run, A.PHASE_predict, False)
        solver(memory, state, record, run, A.PHASE_correct, True)
        for i in range(4):
            out[run] += state[i]
        A.end(record, run)

    return kernel
