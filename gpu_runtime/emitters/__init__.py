"""Emitters: a layout in, the source text of its allocators out.

    text = emit(layout, manifest)                      # target="numba-cuda": a Python module, `allocators.py`
    header = emit(layout, manifest, "cuda-c++")        # a C++17 header, `allocators.cuh`: its own comments say how to use it

Every text depends on the layout and the manifest alone (same layout, same bytes) and holds nothing of the manifest but checked identifiers and numbers. The Python module imports `numba.cuda` and
`numba.types` and nothing else; it runs in numba's CUDA simulator, compiles without a GPU and runs on one.

## What the emitted Python module offers

Two functions open the memory of a thread; both are always there, whatever the layout holds:

    shared = window(run)      # run: index of the run in its block, 0 <= run < RUNS_PER_BLOCK
    kept = persistent()       # call once per thread: every call makes new arrays

`shared` is a tuple with one typed view of the run's window per element type, `kept` a tuple with one local array per
dtype; both are the empty tuple where the layout has no such buffers. A kernel passes them on and never looks inside.

One getter per buffer and per part. `NAME` stands for `getter_names(manifest)[full_name]`:

| region of the layout | whole buffer   | part (`component/name#part`) | zero                 | zero of a part            |
|----------------------|----------------|------------------------------|----------------------|---------------------------|
| `run`                | `NAME(shared)` | `NAME_part(shared)`          | `zero_NAME(shared)`  | `zero_NAME_part(shared)`  |
| `block`              | `NAME()`       | `NAME_part()`                | `zero_NAME()`        | `zero_NAME_part()`        |
| `persistent_local`   | `NAME(kept)`   | `NAME_part(kept)`            | `zero_NAME(kept)`    | `zero_NAME_part(kept)`    |
| `local`              | `NAME()`       | `NAME_part(array)`           | `zero_NAME(array)`   | `zero_NAME_part(array)`   |

- A getter returns a one-dimensional array view with exactly the buffer's (part's) number of elements, and never writes.
- A ring (`stages: N`) is handed out slot by slot: its getter takes the slot, a signed integer from 0 to N - 1, behind what stands
  above: `NAME(shared, slot)`, `NAME(slot)`, `NAME(kept, slot)`. The slot is the caller's duty: nothing checks it. `zero_NAME`, which
  takes none, zeroes every slot. Of one that is a plain local array `NAME()` makes the whole array, and `NAME_slot(array, slot)` slices it.
- A plain local getter makes a new array with every call: call it once per thread and keep the array. `array` above is
  that whole array.
- A splittable buffer whose parts were placed apart has part getters only. The first part is aligned as the buffer, the others as its elements.
- Buffers that share bytes (the comments say which) are one memory at different times: no code may be told that they are not.
- Element types: `bool`, integers, `float16/32/64` and `complex64/128` are numba's own; `bfloat16` is handed out as
  `uint16`, `float8_*` as `uint8`, the packed `float4_e2m1fn`, `int4` and `uint4` as `uint8` with two of the buffer's elements in each, and
  an opaque type as `uint8` with `size * itemsize_bytes` elements.
- A buffer of size 0 has its getter, which returns an empty view.
- `getters(layout, manifest)` says all this by full name, for programs that generate calls.

Zeros:

    init(shared, kept)        # always there, once per thread, before anything else is written

zeroes every `zero: "entry"` range of the run, block and persistent local regions; the threads that share a buffer
stride over it together, so every thread of the block calls it. Its docstring names the barrier that must follow.
`zero_NAME` exists for each `zero: "interval"` or `"entry"` buffer, and (in place of it) for each part where the buffer
has parts with lifetimes of their own; the kernel calls it at the start of each interval, with all threads that share the buffer.
Plain local arrays are no storage that `init` could reach: for `"entry"` the kernel calls `zero_NAME(array)` itself, after the getter.

Threads: `thread_in_block()`, `run_in_block()` and `lane_in_run()` (no arguments) follow the launch contract: thread t, counted flat
over x, y, z, serves run t // THREADS_PER_RUN as lane t % THREADS_PER_RUN.

Constants: LAYOUT_SHA256, MANIFEST_SHA256, COMPUTE_CAPABILITY (text); THREADS_PER_BLOCK, RUNS_PER_BLOCK, THREADS_PER_RUN,
DYNAMIC_SHARED_BYTES, RUN_BYTES, PADDING_BYTES, STRIDE_BYTES, BLOCK_REGION_BYTES, REGION_GAP_BYTES,
BASE_ALIGNMENT_BYTES, LOCAL_BYTES, PERSISTENT_LOCAL_BYTES (integers); OPT_IN (whether the kernel must ask for more
than 48 KB of dynamic shared memory before its launch); ALIGN, the alignment of the base (None in the simulator, which knows none).

Every `EmitError` names the buffer and the number that is wrong.
"""

from __future__ import annotations

from gpu_runtime.emitters.calls import Getter, getters
from gpu_runtime.emitters.errors import EmitError
from gpu_runtime.emitters.names import getter_names
from gpu_runtime.emitters.targets import FILES, TARGETS, emit, emit_files

__all__ = ["FILES", "TARGETS", "EmitError", "Getter", "emit", "emit_files", "getter_names", "getters"]
