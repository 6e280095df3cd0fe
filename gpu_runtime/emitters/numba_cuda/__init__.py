"""The target `numba-cuda`: device functions over typed views of dynamic shared memory.

Why this form: an inlined device function over a typed array compiles without a driver, gives the same PTX in every
process, and runs in the simulator. `.view()` and functions that are not inlined need a driver to compile. And `.view()`
of a slice whose length is not a multiple of the new element silently ends the thread.
"""

from __future__ import annotations

from warpack.gpu_runtime.emitters.numba_cuda.entry import init_function
from warpack.gpu_runtime.emitters.numba_cuda.expressions import Places
from warpack.gpu_runtime.emitters.numba_cuda.getters import getter, refusal
from warpack.gpu_runtime.emitters.numba_cuda.head import head
from warpack.gpu_runtime.emitters.numba_cuda.memory import memory_functions
from warpack.gpu_runtime.emitters.numba_cuda.views import view_function
from warpack.gpu_runtime.emitters.numba_cuda.zero import zero_function, zero_loops, zero_scattered
from warpack.gpu_runtime.emitters.plan import AllocatorPlan


def emit_text(plan: AllocatorPlan, *, any_block: bool = False) -> str:
    """The module `allocators.py`: constants, the functions that open memory, one getter a slot, zeros, `init`.
    `any_block`: block-scoped buffers are zeroed by however many threads the block has, not by exactly
    THREADS_PER_BLOCK; that costs more."""
    places = Places(plan)
    lines = [*head(plan), *view_function(), *memory_functions(plan), *zero_loops(plan, any_block=any_block)]
    for slot in plan.slots:
        lines += getter(slot, places)
        if slot.zero:
            lines += zero_function(slot, places, plan.threads_per_run)
    for buffer in plan.scattered:
        lines += refusal(buffer)
        if buffer.zeros:
            lines += zero_scattered(buffer)
    lines += init_function(plan, places)
    return "\n".join(lines) + "\n"
