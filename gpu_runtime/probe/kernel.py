"""The probe kernel's source: a loop over the rows of a plan, and one choice of getter per element type.

The timeline is data, never code: written out as code, a real kernel's 88 phases took the compiler minutes. Code grows with
the number of getters alone. All that is taken from a manifest are the emitter's identifiers, and numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

from gpu_runtime.probe.abi import (
    ALLOCATORS,
    ARGUMENTS,
    CONFIG,
    ENTRY,
    GUARD_FIRST,
    GUARD_STEP,
    POISON,
    REPORT_WIDTH,
)
from gpu_runtime.probe.calls import Calls
from gpu_runtime.probe.row_code import dispatch, elements, half, indent


def source(calls: Calls, threads_per_run: int) -> str:
    """The text of a module with the kernel `probe`."""
    arguments = ", ".join([*ARGUMENTS, *(f"pool_{number}" for number in range(len(calls.elements)))])
    lines = [
        '"""Generated: fills, checks and dumps what the emitted allocators hand out, as the rows of a plan say."""',
        "",
        "from numba import cuda, types",
        "",
        f"import {ALLOCATORS} as A",
        "",
        "ALIGN = A.ALIGN",
        "",
        "",
        f"def {ENTRY}({arguments}):",
        *indent(_opening(threads_per_run)),
        *indent(calls.local_arrays()),
        *indent(_walk(threads_per_run)),
        *indent(dispatch(calls), 5),
        *indent(_closing()),
    ]
    return "\n".join(lines) + "\n"


def _opening(threads_per_run: int) -> Iterator[str]:
    """Poison, zeros, and whether this thread works on. `workers` share out the block's buffers, lanes a run's."""
    for number, name in enumerate(CONFIG):
        yield f"c_{name} = config[{number}]"
    yield from f"""
t = cuda.threadIdx.x
block = cuda.blockIdx.x
threads = cuda.blockDim.x
run = t // {threads_per_run}
lane = t % {threads_per_run}
mine = (block * threads + t) * {REPORT_WIDTH}
raw = cuda.shared.array(0, types.uint8, alignment=ALIGN)
all_bytes = raw.size
at = t
while at < all_bytes:
    raw[at] = {POISON}
    if at >= c_dynamic:
        raw[at] = ({GUARD_STEP} * at + {GUARD_FIRST}) % 256
    at += threads
cuda.syncthreads()
shared = A.window(run)
kept = A.persistent()
A.init(shared, kept)
if A.thread_in_block() != t or A.run_in_block() != run or A.lane_in_run() != lane:
    report[mine + 7] = 1
cuda.syncthreads()
slot = slot_of_run[run]
works = slot >= 0 and lane < c_lanes
if not works and c_helpers < 2:
    report[mine] = 1
    return
workers = c_slots * c_lanes
rank = slot * c_lanes + lane
if not works:
    slot = 0
    rank = 1 << 40
present = slot < active_slots[block]
run_multiplier = multipliers[block * (c_slots + 1) + slot]
block_multiplier = multipliers[block * (c_slots + 1) + c_slots]
words = 0
wrong = 0
misfits = 0
first_row = -1
first_element = -1
first_step = -1""".strip().splitlines()


def _walk(threads_per_run: int) -> Iterator[str]:
    """Steps, rows and, for in-place pairs, elements: down to one row's elements [low, high) in strides of `n`."""
    yield "for step in range(c_steps):"
    yield "    if barriers[step] >= 2:"
    yield "        cuda.syncthreads()"
    yield "    elif barriers[step] == 1:"
    yield f"        {_run_barrier(threads_per_run)}"
    yield "    a = offsets[step]"
    yield "    while a < offsets[step + 1]:"
    yield from indent(elements(), 2)
    yield "        for rep in range(reps):"
    yield "            for half in range(halves):"
    yield from indent(half(), 4)


def _run_barrier(threads_per_run: int) -> str:
    """The threads of one run wait for one another; where a run is no part of a warp, only the whole block can."""
    if threads_per_run == 1:
        return "pass"
    if 32 % threads_per_run:
        return "cuda.syncthreads()"
    ones = (1 << threads_per_run) - 1
    return f"cuda.syncwarp({ones} << (t % 32 // {threads_per_run} * {threads_per_run}))"


def _closing() -> Iterator[str]:
    """After each row the next one; after each step the windows of the probed runs; at the end all memory, and the report."""
    yield from """
        a += halves
    if c_dump == 1 and c_dump_from <= step and step < c_dump_to:
        cuda.syncthreads()
        to = (block * (c_dump_to - c_dump_from) + step - c_dump_from) * c_dump_bytes
        for w in range(c_windows):
            low = windows[2 * w]
            size = windows[2 * w + 1] - low
            at = rank
            while at < size:
                dump[to + at] = raw[low + at]
                at += workers
            to += size
        cuda.syncthreads()
if c_dump == 1:
    cuda.syncthreads()
    at = rank
    while at < all_bytes:
        final[block * all_bytes + at] = raw[at]
        at += workers
report[mine + 1] = words
report[mine + 2] = wrong
report[mine + 3] = first_row
report[mine + 4] = first_element
report[mine + 5] = first_step
report[mine + 6] = misfits
report[mine] = 1""".strip("\n").splitlines()
