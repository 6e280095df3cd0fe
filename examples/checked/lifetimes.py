"""A kernel that announces its phases, run with checked allocators: once with the lifetimes that it keeps to, and once
with a lifetime that is one phase too short.

    NUMBA_ENABLE_CUDASIM=1 python examples/checked/lifetimes.py

Without the variable the kernel is compiled for a GPU instead, which needs no driver.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numba import cuda, types

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from warpack import emit_checked, load_manifest, optimize
from warpack.gpu_runtime.compiler import load_module

MANIFEST = Path(__file__).parent / "step.json"
SIZE, TRIPS = 12, 3


def checked_allocators(document: dict[str, Any]) -> Any:
    """The layout of a manifest, and its checked allocators as a module (`warpack solve --emit DIR --checked` writes the
    same text to DIR/allocators_checked.py)."""
    manifest = load_manifest(document)
    return load_module(emit_checked(optimize(manifest), manifest), "allocators_checked")


def make_kernel(A: Any) -> Any:
    """Everything that the kernel uses is in `A`, the emitted module. It differs from a kernel without checks only by
    the calls of `begin`, `phase` and `end`."""

    def kernel(out, record):
        run = A.run_in_block()
        A.begin(record, run)
        memory = A.thread_memory(run)
        A.init(memory)
        state, stage = A.step_state(memory), A.step_stage(memory)
        slope0, slope1 = A.step_slopes_row0(memory), A.step_slopes_row1(memory)
        history, steps, squares = A.step_history(memory), A.step_steps(memory), A.step_squares(memory)
        A.phase(record, run, A.PHASE_load)
        for i in range(SIZE):
            state[i] = run + i
        for trip in range(TRIPS):
            A.phase(record, run, A.PHASE_slope0)
            for i in range(SIZE):
                slope0[i] = -state[i]
                if trip > 0:
                    slope0[i] += history[i]
            A.phase(record, run, A.PHASE_stage)
            for i in range(SIZE):
                stage[i] = state[i] + slope0[i]
            A.phase(record, run, A.PHASE_slope1)
            for i in range(SIZE):
                slope1[i] = -stage[SIZE - 1 - i]
            A.phase(record, run, A.PHASE_combine)
            for i in range(SIZE):
                state[i] += slope0[i] + slope1[i]
                history[i] = slope1[i]
            steps[0] += 1
        A.phase(record, run, A.PHASE_summary)
        for i in range(SIZE):
            squares[i] = state[i] * state[i]
        for i in range(SIZE):
            out[run] += squares[i]
        A.end(record, run)

    return kernel


def findings(A: Any, make: Any = make_kernel, threads: int = 4) -> list[str]:
    """Runs one block of the kernel, in the simulator or on a GPU, and reads its record."""
    record, out = A.new_record(blocks=1), np.zeros(threads, np.float32)
    on_device = cuda.to_device(record)
    cuda.jit(make(A))[1, threads, 0, A.DYNAMIC_SHARED_BYTES](out, on_device)
    return list(A.report(on_device.copy_to_host()))


def main() -> None:
    document = json.loads(MANIFEST.read_text(encoding="utf-8"))
    right = checked_allocators(document)
    if not cuda.config.ENABLE_CUDASIM:
        ptx, _ = cuda.compile_ptx(make_kernel(right), types.void(types.float32[::1], types.int32[::1]), cc=(8, 6))
        print(f"compiled without a driver: {len(ptx.splitlines())} lines of PTX")
        return
    print("the lifetimes as the kernel keeps them:", findings(right))
    document["buffers"][2]["lifetime"] = [["stage", "stage"]]
    print("the lifetime of `stage` without the phase slope1:")
    for sentence in findings(checked_allocators(document)):
        print("   ", sentence)


if __name__ == "__main__":
    main()
