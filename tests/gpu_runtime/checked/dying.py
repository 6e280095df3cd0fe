"""Kernels that die of the poison that they have read: prints the exception, as Python prints it, as JSON.

NUMBA_ENABLE_CUDASIM=1 python -m tests.gpu_runtime.checked.dying
"""

from __future__ import annotations

import json
import traceback
from typing import Any

import numpy as np
from numba import cuda

from tests.gpu_runtime.checked.scenarios import module_of
from tests.gpu_runtime.checked.ways_kernels import HEAD, row

DOCUMENT = HEAD | {
    "timeline": {"phases": ["load", "use"]},
    "buffers": [
        row("state", ["load", "load"]),
        {"name": "order", "size": 4, "dtype": "int32", "lifetime": [["load", "load"]]},
        row("weights", ["load", "use"]),
    ],
}
"""`state` and `order` are read in `use`, a phase after their end."""


def dying_kernel(A: Any, fault: str) -> Any:
    def kernel(out: Any, record: Any) -> None:
        run = A.run_in_block()
        A.begin(record, run)
        memory = A.thread_memory(run)
        state, order, weights = A.state(memory), A.order(memory), A.weights(memory)
        A.phase(record, run, A.PHASE_load)
        for i in range(4):
            state[i] = order[i] = weights[i] = i
        A.phase(record, run, A.PHASE_use)
        if fault == "NaN to int":
            out[int(state[1])] = 1.0
        if fault == "index out of range":
            out[order[1]] = 1.0
        if fault == "of its own":
            out[0] = int(float("nan") * weights[0])
        A.end(record, run)

    return kernel


def last_words(fault: str) -> dict[str, Any]:
    module = module_of(DOCUMENT, traced=True)
    record, out = module.new_record(blocks=1), np.zeros(16, np.float32)
    launch: Any = cuda.jit
    try:
        launch(dying_kernel(module, fault))[1, 2, 0, module.DYNAMIC_SHARED_BYTES](out, record)
    except Exception as died:
        return {"printed": "".join(traceback.format_exception(died)), "said": module.report(record)}
    return {"printed": "", "said": module.report(record)}


if __name__ == "__main__":
    print(json.dumps({fault: last_words(fault) for fault in ("NaN to int", "index out of range", "of its own")}))
