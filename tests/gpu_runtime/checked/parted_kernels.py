"""Kernels whose threads part into tracks, and that call components together; right ones and wrong ones."""

from __future__ import annotations

from typing import Any

from numba import cuda

from tests.gpu_runtime.checked.ways_kernels import HEAD, row

TRACKS = HEAD | {
    "launch": {"threads_per_block": 64},
    "timeline": {
        "phases": ["fill", "produce", "drain", "consume", "join"],
        "tracks": [
            [
                {"name": "makers", "span": ["produce", "drain"], "threads": 32},
                {"name": "takers", "span": ["consume", "consume"], "threads": "rest"},
            ]
        ],
        "barriers": [{"after": "fill"}, {"before": "join"}],
    },
    "buffers": [
        {"name": "table", "size": 64, "dtype": "float32", "scope": "block", "lifetime": [["fill", "join"]]},
        {"name": "made", "size": 32, "dtype": "float32", "scope": "block", "lifetime": [["produce", "drain"]]},
        {"name": "taken", "size": 32, "dtype": "float32", "scope": "block", "lifetime": [["consume", "join"]]},
    ],
}
"""Half of the block makes something, the other half takes something else, at the same time."""


def tracks_kernel(A: Any, fault: str = "") -> Any:
    def kernel(out: Any, record: Any) -> None:
        run, thread = A.run_in_block(), A.thread_in_block()
        A.begin(record, run)
        memory = A.thread_memory(run)
        table, made, taken = A.table(memory), A.made(memory), A.taken(memory)
        A.phase(record, run, A.PHASE_fill)
        table[thread] = thread
        cuda.syncthreads()
        if thread < 32:
            A.phase(record, run, A.PHASE_produce)
            made[thread] = table[63 - thread]
            A.phase(record, run, A.PHASE_drain)
            table[thread] = made[thread]
        else:
            A.phase(record, run, A.PHASE_consume)
            taken[thread - 32] = table[thread]
            if fault == "of the other track" and thread == 40:
                out[0] = made[3]
            if fault == "into the other track" and thread == 40:
                A.phase(record, run, A.PHASE_drain)
        cuda.syncthreads()
        A.phase(record, run, A.PHASE_join)
        if thread < 32:
            out[thread % 16] = taken[thread]
        A.end(record, run)

    return kernel


BESIDE = HEAD | {
    "timeline": {"phases": ["load", "both", "sum"]},
    "components": [
        {"path": name, "called_in": ["both"], "timeline": {"phases": ["first", "second", "third"]}}
        for name in ("left", "right")
    ],
    "buffers": [
        row("state", ["load", "sum"]),
        row("early", ["first", "second"], component="left"),
        row("late", ["second", "third"], component="right"),
    ],
}
"""Two components that take turns."""


def beside_kernel(A: Any, fault: str = "") -> Any:
    def kernel(out: Any, record: Any) -> None:
        run = A.run_in_block()
        A.begin(record, run)
        memory = A.thread_memory(run)
        state, early, late = A.state(memory), A.left_early(memory), A.right_late(memory)
        A.phase(record, run, A.PHASE_load)
        state[0] = 1.0
        A.phase(record, run, A.PHASE_both_enter)
        A.phase(record, run, A.CALL_both_left)
        early[0] = state[0]
        A.phase(record, run, A.CALL_both_right)
        A.phase(record, run, A.CALL_both_right + 1)
        late[0] = state[0]
        A.phase(record, run, A.CALL_both_left + 1)
        state[0] = early[0]
        A.phase(record, run, A.CALL_both_right + 2)
        state[0] += late[0]
        A.phase(record, run, A.CALL_both_left + 2)
        if fault:
            state[0] += early[0]
        A.phase(record, run, A.PHASE_sum)
        out[run] = state[0]
        A.end(record, run)

    return kernel
