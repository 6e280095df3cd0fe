"""What the structs of the buffers use: this thread's place, the memory's base, and one template per region."""

from __future__ import annotations

from collections.abc import Iterator

from warpack.gpu_runtime.emitters.cuda_cpp.types import NARROW, type_name
from warpack.gpu_runtime.emitters.plan import AllocatorPlan

_THREADS = """
/// Flat index of this thread in its block, over x, then y, then z.
__device__ __forceinline__ int thread_in_block() {
    return static_cast<int>(threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z));
}

/// How many threads this launch gives a block.
__device__ __forceinline__ int threads_in_block() { return static_cast<int>(blockDim.x * blockDim.y * blockDim.z); }

/// Index in its block of the run that this thread serves.
__device__ __forceinline__ int run_in_block() {
    return static_cast<int>(static_cast<unsigned>(thread_in_block()) / static_cast<unsigned>(threads_per_run));
}

/// Index of this thread among the threads_per_run that serve its run.
__device__ __forceinline__ int lane_in_run() {
    return static_cast<int>(static_cast<unsigned>(thread_in_block()) % static_cast<unsigned>(threads_per_run));
}

/// The block's dynamic shared memory: the block region, then the windows of the runs (buffers of the block may lie over those).
__device__ __forceinline__ unsigned char* shared_base() {
    extern __shared__ __align__(base_alignment_bytes) unsigned char warpack_shared_memory[];
    return warpack_shared_memory;
}
"""

_ITEMS = """
namespace memory {

/// Bytes that are copied and not computed with: the type of elements that C++ has no name for.
template <unsigned Bytes, unsigned Alignment>
struct alignas(Alignment) item {
    unsigned char bytes[Bytes];
};
"""

_WIDE = """
/// What C++ headers call `int64_t` here: of two types of 64 bits, each system takes one.
#if defined(__LP64__) && !defined(__CUDACC_RTC__)
using int64 = long;
using uint64 = unsigned long;
#else
using int64 = long long;
using uint64 = unsigned long long;
#endif
"""


def memory_functions(plan: AllocatorPlan) -> Iterator[str]:
    """This thread's place, the base, and the types that plain C++ has no name for."""
    yield from _THREADS.rstrip().splitlines()
    yield from _ITEMS.rstrip().splitlines()
    used = {slot.dtype.name for slot in plan.slots}
    if used & {"int64", "uint64"}:
        yield from _WIDE.rstrip().splitlines()
    for dtype, (name, macro, example, size) in NARROW.items():
        if dtype in used:
            yield from (
                "",
                f"/// {dtype}: define {macro}, such as {example}, before the include to compute with it.",
                f"#ifdef {macro}",
                f"using {name} = {macro};",
                "#else",
                f"using {name} = item<{size}, {size}>;",
                "#endif",
                f'static_assert(sizeof({name}) == {size} && alignof({name}) <= {size}, "{macro} is no type of {size} bytes");',
            )
    yield from ("", "}  // namespace memory")


def persistent_struct(plan: AllocatorPlan) -> Iterator[str]:
    yield from (
        "",
        "/// This thread's storage that keeps its contents for the whole kernel, an array per dtype.",
        "struct persistent {",
    )
    for number, array in enumerate(plan.kept):
        count = -(-array.count * array.element.itemsize_bytes // array.dtype.itemsize_bytes)
        yield f"    alignas({array.alignment_bytes:d}) {type_name(array.dtype)} array_{number}[{count:d}];"
    yield "};"
