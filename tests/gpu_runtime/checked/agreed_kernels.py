"""Kernels whose author has agreed to shared bytes: by an alias, or in place; right ones and wrong ones."""

from __future__ import annotations

from typing import Any

ALIASES = {
    "schema": "warpack/manifest/1",
    "target": {"compute_capability": "8.6"},
    "timeline": {"phases": ["one"]},
    "buffers": [
        {"name": "whole", "size": 8, "dtype": "float32"},
        {"name": "other", "size": 8, "dtype": "float32", "aliases": "whole"},
    ],
}
"""Two buffers without lifetimes, one byte range, on the word of their author."""


def aliases_kernel(A: Any) -> Any:
    def kernel(out: Any, record: Any) -> None:
        run = A.run_in_block()
        A.begin(record, run)
        memory = A.thread_memory(run)
        whole, other = A.whole(memory), A.other(memory)
        A.phase(record, run, A.PHASE_one)
        whole[3] = 1.0
        out[run] = whole[3]
        other[3] = 2.0
        out[run] += whole[3]
        A.end(record, run)

    return kernel


IN_PLACE = {
    "schema": "warpack/manifest/1",
    "target": {"compute_capability": "8.6"},
    "timeline": {"phases": ["load", "turn", "add"]},
    "buffers": [
        {"name": "before", "size": 8, "dtype": "float32", "lifetime": [["load", "turn"]]},
        {"name": "after", "size": 8, "dtype": "float32", "lifetime": [["turn", "add"]]},
    ],
    "in_place": [{"phase": "turn", "read": "before", "write": "after"}],
}
"""Elementwise, says the manifest."""


def in_place_kernel(A: Any, turned: bool) -> Any:
    def kernel(out: Any, record: Any) -> None:
        run = A.run_in_block()
        A.begin(record, run)
        memory = A.thread_memory(run)
        before, after = A.before(memory), A.after(memory)
        A.phase(record, run, A.PHASE_load)
        for i in range(8):
            before[i] = i
        A.phase(record, run, A.PHASE_turn)
        for i in range(8):
            after[i] = before[7 - i] if turned else before[i]
        A.phase(record, run, A.PHASE_add)
        for i in range(8):
            out[run] += after[i]
        A.end(record, run)

    return kernel
