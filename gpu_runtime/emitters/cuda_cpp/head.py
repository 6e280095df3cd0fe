"""The head of the header: what it is, the map of its memory, its constants."""

from __future__ import annotations

from collections.abc import Iterator

from warpack.gpu_runtime.emitters.memory_map import memory_map
from warpack.gpu_runtime.emitters.plan import AllocatorPlan, Slot

_SAID = """\
// Allocators of one layout, made by Warpack. Do not edit: make the layout again.
//
// C++17 device code for nvcc and NVRTC that includes nothing. In a kernel, with the namespace `layout` unless
// WARPACK_NAMESPACE names another before the include:
//
//     WARPACK_MEMORY(layout, memory);                            // once per thread: declares `memory`
//     layout::init(memory);                                      // what must read zero at the start
//     float* state = layout::COMPONENT::BUFFER::get(memory);     // wherever the buffer lies
//     float* slot  = layout::COMPONENT::RING::get(memory, slot); // of a ring
//
// A component is a namespace, a buffer a struct with value_type, count, offset_bytes, size_bytes, alignment_bytes, get
// and zero, a part a struct in its buffer's. get<T>(memory) is a pointer to another type: one element, or several (`float4`) that the
// buffer has a whole number of, aligned no more than it is. zero zeroes, by all
// threads that share the memory together: a barrier must follow before another of them touches it. A ring has `slots` of
// `count` elements, slot_pitch_bytes apart, and zero takes all of them; of types that are packed into bytes (four-bit ones),
// count and value_type are of bytes. Launch with exactly threads_per_block threads and dynamic_shared_bytes of dynamic
// shared memory, which this header takes whole (on the host, check_launch says whether a launch does); opt_in says that the
// kernel's attribute must be raised first.
//
// Buffers that share bytes (each says with which) are the same memory at different times: pointers to them may not be
// __restrict__, or the compiler may move an access of the one across an access of the other.
"""


def head(plan: AllocatorPlan) -> Iterator[str]:
    yield from _SAID.splitlines()
    yield "//"
    yield from memory_map(plan, "//", what)
    yield from (
        "",
        "#pragma once",
        "",
        "#ifndef WARPACK_NAMESPACE",
        "#define WARPACK_NAMESPACE layout",
        "#endif",
        "",
    )


def what(slot: Slot) -> str:
    """`loop/state  10 x float32`, in the manifest's own elements."""
    return f"{slot.name}  {elements(slot)}"


def elements(slot: Slot) -> str:
    return f"{count(slot) * slot.dtype.per_item} x {slot.dtype}"


def count(slot: Slot) -> int:
    """The number of items of the manifest's dtype (in one slot of a ring); the plan counts an opaque item as bytes."""
    return slot.count * slot.element.itemsize_bytes // slot.dtype.itemsize_bytes


def figures(plan: AllocatorPlan) -> Iterator[str]:
    launch = plan.launch
    for name, text in {
        "layout_sha256": plan.layout_sha256,
        "manifest_sha256": plan.manifest_sha256,
        "compute_capability": plan.compute_capability,
    }.items():
        yield f'inline constexpr char {name}[] = "{text}";'
    for name, number in {
        "threads_per_block": launch.threads_per_block,
        "runs_per_block": launch.runs_per_block,
        "threads_per_run": plan.threads_per_run,
        "dynamic_shared_bytes": launch.dynamic_shared_bytes,
        "run_bytes": launch.run_bytes,
        "padding_bytes": launch.padding_bytes,
        "stride_bytes": launch.stride_bytes,
        "block_region_bytes": launch.block_region_bytes,
        "region_gap_bytes": launch.region_gap_bytes,
        "run_base_bytes": plan.run_base_bytes,
        "base_alignment_bytes": launch.base_alignment_bytes,
        "local_bytes": plan.local_bytes,
        "persistent_local_bytes": plan.persistent_local_bytes,
    }.items():
        kind, mark = ("unsigned", "u") if name.endswith("_bytes") else ("int", "")  # counts are loop bounds
        yield f"inline constexpr {kind} {name} = {number:d}{mark};"
    yield f"inline constexpr bool opt_in = {'true' if launch.opt_in else 'false'};"
    yield 'static_assert(run_base_bytes + stride_bytes * runs_per_block <= dynamic_shared_bytes, "run windows past the end");'
    yield 'static_assert(run_bytes + padding_bytes == stride_bytes, "the stride is not the run and its padding");'


def check_launch(plan: AllocatorPlan) -> Iterator[str]:
    """What host code can check before a launch; it adds nothing to device code."""
    threads, shared = plan.launch.threads_per_block, plan.launch.dynamic_shared_bytes
    yield from f"""
#ifndef __CUDACC_RTC__
/// On the host: what is wrong with a launch of so many threads a block and bytes of dynamic shared memory; nullptr if nothing is.
inline const char* check_launch(unsigned long long threads, unsigned long long dynamic_bytes) {{
    if (threads != threads_per_block) return "a block of another size: this layout is for {threads} threads";
    if (dynamic_bytes < dynamic_shared_bytes) return "too little dynamic shared memory: this layout takes {shared} bytes";
    return nullptr;
}}
/// The same with a `dim3`.
template <class Dim3>
inline auto check_launch(const Dim3& block, unsigned long long dynamic_bytes) -> decltype(block.z, (const char*)nullptr) {{
    return check_launch(1ull * block.x * block.y * block.z, dynamic_bytes);
}}
#endif""".splitlines()
