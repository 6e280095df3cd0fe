"""The probe kernel's source: a loop over the rows of a plan, and one choice of getter per element type.

The timeline is data, never code: written out as code, a real kernel's 88 phases took the compiler minutes. Code grows with
the number of getters alone. All that is taken from a manifest are the emitter's identifiers, and numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gpu_runtime.probe.abi import ALLOCATORS, ARGUMENTS, CONFIG, ENTRY, POISON, REPORT_WIDTH
from gpu_runtime.probe.calls import Calls
from gpu_runtime.probe.rows import FIELDS, WIDTH, Op, Sharing


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
        *_indent(_opening(threads_per_run)),
        *_indent(calls.local_arrays()),
        *_indent(_walk(threads_per_run)),
        *_indent(_dispatch(calls), 5),
        *_indent(_closing()),
    ]
    return "\n".join(lines) + "\n"


def _indent(lines: Iterable[str], levels: int = 1) -> Iterator[str]:
    return (f"{'    ' * levels}{line}" if line else line for line in lines)


def _column(name: str, row: str = "at") -> str:
    return f"rows[{row} + {FIELDS.index(name)}]"


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
    yield from _indent(_elements(), 2)
    yield "        for rep in range(reps):"
    yield "            for half in range(halves):"
    yield from _indent(_half(), 4)


def _run_barrier(threads_per_run: int) -> str:
    """The threads of one run wait for one another; where a run is no part of a warp, only the whole block can."""
    if threads_per_run == 1:
        return "pass"
    if 32 % threads_per_run:
        return "cuda.syncthreads()"
    ones = (1 << threads_per_run) - 1
    return f"cuda.syncwarp({ones} << (t % 32 // {threads_per_run} * {threads_per_run}))"


def _elements() -> Iterator[str]:
    yield from f"""
at = a * {WIDTH}
sharing = {_column("sharing")}
n = c_lanes
r = lane
multiplier = run_multiplier
takes_part = present
if sharing == {Sharing.BLOCK:d}:
    n = workers
    r = rank
    multiplier = block_multiplier
    takes_part = True
elif sharing == {Sharing.THREAD:d}:
    n = 1
    r = 0
low = (r - {_column("owner")}) % n
high = {_column("count")}
halves = 1 + {_column("paired")}
mine_of_row = 0
if high > low:
    mine_of_row = (high - low + n - 1) // n
reps = 1
if halves == 2:
    reps = mine_of_row
if not works:
    takes_part = sharing == {Sharing.BLOCK:d} and {_column("op")} == {Op.ZERO:d}
if not takes_part:
    reps = 0
if {_column("op")} >= {Op.SYNC:d}:
    reps = 0
    if {_column("op")} == {Op.SYNC:d} or c_dump == 1:
        cuda.syncthreads()
start_of_row = low""".strip().splitlines()


def _half() -> Iterator[str]:
    yield from f"""
at = (a + half) * {WIDTH}
if halves == 2:
    low = start_of_row + n * rep
    if c_descending == 1:
        low = start_of_row + n * (reps - 1 - rep)
    high = low + 1
op = {_column("op")}
ref = {_column("ref")}
element = {_column("element")}
size = {_column("size")}
start = {_column("start")}
base = ({_column("token")} * multiplier + {_column("first")}) % c_prime
failed = -1
if op == {Op.CHECK:d} and high > low:
    words += (high - low + n - 1) // n
if op != {Op.ZERO:d} and c_raw == 1 and sharing != {Sharing.THREAD:d}:
    itemsize = {_column("itemsize")}
    origin = {_column("address")}
    if sharing == {Sharing.RUN:d}:
        origin += c_run_base + c_stride * run
    if origin < 0 or origin + high * itemsize > all_bytes:
        misfits += 1
        low = high
    e = low
    while e < high:
        p = (base + e) % c_prime * itemsize
        x = origin + e * itemsize
        same = True
        b = 0
        while b < itemsize:
            if op == {Op.FILL:d}:
                raw[x + b] = raw_pool[p + b]
            elif op == {Op.CHECK:d}:
                same = same and raw[x + b] == raw_pool[p + b]
            else:
                same = same and raw[x + b] == 0
            b += 1
        if not same:
            wrong += 1
            failed = e
        e += n""".strip().splitlines()


def _dispatch(calls: Calls) -> Iterator[str]:
    for number, element in enumerate(calls.elements):
        own = calls.refs_of(number)
        yield f"elif element == {number}:"
        yield from _indent(_zeroing(calls, own))
        yield from _indent(_choice(calls, own))
        yield from _indent(_work(number, element))
    yield from """
if failed >= 0 and first_row < 0:
    first_row = a + half
    first_element = failed
    first_step = step""".strip().splitlines()


def _zeroing(calls: Calls, own: range) -> Iterator[str]:
    for ref in own:
        call = calls.zero(ref)
        if call is not None:
            yield f"if op == {Op.ZERO:d} and ref == {ref}:"
            yield f"    {call}"


def _choice(calls: Calls, own: range) -> Iterator[str]:
    """A tree of comparisons: `view` becomes what the getter of number `ref` returns."""
    if len(own) == 1:
        yield f"view = {calls.view(own[0])}"
        return
    middle = len(own) // 2
    yield f"if ref < {own[middle]}:"
    yield from _indent(_choice(calls, own[:middle]))
    yield "else:"
    yield from _indent(_choice(calls, own[middle:]))


def _work(number: int, element: str) -> Iterator[str]:
    got, want = "view[start + e]", f"pool_{number}[(base + e) % c_prime]"
    if element == "float16":  # its own comparison is a function of a library that would have to be linked
        got, want = f"types.float32({got})", f"types.float32({want})"
    yield from f"""
if view.size != size:
    misfits += 1
    low = high
if op == {Op.ZERO:d}:
    low = high
e = low
while e < high:
    if op == {Op.FILL:d}:
        view[start + e] = pool_{number}[(base + e) % c_prime]
    else:
        same = {got} == 0
        if op == {Op.CHECK:d}:
            same = {got} == {want}
        if not same:
            wrong += 1
            failed = e
    e += n""".strip().splitlines()


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
