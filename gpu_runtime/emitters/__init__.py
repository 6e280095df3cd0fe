"""Emitters: a layout in, the source text of its allocators out.

    text = emit(layout, manifest)                      # target="numba-cuda": a Python module, `allocators.py`
    header = emit(layout, manifest, "cuda-c++")        # a C++17 header, `allocators.cuh`: its comments say how

Every text depends on the layout and the manifest alone (same layout, same bytes) and holds nothing of the manifest but
checked identifiers and numbers. The Python module imports `numba.cuda`, `numba.types`, numba.cuda's `intrinsic` and,
where it zeroes, its `SRegBuilder`, and nothing else; it runs in numba's CUDA simulator, compiles without a GPU and runs
on one.

## What the emitted Python module offers

One function opens the memory of a thread; it is always there, whatever the layout holds:

    memory = thread_memory(run)      # run: index of the run in its block, 0 <= run < RUNS_PER_BLOCK; once per thread

`memory` is a tuple: one typed view of the run's window per element type, then one persistent local array per dtype,
then the plain local arrays. A kernel passes it on and never looks inside. A second call makes new local arrays.

There is one getter per buffer and per part. The call is the same wherever the layout puts the buffer. `NAME` stands for
`getter_names(manifest)[full_name]`:

| whole buffer   | part (`component/name#part`) | zero                | zero of a part           |
|----------------|------------------------------|---------------------|--------------------------|
| `NAME(memory)` | `NAME_part(memory)`          | `zero_NAME(memory)` | `zero_NAME_part(memory)` |

- A getter returns a one-dimensional array view with exactly the buffer's (part's) number of elements, and never writes.
- A ring (`stages: N`) is handed out slot by slot: `NAME(memory, slot)`, where the slot is a signed integer, at least 0
  and below N. Nothing checks the slot. `zero_NAME` takes no slot and zeroes all of them.
- A splittable buffer may have its parts apart, or in another order. Then the getter of the whole is refused when it is
  compiled, with a message that names the calls for the parts (in the simulator: TypeError). The first part is aligned
  as the buffer, the others as its elements.
- Buffers that share bytes (the comments say which) are the same memory at different times. No code may assume that they
  do not alias.
- Element types: `bool`, integers, `float16/32/64` and `complex64/128` are numba's own; `bfloat16` is handed out as
  `uint16`, `float8_*` as `uint8`, the packed `float4_e2m1fn`, `int4` and `uint4` as `uint8` with two of the buffer's
  elements in each, and an opaque type as `uint8` with `size * itemsize_bytes` elements.
- A buffer of size 0 has its getter, which returns an empty view.
- `getters(layout, manifest)` says all this by full name, for programs that generate calls.

Zeros:

    init(memory)              # always there, once per thread, before anything else is written

zeroes every `zero: "entry"` range wherever it lies (adjacent ranges in one loop). The threads that share a buffer
stride over it together, so every thread of the block calls it. Its docstring names the barrier that must follow.
`zero_NAME` exists for each `zero: "interval"` or `"entry"` buffer, and (in place of it) for each part where the buffer
has parts with lifetimes of their own; the kernel calls it at the start of each interval, with all threads that share
the buffer. For block-scoped buffers they step by THREADS_PER_BLOCK, so a launch must have exactly that many threads.

Threads: `thread_in_block()`, `run_in_block()` and `lane_in_run()` (no arguments) follow the launch contract: thread t,
counted flat over x, y, z, serves run t // THREADS_PER_RUN as lane t % THREADS_PER_RUN.

Constants: LAYOUT_SHA256, MANIFEST_SHA256, COMPUTE_CAPABILITY (text); THREADS_PER_BLOCK, RUNS_PER_BLOCK,
THREADS_PER_RUN, DYNAMIC_SHARED_BYTES, RUN_BYTES, PADDING_BYTES, STRIDE_BYTES, BLOCK_REGION_BYTES, REGION_GAP_BYTES,
BASE_ALIGNMENT_BYTES, LOCAL_BYTES, PERSISTENT_LOCAL_BYTES (integers); OPT_IN (whether the kernel must ask for more than
48 KB of dynamic shared memory before its launch); IN_SIMULATOR; ALIGN, the alignment of the base (None in the
simulator, which knows none).

Every `EmitError` names the buffer and the number that is wrong.
"""

from __future__ import annotations

from warpack.gpu_runtime.emitters.calls import Getter, getters
from warpack.gpu_runtime.emitters.errors import EmitError
from warpack.gpu_runtime.emitters.names import getter_names
from warpack.gpu_runtime.emitters.targets import FILES, TARGETS, emit, emit_files

__all__ = ["FILES", "TARGETS", "EmitError", "Getter", "emit", "emit_files", "getter_names", "getters"]
