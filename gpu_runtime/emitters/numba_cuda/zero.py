"""Zeroing: one function per buffer that asks for it."""

from __future__ import annotations

from collections.abc import Iterator

from warpack.gpu_runtime.emitters.names import zero_name
from warpack.gpu_runtime.emitters.numba_cuda.expressions import device_function, getter_arguments, type_of
from warpack.gpu_runtime.emitters.plan import Scattered, Slot
from warpack.solver.wire.units import Elements


def zero_function(slot: Slot, threads_per_run: int, *, any_block: bool) -> Iterator[str]:
    """The threads that share the buffer stride over it together; a buffer of one thread is zeroed by that thread."""
    who, then = "this thread alone", ""
    if slot.region == "block":
        who = "all threads of the block together"
    elif slot.region == "run" and threads_per_run > 1:
        who = "all threads of the run together"
    if who != "this thread alone":
        then = " A barrier must follow before another thread touches it."
    body = [
        f"view = {slot.identifier}({getter_arguments(slot)})",
        *zero_loop("view", slot.count, slot, threads_per_run, any_block=any_block),
    ]
    what = slot.name
    if slot.is_ring:
        what = f"every slot of {slot.name}"
        body = [f"for slot in range({slot.stages:d}):", *(f"    {line}" for line in body)]
    yield from device_function(zero_name(slot.identifier), "memory", f"Zeroes {what}, by {who}.{then}", body)


def zero_loop(view: str, count: Elements, slot: Slot, threads_per_run: int, *, any_block: bool) -> Iterator[str]:
    """Zeroes `count` elements of a view, by the threads that share what is in the slot's region. The step is a
    constant. There is no `range`, which first computes its number of trips, and the index is unsigned: a signed index
    is compared with 0 each time."""
    first, step = "0", "1"
    if slot.region == "block":
        first, step = "thread_in_block()", "threads_in_block()" if any_block else "THREADS_PER_BLOCK"
    elif slot.region == "run" and threads_per_run > 1:
        first, step = "lane_in_run()", "THREADS_PER_RUN"
    yield f"i = types.uint32({first})"
    yield f"while i < types.uint32({count:d}):"
    yield f"    {view}[i] = {type_of(slot.element)}(0)"
    yield f"    i = types.uint32(i + types.uint32({step}))"


def zero_scattered(buffer: Scattered) -> Iterator[str]:
    """For a persistent buffer whose parts lie apart."""
    calls = [f"{zero_name(slot.identifier)}(memory)" for slot in buffer.zeros]
    yield from device_function(
        zero_name(buffer.identifier), "memory", f"Zeroes {buffer.name}, by the threads that share it.", calls
    )
