"""`init`, which zeroes what must read zero at the kernel's start."""

from __future__ import annotations

from collections.abc import Iterator

from warpack.gpu_runtime.emitters.cuda_cpp.accessors import Scope
from warpack.gpu_runtime.emitters.plan import AllocatorPlan
from warpack.gpu_runtime.emitters.promise import promise


def init_function(plan: AllocatorPlan, tree: Scope) -> Iterator[str]:
    """Always emitted, so that a kernel can call it whatever the layout holds."""
    said = promise(plan, "__syncthreads()", "__syncwarp()").splitlines()
    yield from ("", *(f"/// {line}".rstrip() for line in said))
    yield "__device__ __forceinline__ void init(const thread_memory& memory) {"
    yield "    (void)memory;"
    paths = {accessor.full_name: accessor.path for accessor in tree.every()}
    for slot in plan.initial:
        if slot.count:
            yield f"    {paths[slot.name]}::zero(memory);"
    yield "}"
