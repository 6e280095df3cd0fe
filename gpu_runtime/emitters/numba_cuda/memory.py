"""The functions that say which thread this is, and `thread_memory`, which opens its memory."""

from __future__ import annotations

from collections.abc import Iterator

from warpack.gpu_runtime.emitters.numba_cuda.expressions import device_function, dynamic_array, local_array
from warpack.gpu_runtime.emitters.numba_cuda.views import view
from warpack.gpu_runtime.emitters.plan import AllocatorPlan

_THREADS = (
    (
        "thread_in_block",
        "Flat index of this thread in its block, over x, then y, then z.",
        "cuda.threadIdx.x + cuda.blockDim.x * (cuda.threadIdx.y + cuda.blockDim.y * cuda.threadIdx.z)",
    ),
    (
        "threads_in_block",
        "How many threads this launch gives a block.",
        "cuda.blockDim.x * cuda.blockDim.y * cuda.blockDim.z",
    ),
    (
        "run_in_block",
        "Index in its block of the run that this thread serves.",
        "thread_in_block() // THREADS_PER_RUN",
    ),
    (
        "lane_in_run",
        "Index of this thread among the THREADS_PER_RUN that serve its run.",
        "thread_in_block() % THREADS_PER_RUN",
    ),
)


def memory_functions(plan: AllocatorPlan) -> Iterator[str]:
    for name, docstring, value in _THREADS:
        yield from device_function(name, "", docstring, [f"return {value}"])
    arrays = [local_array(array.count, array.element, array.alignment_bytes) for array in plan.kept]
    arrays += [local_array(slot.extent, slot.element, slot.alignment_bytes) for slot in plan.local]
    yield from device_function(
        "thread_memory",
        "run",
        """What every getter takes: the windows of run `run` of the block (a signed integer), and new local storage of this thread.

Call it once per thread: every call makes other local arrays.
""",
        _tuple([*_run_windows(plan), *arrays]),
    )


def _run_windows(plan: AllocatorPlan) -> list[str]:
    """Each window ends where the run's bytes end, so that in the simulator a getter cannot reach into the next
    run's."""
    windows = []
    for element in plan.run_elements:
        size = element.itemsize_bytes
        start, stride = plan.run_base_bytes // size, plan.launch.stride_bytes // size
        windows.append(view(dynamic_array(element), f"{start} + {stride} * run", plan.launch.run_bytes // size))
    return windows


def _tuple(items: list[str]) -> list[str]:
    return ["return (", *(f"    {item}," for item in items), ")"] if items else ["return ()"]
