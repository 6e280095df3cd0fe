"""The target `cuda-c++`: a C++17 header that needs no other header, for nvcc and NVRTC.

One struct per buffer, in a namespace per component, with constexpr figures and a `get` that is a pointer of the
buffer's type. Every address is base plus constant plus stride times run, so a buffer costs no more than a hand-written
offset. Types without a name in plain C++ (float16, bfloat16, float8, opaque items) are aligned bytes, unless the user
names the type: by a macro for the whole header, or as the template argument of `get`.
"""

from __future__ import annotations

from warpack.gpu_runtime.emitters.cuda_cpp.accessors import accessors
from warpack.gpu_runtime.emitters.cuda_cpp.head import check_launch, figures, head
from warpack.gpu_runtime.emitters.cuda_cpp.init import init_function
from warpack.gpu_runtime.emitters.cuda_cpp.memory import memory_functions, persistent_struct
from warpack.gpu_runtime.emitters.cuda_cpp.slices import slices
from warpack.gpu_runtime.emitters.cuda_cpp.structs import structs
from warpack.gpu_runtime.emitters.cuda_cpp.thread_memory import macro, thread_memory
from warpack.gpu_runtime.emitters.plan import AllocatorPlan


def emit_text(plan: AllocatorPlan) -> str:
    """The header `allocators.cuh`: constants, the memory's base, one struct a buffer, `init`, the checks."""
    tree = accessors(plan)
    lines = [
        *head(plan),
        "namespace WARPACK_NAMESPACE {",
        *figures(plan),
        *memory_functions(plan),
        *persistent_struct(plan),
        *thread_memory(plan),
        *slices(rings=any(slot.is_ring for slot in plan.slots)),
        *structs(tree),
        *init_function(plan, tree),
        *check_launch(plan),
        "",
        "}  // namespace WARPACK_NAMESPACE",
        "",
        "#undef WARPACK_NAMESPACE",
        *macro(),
    ]
    return "\n".join(lines) + "\n"
