"""Zeroing: one function per buffer that asks for it, and `init` for what must read zero at the kernel's start."""

from __future__ import annotations

from collections.abc import Iterator

from gpu_runtime.emitters.names import zero_name
from gpu_runtime.emitters.numba_cuda.expressions import device_function, getter_argument, type_of, zero_argument
from gpu_runtime.emitters.plan import AllocatorPlan, Slot
from gpu_runtime.emitters.promise import promise


def zero_function(slot: Slot, threads_per_run: int) -> Iterator[str]:
    """The threads that share the buffer stride over it together; a buffer of one thread is zeroed by that thread."""
    whole = slot.region == "local" and not slot.is_part
    view = "array" if whole else f"{slot.identifier}({getter_argument(slot)})"
    count = slot.extent if whole else slot.count
    who, elements, then = "this thread alone", f"range({count:d})", ""
    if slot.region == "block":
        who, elements = "all threads of the block together", f"range(thread_in_block(), {count:d}, threads_in_block())"
        then = " A barrier must follow before another thread touches it."
    elif slot.region == "run" and threads_per_run > 1:
        who, elements = "all threads of the run together", f"range(lane_in_run(), {count:d}, THREADS_PER_RUN)"
        then = " A barrier must follow before another thread touches it."
    body = [f"view = {view}", f"for i in {elements}:", f"    view[i] = {type_of(slot.element)}(0)"]
    what = slot.name
    if slot.is_ring:
        what = f"every slot of {slot.name}"
        if not whole:
            body = [f"for slot in range({slot.stages:d}):", *(f"    {line}" for line in body)]
    yield from device_function(zero_name(slot.identifier), zero_argument(slot), f"Zeroes {what}, by {who}.{then}", body)


def init_function(plan: AllocatorPlan) -> Iterator[str]:
    """Always emitted, so that a kernel can call it whatever the layout holds."""
    calls = [f"{zero_name(slot.identifier)}({zero_argument(slot)})" for slot in plan.initial]
    yield from device_function(
        "init", "shared, kept", promise(plan, "cuda.syncthreads()", "cuda.syncwarp()"), calls or ["return"]
    )
