"""The templates that the structs of buffers use: one for each region, and one more for rings in it."""

from __future__ import annotations

from collections.abc import Iterator

_SLICES = """\
template <class Element, int Count, unsigned OffsetBytes, unsigned Alignment>
struct slice {
    using value_type = Element;
    static constexpr int count = Count;
    static constexpr unsigned size_bytes = Count * static_cast<unsigned>(sizeof(Element));
    static constexpr unsigned offset_bytes = OffsetBytes;
    static constexpr unsigned alignment_bytes = Alignment;
};

template <class Element>
__device__ __forceinline__ Element* in_bytes(Element* first, unsigned bytes) {
    return reinterpret_cast<Element*>(reinterpret_cast<unsigned char*>(first) + bytes);
}

template <class T, class Element, int Count, unsigned Alignment>
__device__ __forceinline__ T* typed(Element* first) {
    static_assert(sizeof(T) % sizeof(Element) == 0 && Count * sizeof(Element) % sizeof(T) == 0,
                  "get<T>: a T is not so many whole elements of this buffer that it is so many whole T");
    static_assert(Alignment % alignof(T) == 0, "get<T>: a T needs more alignment than this buffer has");
    return reinterpret_cast<T*>(first);
}

template <class Element, int Count, unsigned OffsetBytes, unsigned Alignment>
struct run_slice : slice<Element, Count, OffsetBytes, Alignment> {
    /// The first element in the window of the run.
    template <class T = Element>
    static __device__ __forceinline__ T* get(const thread_memory& memory) {
        unsigned char* first = shared_base() + run_base_bytes + stride_bytes * memory.run + OffsetBytes;
        return typed<T, Element, Count, Alignment>(reinterpret_cast<Element*>(first));
    }
    /// By all threads of the run together.
    static __device__ __forceinline__ void zero(const thread_memory& memory) {
        Element* first = get(memory);
        for (int i = lane_in_run(); i < Count; i += threads_per_run) first[i] = Element{};
    }
};

template <class Element, int Count, unsigned OffsetBytes, unsigned Alignment>
struct block_slice : slice<Element, Count, OffsetBytes, Alignment> {
    template <class T = Element>
    static __device__ __forceinline__ T* get(const thread_memory&) {
        return typed<T, Element, Count, Alignment>(reinterpret_cast<Element*>(shared_base() + OffsetBytes));
    }
    /// By all threads of the block together.
    static __device__ __forceinline__ void zero(const thread_memory& memory) {
        Element* first = get(memory);
        for (int i = thread_in_block(); i < Count; i += threads_per_block) first[i] = Element{};
    }
};

/// `Array`: the member of `persistent`; `FirstByte`: where in it the buffer begins.
template <class Element, int Count, unsigned OffsetBytes, unsigned Alignment, auto Array, unsigned FirstByte>
struct persistent_slice : slice<Element, Count, OffsetBytes, Alignment> {
    template <class T = Element>
    static __device__ __forceinline__ T* get(const thread_memory& memory) {
        return typed<T, Element, Count, Alignment>(in_bytes(memory.kept.*Array, FirstByte));
    }
    static __device__ __forceinline__ void zero(const thread_memory& memory) {
        Element* first = get(memory);
        for (int i = 0; i < Count; ++i) first[i] = Element{};
    }
};

/// `Array`: the member of `thread_memory` for its array, `First`: where in it the buffer (or part) begins.
template <class Element, int Count, unsigned First, unsigned Alignment, auto Array>
struct local_slice : slice<Element, Count, First * static_cast<unsigned>(sizeof(Element)), Alignment> {
    template <class T = Element>
    static __device__ __forceinline__ T* get(const thread_memory& memory) {
        return typed<T, Element, Count, Alignment>(memory.*Array + First);
    }
    static __device__ __forceinline__ void zero(const thread_memory& memory) {
        Element* first = get(memory);
        for (int i = 0; i < Count; ++i) first[i] = Element{};
    }
};

/// A buffer of no elements: whatever it is given, there is nothing to point to.
template <class Element, unsigned OffsetBytes, unsigned Alignment>
struct empty_slice : slice<Element, 0, OffsetBytes, Alignment> {
    template <class T = Element, class... Slot>
    static __device__ __forceinline__ T* get(const thread_memory&, Slot...) { return nullptr; }
    static __device__ __forceinline__ void zero(const thread_memory&) {}
};

/// For assertions that are to fail only where a template is used.
template <class>
inline constexpr bool never = false;
"""

_RINGS = """\
template <class Element, int Count, unsigned OffsetBytes, unsigned Alignment, int Slots, unsigned PitchBytes>
struct ring : slice<Element, Count, OffsetBytes, Alignment> {
    static constexpr int slots = Slots;
    static constexpr unsigned slot_pitch_bytes = PitchBytes;
    static constexpr unsigned size_bytes = (Slots - 1) * PitchBytes + Count * static_cast<unsigned>(sizeof(Element));
};

template <class Element, int Count, unsigned OffsetBytes, unsigned Alignment, int Slots, unsigned PitchBytes>
struct run_ring : ring<Element, Count, OffsetBytes, Alignment, Slots, PitchBytes> {
    using one = run_slice<Element, Count, OffsetBytes, Alignment>;
    /// The first element of a slot in the window of the run.
    template <class T = Element>
    static __device__ __forceinline__ T* get(const thread_memory& memory, int slot) {
        return in_bytes(one::template get<T>(memory), PitchBytes * slot);
    }
    /// Every slot, by all threads of the run together.
    static __device__ __forceinline__ void zero(const thread_memory& memory) {
        for (int slot = 0; slot < Slots; ++slot)
            for (int i = lane_in_run(); i < Count; i += threads_per_run) get(memory, slot)[i] = Element{};
    }
};

template <class Element, int Count, unsigned OffsetBytes, unsigned Alignment, int Slots, unsigned PitchBytes>
struct block_ring : ring<Element, Count, OffsetBytes, Alignment, Slots, PitchBytes> {
    using one = block_slice<Element, Count, OffsetBytes, Alignment>;
    template <class T = Element>
    static __device__ __forceinline__ T* get(const thread_memory& memory, int slot) {
        return in_bytes(one::template get<T>(memory), PitchBytes * slot);
    }
    /// Every slot, by all threads of the block together.
    static __device__ __forceinline__ void zero(const thread_memory& memory) {
        for (int slot = 0; slot < Slots; ++slot)
            for (int i = thread_in_block(); i < Count; i += threads_per_block) get(memory, slot)[i] = Element{};
    }
};

template <class Element, int Count, unsigned OffsetBytes, unsigned Alignment, int Slots, unsigned PitchBytes,
          auto Array, unsigned FirstByte>
struct persistent_ring : ring<Element, Count, OffsetBytes, Alignment, Slots, PitchBytes> {
    using one = persistent_slice<Element, Count, OffsetBytes, Alignment, Array, FirstByte>;
    template <class T = Element>
    static __device__ __forceinline__ T* get(const thread_memory& memory, int slot) {
        return in_bytes(one::template get<T>(memory), PitchBytes * slot);
    }
    static __device__ __forceinline__ void zero(const thread_memory& memory) {
        for (int slot = 0; slot < Slots; ++slot)
            for (int i = 0; i < Count; ++i) get(memory, slot)[i] = Element{};
    }
};

template <class Element, int Count, unsigned Alignment, int Slots, unsigned PitchBytes, auto Array>
struct local_ring : ring<Element, Count, 0, Alignment, Slots, PitchBytes> {
    using one = local_slice<Element, Count, 0, Alignment, Array>;
    template <class T = Element>
    static __device__ __forceinline__ T* get(const thread_memory& memory, int slot) {
        return in_bytes(one::template get<T>(memory), PitchBytes * slot);
    }
    static __device__ __forceinline__ void zero(const thread_memory& memory) {
        for (int slot = 0; slot < Slots; ++slot)
            for (int i = 0; i < Count; ++i) get(memory, slot)[i] = Element{};
    }
};
"""

_ALIGNED = """\
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
"""


def slices(*, rings: bool) -> Iterator[str]:
    """The namespace `memory`; the templates of rings are left out where there is none."""
    yield from ("", "namespace memory {", "")
    yield from _SLICES.splitlines()
    if rings:
        yield from ("", *_RINGS.splitlines())
    yield from ("", *_ALIGNED.splitlines(), "", "}  // namespace memory")
