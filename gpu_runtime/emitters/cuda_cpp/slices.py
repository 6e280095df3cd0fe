"""The templates that the structs of buffers are made of: one for each region, and one more for rings in it."""

from __future__ import annotations

from collections.abc import Iterator

_SLICES = """\
template <class Element, unsigned Count, unsigned OffsetBytes, unsigned Alignment>
struct slice {
    using value_type = Element;
    static constexpr unsigned count = Count;
    static constexpr unsigned size_bytes = Count * static_cast<unsigned>(sizeof(Element));
    static constexpr unsigned offset_bytes = OffsetBytes;
    static constexpr unsigned alignment_bytes = Alignment;
};

template <class Element>
__device__ __forceinline__ Element* in_bytes(Element* first, unsigned bytes) {
    return reinterpret_cast<Element*>(reinterpret_cast<unsigned char*>(first) + bytes);
}

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

/// `Array`: the member of `persistent`; `FirstByte`: where in it the buffer begins.
template <class Element, unsigned Count, unsigned OffsetBytes, unsigned Alignment, auto Array, unsigned FirstByte>
struct persistent_slice : slice<Element, Count, OffsetBytes, Alignment> {
    template <class T = Element>
    static __device__ __forceinline__ T* get(persistent& kept) {
        return typed<T, Element, Alignment>(in_bytes(kept.*Array, FirstByte));
    }
    static __device__ __forceinline__ void zero(persistent& kept) {
        Element* first = get(kept);
        for (unsigned i = 0; i < Count; ++i) first[i] = Element{};
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
"""

_RINGS = """\
template <class Element, unsigned Count, unsigned OffsetBytes, unsigned Alignment, unsigned Slots, unsigned PitchBytes>
struct ring : slice<Element, Count, OffsetBytes, Alignment> {
    static constexpr unsigned slots = Slots;
    static constexpr unsigned slot_pitch_bytes = PitchBytes;
    static constexpr unsigned size_bytes = (Slots - 1) * PitchBytes + Count * static_cast<unsigned>(sizeof(Element));
};

template <class Element, unsigned Count, unsigned OffsetBytes, unsigned Alignment, unsigned Slots, unsigned PitchBytes>
struct run_ring : ring<Element, Count, OffsetBytes, Alignment, Slots, PitchBytes> {
    using one = run_slice<Element, Count, OffsetBytes, Alignment>;
    /// The first element of a slot in the window of run `run` of the block.
    template <class T = Element>
    static __device__ __forceinline__ T* get(unsigned run, unsigned slot) {
        return in_bytes(one::template get<T>(run), PitchBytes * slot);
    }
    template <class T = Element>
    static __device__ __forceinline__ T* get(unsigned slot) { return get<T>(run_in_block(), slot); }
    /// Every slot, by all threads of the run together.
    static __device__ __forceinline__ void zero(unsigned run = run_in_block()) {
        for (unsigned slot = 0; slot < Slots; ++slot)
            for (unsigned i = lane_in_run(); i < Count; i += threads_per_run) get(run, slot)[i] = Element{};
    }
};

template <class Element, unsigned Count, unsigned OffsetBytes, unsigned Alignment, unsigned Slots, unsigned PitchBytes>
struct block_ring : ring<Element, Count, OffsetBytes, Alignment, Slots, PitchBytes> {
    using one = block_slice<Element, Count, OffsetBytes, Alignment>;
    template <class T = Element>
    static __device__ __forceinline__ T* get(unsigned slot) {
        return in_bytes(one::template get<T>(), PitchBytes * slot);
    }
    /// Every slot, by all threads of the block together.
    static __device__ __forceinline__ void zero() {
        for (unsigned slot = 0; slot < Slots; ++slot)
            for (unsigned i = thread_in_block(); i < Count; i += threads_in_block()) get(slot)[i] = Element{};
    }
};

template <class Element, unsigned Count, unsigned OffsetBytes, unsigned Alignment, unsigned Slots, unsigned PitchBytes,
          auto Array, unsigned FirstByte>
struct persistent_ring : ring<Element, Count, OffsetBytes, Alignment, Slots, PitchBytes> {
    using one = persistent_slice<Element, Count, OffsetBytes, Alignment, Array, FirstByte>;
    template <class T = Element>
    static __device__ __forceinline__ T* get(persistent& kept, unsigned slot) {
        return in_bytes(one::template get<T>(kept), PitchBytes * slot);
    }
    static __device__ __forceinline__ void zero(persistent& kept) {
        for (unsigned slot = 0; slot < Slots; ++slot)
            for (unsigned i = 0; i < Count; ++i) get(kept, slot)[i] = Element{};
    }
};

/// `Whole`: elements of the array, which is all of this ring.
template <class Element, unsigned Count, unsigned Alignment, unsigned Slots, unsigned PitchBytes, unsigned Whole>
struct local_ring : ring<Element, Count, 0, Alignment, Slots, PitchBytes> {
    /// This thread's own storage. Declare one; a second is other memory.
    using array = local_array<Element, Whole, Alignment>;
    template <class T = Element>
    static __device__ __forceinline__ T* get(array& local, unsigned slot) {
        return typed<T, Element, Alignment>(in_bytes(local.elements, PitchBytes * slot));
    }
    static __device__ __forceinline__ void zero(array& local) {
        for (unsigned slot = 0; slot < Slots; ++slot)
            for (unsigned i = 0; i < Count; ++i) get(local, slot)[i] = Element{};
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
