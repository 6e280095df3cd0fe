"""Runs kernels with checked allocators in the simulator, right ones and wrong ones, and prints what was found as JSON.

    NUMBA_ENABLE_CUDASIM=1 python -m tests.gpu_runtime.checked.scenarios

Each runs twice: as it is, and with the simulator's tracing taken out, which leaves what a GPU would run.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
from checked.lifetimes import MANIFEST, SIZE, make_kernel
from numba import cuda

from gpu_runtime import emit_checked
from gpu_runtime.compiler import load_module
from solver import load_manifest, optimize
from tests.gpu_runtime.checked.faithful import TRACING, UNTRACED
from tests.gpu_runtime.checked.shared_kernels import CALLS, PAIR, calls_kernel, pair_kernel

STEP = json.loads(Path(MANIFEST).read_text(encoding="utf-8"))


def module_of(document: dict[str, Any], traced: bool) -> Any:
    manifest = load_manifest(document)
    text = emit_checked(optimize(manifest), manifest)
    assert text.count(TRACING) == 1
    return load_module(text if traced else text.replace(TRACING, UNTRACED), "allocators_checked")


def step(changes: dict[int, Any]) -> dict[str, Any]:
    """The example's manifest, with other lifetimes for some buffers (or parts, given as a list)."""
    document = copy.deepcopy(STEP)
    for index, lifetime in changes.items():
        if isinstance(lifetime, dict):
            for part, intervals in lifetime.items():
                document["buffers"][index]["parts"][part]["lifetime"] = intervals
        else:
            document["buffers"][index]["lifetime"] = lifetime
    return document


def ill_behaved(act: Any) -> Any:
    """A kernel that loads, acts, and ends."""

    def make(A: Any) -> Any:
        def kernel(out: Any, record: Any) -> None:
            run = A.run_in_block()
            A.begin(record, run)
            shared = A.window(run)
            A.init(shared, A.persistent())
            A.phase(record, run, A.PHASE_load)
            state = A.step_state(shared)
            for i in range(SIZE):
                state[i] = 1.0
            act(A, shared, record, run)
            A.end(record, run)

        return kernel

    return make


def stray_write(A: Any, shared: Any, record: Any, run: int) -> None:
    A.phase(record, run, A.PHASE_slope0)
    if run == 2:
        A.step_stage(shared)[5] = 0.0


def write_past_the_end(A: Any, shared: Any, record: Any, run: int) -> None:
    A.phase(record, run, A.PHASE_slope0)
    if run == 1:
        shared[0][16] = 1.0  # `state` has bytes 16 to 64 of the window


def wrong_order(A: Any, shared: Any, record: Any, run: int) -> None:
    A.phase(record, run, A.PHASE_summary)
    A.phase(record, run, A.PHASE_load)


def unwritten(A: Any, shared: Any, record: Any, run: int) -> None:
    A.phase(record, run, A.PHASE_slope0)
    row, state = A.step_slopes_row0(shared), A.step_state(shared)
    state[0] = row[3]


def skipped(A: Any, shared: Any, record: Any, run: int) -> None:
    """Straight to the last phase: what lies between is walked through, and nothing happens there."""
    A.phase(record, run, A.PHASE_summary)


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
        shared = A.window(run)
        whole, other = A.whole(shared), A.other(shared)
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
        shared = A.window(run)
        before, after = A.before(shared), A.after(shared)
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


def no_begin(A: Any) -> Any:
    def kernel(out: Any, record: Any) -> None:
        A.phase(record, A.run_in_block(), A.PHASE_load)

    return kernel


SCENARIOS: dict[str, tuple[dict[str, Any], Any]] = {
    "right": (STEP, make_kernel),
    "read after the end": (step({2: [["stage", "stage"]]}), make_kernel),
    "read of a part after its end": (step({1: {0: [["slope0", "slope1"]]}}), make_kernel),
    "written before the beginning": (step({5: []}), make_kernel),
    "not carried round the loop": (step({3: [["combine", "combine"]]}), make_kernel),
    "stray write": (STEP, ill_behaved(stray_write)),
    "write past the end": (STEP, ill_behaved(write_past_the_end)),
    "wrong order": (STEP, ill_behaved(wrong_order)),
    "read before it is written": (STEP, ill_behaved(unwritten)),
    "skipped phases": (STEP, ill_behaved(skipped)),
    "no begin": (STEP, no_begin),
    "pair right": (PAIR, pair_kernel),
    "pair write of the run": (PAIR, lambda A: pair_kernel(A, "write of the run")),
    "pair write of the block": (PAIR, lambda A: pair_kernel(A, "write of the block")),
    "pair read after the end": (
        {**PAIR, "buffers": [{**PAIR["buffers"][0], "lifetime": [["fill", "fill"]]}, *PAIR["buffers"][1:]]},
        pair_kernel,
    ),
    "pair read of the block after the end": (
        {**PAIR, "buffers": [*PAIR["buffers"][:2], {**PAIR["buffers"][2], "lifetime": [["fill", "fill"]]}, PAIR["buffers"][3]]},
        pair_kernel,
    ),
    "wrong alias": (ALIASES, aliases_kernel),
    "in place right": (IN_PLACE, lambda A: in_place_kernel(A, turned=False)),
    "not elementwise": (IN_PLACE, lambda A: in_place_kernel(A, turned=True)),
    "calls right": (CALLS, calls_kernel),
    "calls contents of the call before": (CALLS, lambda A: calls_kernel(A, "contents of the call before")),
}  # fmt: skip


def findings(document: dict[str, Any], make: Any, traced: bool) -> dict[str, Any]:
    module = module_of(document, traced)
    record, out = module.new_record(blocks=2), np.zeros(16, np.float32)
    cuda.jit(make(module))[2, 4, 0, module.DYNAMIC_SHARED_BYTES](out, record)
    return {"said": module.report(record), "out": [float(value) for value in out[:4]]}


if __name__ == "__main__":
    found = {
        name: {kind: findings(*scenario, traced=kind == "traced") for kind in ("traced", "as on a GPU")}
        for name, scenario in SCENARIOS.items()
    }
    print(json.dumps(found))
