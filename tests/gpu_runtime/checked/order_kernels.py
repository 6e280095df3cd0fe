"""Kernels whose threads hand bytes to one another: with the barriers that the layout relies on, and without one."""

from __future__ import annotations

from typing import Any

from numba import cuda

from tests.gpu_runtime.checked.ways_kernels import HEAD

HANDED = HEAD | {
    "launch": {"threads_per_block": 32},
    "timeline": {
        "phases": ["fill", "swap", "reuse", "store"],
        "loops": [[0, 3]],
        "barriers": [{"before": "swap"}, {"before": "reuse"}, {"after": "reuse"}],
    },
    "buffers": [
        {"name": "tile", "size": 8, "dtype": "int32", "scope": "block", "lifetime": [["fill", "swap"]]},
        {"name": "sums", "size": 8, "dtype": "int32", "scope": "block", "lifetime": [["reuse", "reuse"]]},
    ],
}
"""`sums` takes the bytes of `tile`, and hands them back in the next trip."""


def handed_kernel(A: Any, without: str = "", trips: int = 2) -> Any:
    def kernel(out: Any, record: Any) -> None:
        run, thread = A.run_in_block(), A.thread_in_block()
        A.begin(record, run)
        memory = A.thread_memory(run)
        tile, sums = A.tile(memory), A.sums(memory)
        for _ in range(trips):
            A.phase(record, run, A.PHASE_fill)
            for i in range(thread, 8, A.threads_in_block()):
                tile[i] = i
            cuda.syncthreads()
            A.phase(record, run, A.PHASE_swap)
            if thread < 8:
                out[thread] = tile[7 - thread]
            if without != "before reuse":
                cuda.syncthreads()
            A.phase(record, run, A.PHASE_reuse)
            for i in range(thread, 8, A.threads_in_block()):
                sums[i] = thread
            if without != "after reuse":
                cuda.syncthreads()
        A.phase(record, run, A.PHASE_store)
        A.end(record, run)

    return kernel


OF_RUNS = HEAD | {
    "launch": {"threads_per_run": 2, "max_threads_per_block": 64},
    "timeline": {
        "phases": ["one", "two"],
        "barriers": [{"before": "two", "scope": "run"}],
    },
    "buffers": [
        {"name": "first", "size": 4, "dtype": "float32", "lifetime": [["one", "one"]]},
        {"name": "second", "size": 4, "dtype": "float32", "lifetime": [["two", "two"]]},
    ],
}
"""Two threads serve a run, and wait for one another by `__syncwarp`."""


def of_runs_kernel(A: Any, waits: str) -> Any:
    def kernel(out: Any, record: Any) -> None:
        run, lane = A.run_in_block(), A.lane_in_run()
        A.begin(record, run)
        memory = A.thread_memory(run)
        first, second = A.first(memory), A.second(memory)
        A.phase(record, run, A.PHASE_one)
        for i in range(lane, 4, 2):
            first[i] = i
        if waits == "syncwarp":
            cuda.syncwarp()
        elif waits == "waited":
            A.waited(record, run, A.OF_RUN)
        A.phase(record, run, A.PHASE_two)
        for i in range(lane, 4, 2):
            second[i] = i
        A.end(record, run)

    return kernel


ZEROED = HEAD | {
    "launch": {"threads_per_block": 32},
    "timeline": {"phases": ["count", "store"], "barriers": [{"after": "count"}]},
    "buffers": [
        {
            "name": "bins",
            "size": 8,
            "dtype": "int32",
            "scope": "block",
            "zero": "interval",
            "lifetime": [["count", "store"]],
        }
    ],
}
"""Every thread zeroes some of what all threads add to."""


def zeroed_kernel(A: Any, waits: bool) -> Any:
    def kernel(out: Any, record: Any) -> None:
        run, thread = A.run_in_block(), A.thread_in_block()
        A.begin(record, run)
        memory = A.thread_memory(run)
        bins = A.bins(memory)
        A.phase(record, run, A.PHASE_count)
        A.zero_bins(memory)
        if waits:
            cuda.syncthreads()
        cuda.atomic.add(bins, (thread + 1) % 4, 1)
        cuda.syncthreads()
        A.phase(record, run, A.PHASE_store)
        if thread < 4:
            out[thread] = bins[thread]
        A.end(record, run)

    return kernel


OVER = HEAD | {
    "launch": {"threads_per_block": 32, "bank_conflicts": "ignore"},
    "timeline": {"phases": ["integrate", "reduce"], "barriers": [{"before": "reduce"}]},
    "buffers": [
        {"name": "work", "size": 8, "dtype": "float32", "lifetime": [["integrate", "integrate"]]},
        {"name": "partial", "size": 32, "dtype": "float32", "scope": "block", "lifetime": [["reduce", "reduce"]]},
    ],
}
"""A scratch of the block over the windows of its runs."""


def over_kernel(A: Any, waits: bool) -> Any:
    def kernel(out: Any, record: Any) -> None:
        run, thread = A.run_in_block(), A.thread_in_block()
        A.begin(record, run)
        memory = A.thread_memory(run)
        work, partial = A.work(memory), A.partial(memory)
        A.phase(record, run, A.PHASE_integrate)
        for i in range(8):
            work[i] = i
        total = 0.0
        for i in range(8):
            total += work[i]
        if waits:
            cuda.syncthreads()
        A.phase(record, run, A.PHASE_reduce)
        partial[thread] = total
        cuda.syncthreads()
        if thread == 0:
            out[0] = partial[1]
        A.end(record, run)

    return kernel


RING = HEAD | {
    "timeline": {"phases": ["fill", "use", "rest"]},
    "buffers": [
        {
            "name": "ring",
            "size": 3,
            "dtype": "float32",
            "stages": 2,
            "alignment_bytes": 16,
            "lifetime": [["fill", "use"]],
        },
        {"name": "bits", "size": 6, "dtype": "uint4", "lifetime": [["fill", "use"]]},
    ],
}
"""Two slots of three floats, sixteen bytes apart; six numbers of four bits."""


def ring_kernel(A: Any, fault: str = "") -> Any:
    def kernel(out: Any, record: Any) -> None:
        run = A.run_in_block()
        A.begin(record, run)
        memory = A.thread_memory(run)
        bits = A.bits(memory)
        A.phase(record, run, A.PHASE_fill)
        for slot in range(2):
            for i in range(3):
                A.ring(memory, slot)[i] = slot + i
        for i in range(3):
            bits[i] = 17
        A.phase(record, run, A.PHASE_use)
        for i in range(3):
            out[run] += A.ring(memory, 0)[i] + A.ring(memory, 1)[i] + bits[i]
        A.phase(record, run, A.PHASE_rest)
        if fault == "ring":
            A.ring(memory, 1)[2] = 0.0
        if fault == "bits":
            bits[2] = 0
        A.end(record, run)

    return kernel
