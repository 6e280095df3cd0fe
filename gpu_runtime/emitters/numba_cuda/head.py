"""The head of the emitted module: what it is, the map of its memory, its constants."""

from __future__ import annotations

from collections.abc import Iterator

from warpack.gpu_runtime.emitters.memory_map import memory_map
from warpack.gpu_runtime.emitters.numba_cuda.expressions import local_alignments
from warpack.gpu_runtime.emitters.plan import AllocatorPlan

_DOCSTRING = '''"""Allocators of one layout, made by Warpack. Do not edit: make the layout again.

In a kernel, once per thread:

    memory = thread_memory(run_in_block())
    init(memory)

and then a getter per buffer, NAME(memory), wherever the buffer lies; that of a ring is NAME(memory, slot). Launch with exactly
THREADS_PER_BLOCK threads and with DYNAMIC_SHARED_BYTES of dynamic shared memory.

Views of buffers that share bytes may be the same memory: no code may be told that they are not (`__restrict__` in C++).
"""

from numba import cuda, types
'''


def head(plan: AllocatorPlan) -> Iterator[str]:
    yield from _DOCSTRING.splitlines()
    yield ""
    yield from memory_map(plan)
    yield ""
    yield f'LAYOUT_SHA256 = "{plan.layout_sha256}"'
    yield f'MANIFEST_SHA256 = "{plan.manifest_sha256}"'
    yield f'COMPUTE_CAPABILITY = "{plan.compute_capability}"'
    for name, number in _numbers(plan).items():
        yield f"{name} = {number:d}"
    yield f"OPT_IN = {bool(plan.launch.opt_in)}  # more than 48 KB: the kernel's attribute must be raised before the launch"
    yield ""
    yield "# The simulator knows no alignment and refuses to be told one."
    yield "IN_SIMULATOR = bool(cuda.config.ENABLE_CUDASIM)"
    yield f"ALIGN = None if IN_SIMULATOR else {plan.launch.base_alignment_bytes:d}"
    for alignment in local_alignments(plan):
        yield f"ALIGN_{alignment:d} = None if IN_SIMULATOR else {alignment:d}"


def _numbers(plan: AllocatorPlan) -> dict[str, int]:
    launch = plan.launch
    return {
        "THREADS_PER_BLOCK": launch.threads_per_block,
        "RUNS_PER_BLOCK": launch.runs_per_block,
        "THREADS_PER_RUN": plan.threads_per_run,
        "DYNAMIC_SHARED_BYTES": launch.dynamic_shared_bytes,
        "RUN_BYTES": launch.run_bytes,
        "PADDING_BYTES": launch.padding_bytes,
        "STRIDE_BYTES": launch.stride_bytes,
        "BLOCK_REGION_BYTES": launch.block_region_bytes,
        "REGION_GAP_BYTES": launch.region_gap_bytes,
        "BASE_ALIGNMENT_BYTES": launch.base_alignment_bytes,
        "LOCAL_BYTES": plan.local_bytes,
        "PERSISTENT_LOCAL_BYTES": plan.persistent_local_bytes,
    }
