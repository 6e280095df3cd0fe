"""Kernels that skip loops, choose arms, break, and state single accesses; right ones and wrong ones."""

from __future__ import annotations

from typing import Any

HEAD: dict[str, Any] = {"schema": "warpack/manifest/1", "target": {"compute_capability": "8.6"}}


def row(name: str, *lifetime: list[str], **more: Any) -> dict[str, Any]:
    """A buffer of four floats."""
    return {"name": name, "size": 4, "dtype": "float32", "lifetime": list(lifetime), **more}


SKIPPED = HEAD | {
    "timeline": {"phases": ["load", "refine", "sum"], "loops": [[1, 2]]},
    "buffers": [row("state", ["load", "sum"]), row("guess", ["refine", "sum"])],
}
"""`guess` is written in a loop that may be gone round no times."""


def skipped_kernel(A: Any, trips: int) -> Any:
    def kernel(out: Any, record: Any) -> None:
        run = A.run_in_block()
        A.begin(record, run)
        memory = A.thread_memory(run)
        state, guess = A.state(memory), A.guess(memory)
        A.phase(record, run, A.PHASE_load)
        for i in range(4):
            state[i] = i
        for _ in range(trips):
            A.phase(record, run, A.PHASE_refine)
            for i in range(4):
                guess[i] = 2 * state[i]
        A.phase(record, run, A.PHASE_sum)
        for i in range(4):
            out[run] += guess[i] if trips or i == 3 else state[i]
        A.end(record, run)

    return kernel


ARMS = HEAD | {
    "timeline": {
        "phases": ["load", "explicit", "implicit", "matrix", "store"],
        "loops": [{"span": [0, 5], "breaks": ["load"]}],
        "branches": [{"arms": [["explicit", "explicit"], ["implicit", "matrix"]]}],
    },
    "buffers": [
        row("state", ["load", "store"]),
        row("value", ["explicit", "store"], ["implicit", "store"]),
        row("factors", ["implicit", "matrix"]),
    ],
}
"""Either arm writes `value`; one of them needs `factors`."""


def arms_kernel(A: Any, fault: str = "") -> Any:
    def kernel(out: Any, record: Any) -> None:
        run = A.run_in_block()
        A.begin(record, run)
        memory = A.thread_memory(run)
        state, value, factors = A.state(memory), A.value(memory), A.factors(memory)
        for trip in range(3):
            A.phase(record, run, A.PHASE_load)
            for i in range(4):
                state[i] = i + trip
            if trip == 2:
                break
            if (run + trip) % 2:
                A.phase(record, run, A.PHASE_explicit)
                for i in range(4):
                    value[i] = state[i]
                if fault == "factors in the other arm":
                    factors[0] = 1.0
                if fault == "from arm to arm":
                    A.phase(record, run, A.PHASE_matrix)
            else:
                A.phase(record, run, A.PHASE_implicit)
                for i in range(4):
                    factors[i] = 2.0
                A.phase(record, run, A.PHASE_matrix)
                for i in range(4):
                    value[i] = factors[i] * state[i]
            A.phase(record, run, A.PHASE_store)
            for i in range(4):
                out[run] += value[i]
        A.end(record, run)

    return kernel


STATED = HEAD | {
    "timeline": {"phases": ["fill", "pause", "use", "rest"], "loops": [{"span": [0, 4], "at_least": 1}]},
    "buffers": [
        {"name": "sums", "size": 4, "dtype": "float32", "accesses_in": {"writes": ["fill"], "reads": ["use"]}},
        row("old", ["pause", "use"], reentry="dropped"),
    ],
}
"""`sums` by its single accesses: its contents are carried through `pause`."""


def stated_kernel(A: Any, fault: str = "") -> Any:
    def kernel(out: Any, record: Any) -> None:
        run = A.run_in_block()
        A.begin(record, run)
        memory = A.thread_memory(run)
        sums, old = A.sums(memory), A.old(memory)
        for trip in range(2):
            A.phase(record, run, A.PHASE_fill)
            for i in range(4):
                if fault == "read before the write" and trip:
                    out[run] += sums[i]
                sums[i] = i
            A.phase(record, run, A.PHASE_pause)
            if fault == "where it is carried":
                sums[2] = 0.0
            for i in range(4):
                old[i] = 1.0
            A.phase(record, run, A.PHASE_use)
            for i in range(4):
                out[run] += sums[i] + old[i]
            A.phase(record, run, A.PHASE_rest)
            if fault == "read after the end":
                out[run] += sums[1]
        A.end(record, run)

    return kernel


DROPPED = HEAD | {
    "timeline": {"phases": ["start", "step", "between", "after"], "loops": [{"span": [1, 3], "at_least": 1}]},
    "buffers": [row("guess", ["start", "step"], reentry="dropped"), row("other", ["between", "between"])],
}
"""The user's word: `step` writes `guess` again before it reads it, in every trip but the first."""


def dropped_kernel(A: Any, keeps: bool) -> Any:
    def kernel(out: Any, record: Any) -> None:
        run = A.run_in_block()
        A.begin(record, run)
        guess = A.guess(A.thread_memory(run))
        A.phase(record, run, A.PHASE_start)
        for i in range(4):
            guess[i] = i
        for trip in range(2):
            A.phase(record, run, A.PHASE_step)
            for i in range(4):
                if trip and not keeps:
                    guess[i] = trip
                out[run] += guess[i]
            A.phase(record, run, A.PHASE_between)
        A.end(record, run)

    return kernel
