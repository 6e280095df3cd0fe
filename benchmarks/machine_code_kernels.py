"""The kernels of `benchmarks.machine_code`: each with the emitted calls, and by hand.

By hand means what a careful author writes: constant offsets into the block's dynamic shared memory, local arrays, loops
over all threads of the block. In numba-cuda the author indexes the typed memory itself, since a slice costs bounds
checks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from warpack.solver.wire.layout import Layout

MANIFEST: dict[str, Any] = {
    "schema": "warpack/manifest/1",
    "target": {"compute_capability": "8.6"},
    "launch": {"threads_per_block": 128},
    "timeline": {"length": 3},
    "buffers": [
        {"name": "tile", "size": 1000, "dtype": "float32", "scope": "block", "zero": "interval", "lifetime": [[0, 3]]},
        {"name": "row", "size": 20, "dtype": "float32", "zero": "interval", "lifetime": [[0, 3]]},
        {"name": "x", "size": 7, "dtype": "float64", "lifetime": [[0, 3]]},
        {"name": "ring", "size": 6, "dtype": "float32", "stages": 3, "lifetime": [[0, 3]]},
        {"name": "own", "size": 9, "dtype": "float32", "location": "local", "zero": "interval", "lifetime": [[0, 3]]},
        {"name": "held", "size": 5, "dtype": "float32", "location": "local", "persistent": True, "zero": "entry"},
    ],
}


@dataclass(frozen=True)
class Kernel:
    """`emitted` and `hand`: bodies. In `hand`, `<tile>` is the offset of a buffer in its region in elements of its
    own, `<run:x>` that of the windows' start and stride times the run (`run`), in elements of so many bytes as those
    of `x`."""

    name: str
    arguments: str
    emitted: str
    hand: str
    signature: str = ""

    def by_hand(self, layout: Layout) -> str:
        launch = layout.launch
        if launch is None:
            raise ValueError("the kernels' layout is infeasible")
        text, start = self.hand, launch.block_region_bytes + launch.region_gap_bytes
        for placed in layout.buffers:
            size = 8 if placed.name == "x" else 4
            text = text.replace(f"<{placed.name}>", str((placed.offset_bytes or 0) // size))
            text = text.replace(f"<run:{placed.name}>", f"{start // size} + {launch.stride_bytes // size} * run")
        return text


_ONE = "void(float32[::1], int64)"
_FLOATS = "f = cuda.shared.array(0, types.float32, alignment=ALIGN)"
_RUN = "run = thread_in_block()"

PYTHON = (
    Kernel(
        "a block's buffer", "out, k",
        """
    t = thread_in_block()
    view = tile(thread_memory(run_in_block()))
    view[t] = out[t]
    cuda.syncthreads()
    out[t] = view[k + 1] + view[t + 1]
""", f"""
    t = thread_in_block()
    {_FLOATS}
    f[<tile> + t] = out[t]
    cuda.syncthreads()
    out[t] = f[<tile> + k + 1] + f[<tile> + t + 1]
""", _ONE),
    Kernel(
        "a run's buffers of two types", "out, k",
        """
    memory = thread_memory(run_in_block())
    view, other = row(memory), x(memory)
    for i in range(20):
        view[i] = out[i]
    for i in range(7):
        other[i] = view[k + i]
    out[thread_in_block()] = other[k]
""", f"""
    {_RUN}
    {_FLOATS}
    d = cuda.shared.array(0, types.float64, alignment=ALIGN)
    at, other = <run:row> + <row>, <run:x> + <x>
    for i in range(20):
        f[at + i] = out[i]
    for i in range(7):
        d[other + i] = f[at + k + i]
    out[run] = d[other + k]
""", _ONE),
    Kernel(
        "slots of a ring", "out, k",
        """
    memory = thread_memory(run_in_block())
    for slot in range(3):
        view = ring(memory, slot)
        for i in range(6):
            view[i] = out[i + slot]
    out[thread_in_block()] = ring(memory, k)[k]
""", f"""
    {_RUN}
    {_FLOATS}
    at = <run:ring> + <ring>
    for slot in range(3):
        for i in range(6):
            f[at + 6 * slot + i] = out[i + slot]
    out[run] = f[at + 6 * k + k]
""", _ONE),
    Kernel(
        "a local array", "out, k",
        """
    memory = thread_memory(run_in_block())
    view = own(memory)
    for i in range(9):
        view[i] = out[i]
    out[thread_in_block()] = view[k] + view[3]
""", f"""
    {_RUN}
    view = cuda.local.array(9, types.float32)
    for i in range(9):
        view[i] = out[i]
    out[run] = view[k] + view[3]
""", _ONE),
    Kernel(
        "zero, a block's", "out, k",
        """
    t = thread_in_block()
    memory = thread_memory(run_in_block())
    zero_tile(memory)
    cuda.syncthreads()
    out[t] = tile(memory)[t]
""", f"""
    t = thread_in_block()
    {_FLOATS}
    i = t
    while i < 1000:
        f[<tile> + i] = types.float32(0)
        i += 128
    cuda.syncthreads()
    out[t] = f[<tile> + t]
""", _ONE),
    Kernel(
        "zero, a run's", "out, k",
        """
    memory = thread_memory(run_in_block())
    zero_row(memory)
    out[thread_in_block()] = row(memory)[k]
""", f"""
    {_RUN}
    {_FLOATS}
    at = <run:row> + <row>
    for i in range(20):
        f[at + i] = types.float32(0)
    out[run] = f[at + k]
""", _ONE),
    Kernel(
        "zero, a local array and a persistent one", "out, k",
        """
    memory = thread_memory(run_in_block())
    init(memory)
    zero_own(memory)
    own(memory)[k] = 3
    out[thread_in_block()] = own(memory)[k + 1] + held(memory)[k]
""", f"""
    {_RUN}
    one, other = cuda.local.array(9, types.float32), cuda.local.array(5, types.float32)
    for i in range(5):
        other[i] = types.float32(0)
    for i in range(9):
        one[i] = types.float32(0)
    one[k] = 3
    out[run] = one[k + 1] + other[k]
""", _ONE),
)  # fmt: skip

_MEMORY = "WARPACK_MEMORY(layout, memory);"
_SHARED = "extern __shared__ __align__(16) unsigned char bytes[]; float* f = reinterpret_cast<float*>(bytes);"
_FLAT = "const int run = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);"
_OUT = "float* out, int k"

CPP = (
    Kernel(
        "a block's buffer", _OUT,
        f"""
    {_MEMORY} const int t = layout::thread_in_block();
    float* view = layout::tile::get(memory);
    view[t] = out[t];
    __syncthreads();
    out[t] = view[k + 1] + view[t + 1];
""", f"""
    {_FLAT} {_SHARED}
    float* view = f + <tile>;
    view[run] = out[run];
    __syncthreads();
    out[run] = view[k + 1] + view[run + 1];
"""),
    Kernel(
        "a run's buffers of two types", _OUT,
        f"""
    {_MEMORY}
    float* view = layout::row::get(memory);
    double* other = layout::x::get(memory);
    for (int i = 0; i < 20; ++i) view[i] = out[i];
    for (int i = 0; i < 7; ++i) other[i] = view[k + i];
    out[memory.run] = other[k];
""", f"""
    {_FLAT} {_SHARED}
    float* view = f + <run:row> + <row>;
    double* other = reinterpret_cast<double*>(bytes) + <run:x> + <x>;
    for (int i = 0; i < 20; ++i) view[i] = out[i];
    for (int i = 0; i < 7; ++i) other[i] = view[k + i];
    out[run] = other[k];
"""),
    Kernel(
        "slots of a ring", _OUT,
        f"""
    {_MEMORY}
    for (int slot = 0; slot < 3; ++slot)
        for (int i = 0; i < 6; ++i) layout::ring::get(memory, slot)[i] = out[i + slot];
    out[memory.run] = layout::ring::get(memory, k)[k];
""", f"""
    {_FLAT} {_SHARED}
    float* ring = f + <run:ring> + <ring>;
    for (int slot = 0; slot < 3; ++slot)
        for (int i = 0; i < 6; ++i) ring[6 * slot + i] = out[i + slot];
    out[run] = ring[6 * k + k];
"""),
    Kernel(
        "a local array", _OUT,
        f"""
    {_MEMORY}
    float* view = layout::own::get(memory);
    for (int i = 0; i < 9; ++i) view[i] = out[i];
    out[memory.run] = view[k] + view[3];
""", f"""
    {_FLAT}
    float view[9];
    for (int i = 0; i < 9; ++i) view[i] = out[i];
    out[run] = view[k] + view[3];
"""),
    Kernel(
        "zero, a block's", _OUT,
        f"""
    {_MEMORY}
    layout::tile::zero(memory);
    __syncthreads();
    out[memory.run] = layout::tile::get(memory)[memory.run];
""", f"""
    {_FLAT} {_SHARED}
    float* tile = f + <tile>;
    for (int i = run; i < 1000; i += 128) tile[i] = 0;
    __syncthreads();
    out[run] = tile[run];
"""),
    Kernel(
        "zero, a run's", _OUT,
        f"""
    {_MEMORY}
    layout::row::zero(memory);
    out[memory.run] = layout::row::get(memory)[k];
""", f"""
    {_FLAT} {_SHARED}
    float* row = f + <run:row> + <row>;
    for (int i = 0; i < 20; ++i) row[i] = 0;
    out[run] = row[k];
"""),
    Kernel(
        "zero, a local array and a persistent one", _OUT,
        f"""
    {_MEMORY}
    layout::init(memory);
    layout::own::zero(memory);
    layout::own::get(memory)[k] = 3;
    out[memory.run] = layout::own::get(memory)[k + 1] + layout::held::get(memory)[k];
""", f"""
    {_FLAT}
    float one[9], other[5];
    for (int i = 0; i < 5; ++i) other[i] = 0;
    for (int i = 0; i < 9; ++i) one[i] = 0;
    one[k] = 3;
    out[run] = one[k + 1] + other[k];
"""),
)  # fmt: skip
