"""What the structs of the buffers stand on: this thread's place, the memory's base, and one template per region."""

from __future__ import annotations

from collections.abc import Iterator

from gpu_runtime.emitters.cuda_cpp.types import NARROW, type_name
from gpu_runtime.emitters.plan import AllocatorPlan

_THREADS = """
/// Flat index of this thread in its block, over x, then y, then z.
__device__ __forceinline__ unsigned thread_in_block() {
    return threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
}

/// How many threads this launch gives a block.
__device__ __forceinline__ unsigned threads_in_block() { return blockDim.x * blockDim.y * blockDim.z; }

/// Index in its block of the run that this thread serves.
__device__ __forceinline__ unsigned run_in_block() { return thread_in_block() / threads_per_run; }

/// Index of this thread among the threads_per_run that serve its run.
__device__ __forceinline__ unsigned lane_in_run() { return thread_in_block() % threads_per_run; }

/// The block's dynamic shared memory: the block region, then the windows of the runs.
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

_SLICES = """
namespace memory {

template <class Element, unsigned Count, unsigned OffsetBytes, unsigned Alignment>
struct slice {
    using value_type = Element;
    static constexpr unsigned count = Count;
    static constexpr unsigned size_bytes = Count * static_cast<unsigned>(sizeof(Element));
    static constexpr unsigned offset_bytes = OffsetBytes;
    static constexpr unsigned alignment_bytes = Alignment;
};

template <class T, class Element, unsigned Alignment>
__device__ __forceinline__ T* typed(Element* first) {
    static_assert(sizeof(T) == sizeof(Element), "get<T>: a T is not as large as an element of this buffer");
    static_assert(Alignment % alignof(T) == 0, "get<T>: a T needs more alignment than this buffer has");
    return reinterpret_cast<T*>(first);
}

template <class Element, unsigned Count, unsigned OffsetBytes, unsigned Alignment>
struct run_slice : slice<Element, Count, OffsetBytes, Alignment> {
    /// The first element in the window of run `run` of the block.
    template <class T = Element>
    static __device__ __forceinline__ T* get(unsigned run = run_in_block()) {
        unsigned char* first = shared_base() + run_base_bytes + stride_bytes * run + OffsetBytes;
        return typed<T, Element, Alignment>(reinterpret_cast<Element*>(first));
    }
    /// By all threads of the run together.
    static __device__ __forceinline__ void zero(unsigned run = run_in_block()) {
        Element* first = get(run);
        for (unsigned i = lane_in_run(); i < Count; i += threads_per_run) first[i] = Element{};
    }
};

template <class Element, unsigned Count, unsigned OffsetBytes, unsigned Alignment>
struct block_slice : slice<Element, Count, OffsetBytes, Alignment> {
    template <class T = Element>
    static __device__ __forceinline__ T* get() {
        return typed<T, Element, Alignment>(reinterpret_cast<Element*>(shared_base() + OffsetBytes));
    }
    /// By all threads of the block together.
    static __device__ __forceinline__ void zero() {
        Element* first = get();
        for (unsigned i = thread_in_block(); i < Count; i += threads_in_block()) first[i] = Element{};
    }
};

/// `Array`: the member of `persistent`; `First`: the element in it that the buffer begins at.
template <class Element, unsigned Count, unsigned OffsetBytes, unsigned Alignment, auto Array, unsigned First>
struct persistent_slice : slice<Element, Count, OffsetBytes, Alignment> {
    template <class T = Element>
    static __device__ __forceinline__ T* get(persistent& kept) {
        return typed<T, Element, Alignment>(kept.*Array + First);
    }
    static __device__ __forceinline__ void zero(persistent& kept) {
        for (unsigned i = 0; i < Count; ++i) (kept.*Array)[First + i] = Element{};
    }
};

template <class Element, unsigned Count, unsigned Alignment>
struct local_array {
    alignas(Alignment) Element elements[Count];
    __device__ __forceinline__ Element& operator[](unsigned place) { return elements[place]; }
    __device__ __forceinline__ const Element& operator[](unsigned place) const { return elements[place]; }
};

/// `Whole`: elements of the array, `WholeAlignment`: its alignment, `First`: where in it the buffer (or part) begins.
template <class Element, unsigned Count, unsigned First, unsigned Alignment, unsigned Whole, unsigned WholeAlignment>
struct local_slice : slice<Element, Count, First * static_cast<unsigned>(sizeof(Element)), Alignment> {
    /// This thread's own storage. Declare one; a second is other memory.
    using array = local_array<Element, Whole, WholeAlignment>;
    template <class T = Element>
    static __device__ __forceinline__ T* get(array& local) {
        return typed<T, Element, Alignment>(local.elements + First);
    }
    static __device__ __forceinline__ void zero(array& local) {
        for (unsigned i = 0; i < Count; ++i) local.elements[First + i] = Element{};
    }
};

/// A buffer of no elements: whatever it is given, there is nothing to point to.
template <class Element, unsigned OffsetBytes, unsigned Alignment>
struct empty_slice : slice<Element, 0, OffsetBytes, Alignment> {
    struct array {};
    template <class T = Element, class... Memory>
    static __device__ __forceinline__ T* get(Memory&&...) { return nullptr; }
    template <class... Memory>
    static __device__ __forceinline__ void zero(Memory&&...) {}
};

template <class Buffer>
inline constexpr bool aligned = Buffer::offset_bytes % Buffer::alignment_bytes == 0 &&
                                Buffer::alignment_bytes % alignof(typename Buffer::value_type) == 0;

/// In a window: aligned in the first, and in each that follows.
template <class Buffer>
inline constexpr bool aligned_in_runs = aligned<Buffer> && base_alignment_bytes % Buffer::alignment_bytes == 0 &&
                                        run_base_bytes % Buffer::alignment_bytes == 0 &&
                                        stride_bytes % Buffer::alignment_bytes == 0;

template <class Buffer>
inline constexpr bool aligned_in_block = aligned<Buffer> && base_alignment_bytes % Buffer::alignment_bytes == 0;

}  // namespace memory
"""


def memory_functions(plan: AllocatorPlan) -> Iterator[str]:
    """This thread's place, the base, and the types that plain C++ has no name for."""
    yield from _THREADS.rstrip().splitlines()
    yield from _ITEMS.rstrip().splitlines()
    used = {slot.dtype.name for slot in plan.slots}
    for name, (macro, example, size) in NARROW.items():
        if name in used:
            yield from (
                "",
                f"/// {name}: define {macro}, such as {example}, before the include to compute with it.",
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
        "/// This thread's storage that keeps its contents for the whole kernel, an array per dtype: declare one.",
        "struct persistent {",
    )
    for number, array in enumerate(plan.kept):
        count = array.count * array.element.itemsize_bytes // array.dtype.itemsize_bytes
        yield f"    alignas({array.alignment_bytes:d}) {type_name(array.dtype)} array_{number}[{count:d}];"
    yield "};"
    yield from _SLICES.rstrip().splitlines()
