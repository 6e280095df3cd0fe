"""The compile check of `allocators.cuh`: kernels that only use every accessor.

One element of each buffer and part, at an index known only at run time, is written before a barrier and read after it,
and zeroed in between where the layout says so. So nothing can be optimised away, and every `static_assert` is compiled.
More `static_assert`s compare each struct and constant with the layout.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from warpack.gpu_runtime.compiler.header_claims import header_claims
from warpack.gpu_runtime.emitters.cuda_cpp.accessors import Accessor, accessors
from warpack.gpu_runtime.emitters.planning import plan_allocators
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

HEADER = "allocators.cuh"

_PER_KERNEL = 256
_WIDEST_ELEMENT_BYTES = 16

_PRELUDE = f"""#include "{HEADER}"

template <class T>
__device__ void put(T* first, unsigned count, unsigned place, const unsigned char* from) {{
    if constexpr (sizeof(T) <= {_WIDEST_ELEMENT_BYTES}) {{
        first[place % count] = *reinterpret_cast<const T*>(from + {_WIDEST_ELEMENT_BYTES} * place);
    }} else {{
        reinterpret_cast<unsigned char*>(first + place % count)[0] = from[place];
    }}
}}

template <class T>
__device__ unsigned take(const T* first, unsigned count, unsigned place) {{
    return reinterpret_cast<const unsigned char*>(first + place % count)[0];
}}
"""


def touch_source_cpp(layout: Layout, manifest: Manifest) -> str:
    """CUDA C++ with kernels `touch_0`, `touch_1`, … that use every accessor of the emitted header, which it includes,
    and refuse to compile with a header of another layout.

    Raises EmitError where `emit` does.
    """
    every = list(accessors(plan_allocators(layout, manifest)).every())
    groups = [every[start : start + _PER_KERNEL] for start in range(0, len(every), _PER_KERNEL)] or [[]]
    lines = [_PRELUDE, *header_claims(layout, manifest, every), ""]
    for number, group in enumerate(groups):
        lines += [
            f'extern "C" __global__ void __launch_bounds__(layout::threads_per_block) touch_{number}('
            "unsigned place, const unsigned char* from, unsigned* sums) {",
            *(f"    {line}" for line in _body(group)),
            "}",
            "",
        ]
    return "\n".join(lines)


def _body(group: Sequence[Accessor]) -> Iterator[str]:
    yield "WARPACK_MEMORY(layout, memory);"
    yield "layout::init(memory);"
    yield "__syncthreads();"
    reads = []
    for accessor in group:
        slot = accessor.slot
        if slot is None or not slot.count:
            continue
        path = f"layout::{accessor.path}"
        got = f"{path}::get(memory, place % {path}::slots)" if slot.is_ring else f"{path}::get(memory)"
        yield f"put({got}, {path}::count, place, from);"
        if slot.zero:
            yield f"{path}::zero(memory);"
        reads.append(f"total += take({got}, {path}::count, place);")
    yield "__syncthreads();"
    yield "unsigned total = 0;"
    yield from reads
    yield "sums[blockIdx.x * blockDim.x + threadIdx.x] = total;"
