"""Zeroing: one function per buffer that asks for it, and `init` for what must read zero at the kernel's start."""

from __future__ import annotations

from collections.abc import Iterator

from gpu_runtime.emitters.names import zero_name
from gpu_runtime.emitters.numba_cuda.expressions import device_function, getter_arguments, type_of
from gpu_runtime.emitters.plan import AllocatorPlan, Scattered, Slot
from gpu_runtime.emitters.promise import promise


def zero_function(slot: Slot, threads_per_run: int, *, any_block: bool) -> Iterator[str]:
    """The threads that share the buffer stride over it together; a buffer of one thread is zeroed by that thread. The step is a constant.
    No `range`, which counts first how often it goes round, and no sign: an index that may be below 0 is asked each time if it is."""
    who, first, step, then = "this thread alone", "0", "1", ""
    if slot.region == "block":
        who, first, step = "all threads of the block together", "thread_in_block()", "THREADS_PER_BLOCK"
        step = "threads_in_block()" if any_block else step
    elif slot.region == "run" and threads_per_run > 1:
        who, first, step = "all threads of the run together", "lane_in_run()", "THREADS_PER_RUN"
    if step != "1":
        then = " A barrier must follow before another thread touches it."
    body = [
        f"view = {slot.identifier}({getter_arguments(slot)})",
        f"i = types.uint32({first})",
        f"while i < types.uint32({slot.count:d}):",
        f"    view[i] = {type_of(slot.element)}(0)",
        f"    i = types.uint32(i + types.uint32({step}))",
    ]
    what = slot.name
    if slot.is_ring:
        what = f"every slot of {slot.name}"
        body = [f"for slot in range({slot.stages:d}):", *(f"    {line}" for line in body)]
    yield from device_function(zero_name(slot.identifier), "memory", f"Zeroes {what}, by {who}.{then}", body)


def zero_scattered(buffer: Scattered) -> Iterator[str]:
    """Of a persistent buffer whose parts lie apart."""
    calls = [f"{zero_name(slot.identifier)}(memory)" for slot in buffer.zeros]
    yield from device_function(
        zero_name(buffer.identifier), "memory", f"Zeroes {buffer.name}, by the threads that share it.", calls
    )


def init_function(plan: AllocatorPlan) -> Iterator[str]:
    """Always emitted, so that a kernel can call it whatever the layout holds."""
    calls = [f"{zero_name(slot.identifier)}(memory)" for slot in plan.initial]
    yield from device_function(
        "init", "memory", promise(plan, "cuda.syncthreads()", "cuda.syncwarp()"), calls or ["return"]
    )
