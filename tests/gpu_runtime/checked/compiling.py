"""Compiles kernels with checked allocators to machine code, without a driver; prints the figures as JSON.

python -m tests.gpu_runtime.checked.compiling
"""

from __future__ import annotations

import json
from typing import Any

from numba import cuda, types

from tests.gpu_runtime.checked.parted_kernels import TRACKS
from tests.gpu_runtime.emitters.samples import SAMPLES
from warpack.gpu_runtime import emit_checked
from warpack.gpu_runtime.compiler import compile_kernel, load_module
from warpack.gpu_runtime.emitters import getters
from warpack.solver import load_manifest, optimize

RECORD = types.int32[::1]


def figures(kernel: Any, signature: Any, compute_capability: str, threads: int) -> dict[str, Any]:
    compiled = compile_kernel(kernel, signature, compute_capability, threads)
    return {"cubin_bytes": len(compiled.cubin), "registers": compiled.figures.registers}


def mixed() -> dict[str, Any]:
    """Every region and two threads for a run, in a kernel that walks through two phases."""
    layout, manifest = SAMPLES["mixed"]
    A = load_module(emit_checked(layout, manifest), "allocators_checked")
    state = getattr(A, getters(layout, manifest)["loop/state"].identifier)
    table = getattr(A, getters(layout, manifest)["table"].identifier)

    def kernel(out: Any, record: Any) -> None:
        run = A.run_in_block()
        A.begin(record, run)
        memory = A.thread_memory(run)
        A.init(memory)
        A.phase(record, run, 0)
        rows, words = state(memory), table(memory)
        rows[0] = run
        words[0] = 3
        A.phase(record, run, 1)
        out[run] = rows[0] + words[0]
        A.end(record, run)

    return figures(kernel, types.void(types.float32[::1], RECORD), "9.0", A.THREADS_PER_BLOCK)


def parted() -> dict[str, Any]:
    """Threads in two tracks, and a barrier that the kernel says it has waited at."""
    manifest = load_manifest(TRACKS)
    A = load_module(emit_checked(optimize(manifest), manifest), "allocators_checked")

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
            A.waited(record, run, A.OF_TRACK)
        else:
            A.phase(record, run, A.PHASE_consume)
            taken[thread - 32] = table[thread]
        cuda.syncthreads()
        A.phase(record, run, A.PHASE_join)
        out[thread] = taken[thread % 32]
        A.end(record, run)

    return figures(kernel, types.void(types.float32[::1], RECORD), "9.0", A.THREADS_PER_BLOCK)


if __name__ == "__main__":
    print(json.dumps({"mixed": mixed(), "parted": parted()}))
