"""Runs kernels with checked allocators in the simulator, right ones and wrong ones, and prints what was found as JSON.

    NUMBA_ENABLE_CUDASIM=1 python -m tests.gpu_runtime.checked.scenarios

Most run twice: as they are, and with the simulator's tracing taken out, which leaves what a GPU would run.
"""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from checked.lifetimes import MANIFEST, SIZE, make_kernel
from numba import cuda

from tests.gpu_runtime.checked.agreed_kernels import ALIASES, IN_PLACE, aliases_kernel, in_place_kernel
from tests.gpu_runtime.checked.faithful import TRACING, UNTRACED
from tests.gpu_runtime.checked.order_kernels import (
    HANDED,
    OF_RUNS,
    OVER,
    RING,
    ZEROED,
    handed_kernel,
    of_runs_kernel,
    over_kernel,
    ring_kernel,
    zeroed_kernel,
)
from tests.gpu_runtime.checked.parted_kernels import BESIDE, TRACKS, beside_kernel, tracks_kernel
from tests.gpu_runtime.checked.shared_kernels import CALLS, PAIR, calls_kernel, pair_kernel
from tests.gpu_runtime.checked.ways_kernels import (
    ARMS,
    DROPPED,
    SKIPPED,
    STATED,
    arms_kernel,
    dropped_kernel,
    skipped_kernel,
    stated_kernel,
)
from tests.helpers import quiet_simulator
from warpack.gpu_runtime import emit_checked
from warpack.gpu_runtime.compiler import load_module
from warpack.solver import load_manifest, optimize

STEP = json.loads(Path(MANIFEST).read_text(encoding="utf-8"))


@cache
def emitted(document: str) -> str:
    manifest = load_manifest(document.encode())
    return emit_checked(optimize(manifest), manifest)


def module_of(document: dict[str, Any], traced: bool) -> Any:
    text = emitted(json.dumps(document))
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
            memory = A.thread_memory(run)
            A.init(memory)
            A.phase(record, run, A.PHASE_load)
            state = A.step_state(memory)
            for i in range(SIZE):
                state[i] = 1.0
            act(A, memory, record, run)
            A.end(record, run)

        return kernel

    return make


def stray_write(A: Any, memory: Any, record: Any, run: int) -> None:
    A.phase(record, run, A.PHASE_slope0)
    if run == 2:
        A.step_stage(memory)[5] = 0.0


def write_past_the_end(A: Any, memory: Any, record: Any, run: int) -> None:
    A.phase(record, run, A.PHASE_slope0)
    if run == 1:
        memory[0][16] = 1.0  # `state` has bytes 16 to 64 of the window


def wrong_order(A: Any, memory: Any, record: Any, run: int) -> None:
    A.phase(record, run, A.PHASE_summary)
    A.phase(record, run, A.PHASE_load)


def unwritten(A: Any, memory: Any, record: Any, run: int) -> None:
    A.phase(record, run, A.PHASE_slope0)
    row, state = A.step_slopes_row0(memory), A.step_state(memory)
    state[0] = row[3]


def skipped(A: Any, memory: Any, record: Any, run: int) -> None:
    """Straight to the last phase: what lies between is walked through, and nothing happens there."""
    A.phase(record, run, A.PHASE_summary)


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
    "loop gone round": (SKIPPED, lambda A: skipped_kernel(A, 2)),
    "loop skipped": (SKIPPED, lambda A: skipped_kernel(A, 0)),
    "arms right": (ARMS, arms_kernel),
    "arms factors in the other arm": (ARMS, lambda A: arms_kernel(A, "factors in the other arm")),
    "arms from arm to arm": (ARMS, lambda A: arms_kernel(A, "from arm to arm")),
    "stated right": (STATED, stated_kernel),
    "stated read before the write": (STATED, lambda A: stated_kernel(A, "read before the write")),
    "stated where it is carried": (STATED, lambda A: stated_kernel(A, "where it is carried")),
    "stated read after the end": (STATED, lambda A: stated_kernel(A, "read after the end")),
    "dropped right": (DROPPED, lambda A: dropped_kernel(A, keeps=False)),
    "dropped and found again": (DROPPED, lambda A: dropped_kernel(A, keeps=True)),
    "beside right": (BESIDE, beside_kernel),
    "beside read after the end": (BESIDE, lambda A: beside_kernel(A, "read after the end")),
    "ring right": (RING, ring_kernel),
    "ring write after the end": (RING, lambda A: ring_kernel(A, "ring")),
    "bits write after the end": (RING, lambda A: ring_kernel(A, "bits")),
    "tracks right": (TRACKS, tracks_kernel),
    "tracks of the other track": (TRACKS, lambda A: tracks_kernel(A, "of the other track")),
    "tracks into the other track": (TRACKS, lambda A: tracks_kernel(A, "into the other track")),
    "handed right": (HANDED, handed_kernel),
    "handed without the barrier before": (HANDED, lambda A: handed_kernel(A, "before reuse")),
    "handed without the barrier after": (HANDED, lambda A: handed_kernel(A, "after reuse")),
    "handed without the barrier after, one trip": (HANDED, lambda A: handed_kernel(A, "after reuse", trips=1)),
    "run waited by syncwarp": (OF_RUNS, lambda A: of_runs_kernel(A, "syncwarp")),
    "run waited": (OF_RUNS, lambda A: of_runs_kernel(A, "waited")),
    "run without its barrier": (OF_RUNS, lambda A: of_runs_kernel(A, "")),
    "zeroed right": (ZEROED, lambda A: zeroed_kernel(A, waits=True)),
    "zeroed without a barrier": (ZEROED, lambda A: zeroed_kernel(A, waits=False)),
    "few threads": (ZEROED, lambda A: zeroed_kernel(A, waits=True)),
    "many threads": (ZEROED, lambda A: zeroed_kernel(A, waits=True)),
    "over windows right": (OVER, lambda A: over_kernel(A, waits=True)),
    "over windows without the barrier": (OVER, lambda A: over_kernel(A, waits=False)),
}  # fmt: skip

THREADS = {"tracks": 64, "zeroed": 32, "few": 8, "many": 64}
"""By the first word of a scenario's name; others have four threads."""
ONLY_TRACED = {
    "run waited by syncwarp",  # the simulator has no such function: the checks bring one
    "wrong alias",
    "not elementwise",
    "loop skipped",
    "arms from arm to arm",
    "stated read before the write",
    "stated where it is carried",
    "stated read after the end",
    "dropped and found again",
    "beside read after the end",
    "tracks of the other track",
    "zeroed without a barrier",
    "handed without the barrier before",
    "handed without the barrier after",
    "run without its barrier",
    "over windows without the barrier",
}
"""Scenarios of which a GPU shows nothing: only the simulator watches single accesses."""


def findings(name: str, traced: bool) -> dict[str, Any]:
    document, make = SCENARIOS[name]
    module = module_of(document, traced)
    record, out = module.new_record(blocks=2), np.zeros(16, np.float32)
    launch: Any = cuda.jit
    launch(make(module))[2, THREADS.get(name.split()[0], 4), 0, module.DYNAMIC_SHARED_BYTES](out, record)
    return {"said": module.report(record), "out": [float(value) for value in out[:4]]}


if __name__ == "__main__":
    quiet_simulator.install()
    found = {
        name: {
            kind: findings(name, kind == "traced")
            for kind in ("traced", "as on a GPU")
            if kind == "traced" or name not in ONLY_TRACED
        }
        for name in SCENARIOS
    }
    print(json.dumps(found))
