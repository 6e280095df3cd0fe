"""The target `numba-cuda`: device functions over typed slices of dynamic shared memory.

Why this form: an inlined device function that slices a typed array compiles without a driver, gives the same PTX in
every process, and runs in the simulator. `.view()` and functions that are not inlined need a driver to compile, and a
view of a slice whose length does not divide ends the thread silently.
"""

from __future__ import annotations

from gpu_runtime.emitters.numba_cuda.getters import getter
from gpu_runtime.emitters.numba_cuda.head import head
from gpu_runtime.emitters.numba_cuda.memory import memory_functions
from gpu_runtime.emitters.numba_cuda.zero import init_function, zero_function
from gpu_runtime.emitters.plan import AllocatorPlan


def emit_text(plan: AllocatorPlan) -> str:
    """The module `allocators.py`: constants, the functions that open memory, one getter a slot, zeros, `init`."""
    windows = {element: index for index, element in enumerate(plan.run_elements)}
    arrays = {array.dtype: index for index, array in enumerate(plan.kept)}
    lines = [*head(plan), *memory_functions(plan)]
    for slot in plan.slots:
        lines += getter(slot, windows, arrays)
        if slot.zero:
            lines += zero_function(slot, plan.threads_per_run)
    lines += init_function(plan)
    return "\n".join(lines) + "\n"
