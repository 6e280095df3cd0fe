"""The source of `walk`: it runs the rows of a plan, filling and checking at the places that the emitted getters gave.

It knows no layout and works from numbers only. So its text is the same for every layout; its machine code is made once,
and linked to each layout's own kernel. Work that only the layout's code can do is handed back to the caller: see
`STATE`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from warpack.gpu_runtime.probe.kernel.abi import CONFIG, WALK, WORDS
from warpack.gpu_runtime.probe.kernel.instructions import WIDTH, Op, Sharing
from warpack.gpu_runtime.probe.kernel.row_source import column, elements, indent, state

ARGUMENTS = (
    "state", "places", "rows", "offsets", "barriers", "config", "slot_of_run", "team_places", "active_slots", "multipliers", "windows",
    "kinds", "raw_pool", "dump", "final", "words_1", "words_2", "words_4", "words_8", "memory_1", "memory_2", "memory_4", "memory_8",
)  # fmt: skip
"""`places`: by getter the byte of shared memory at which its view begins, and how many elements it has. `memory_N`: all
of the shared memory, as words of N bytes."""

_COUNTED = ("words", "wrong", "misfits", "first_row", "first_element", "first_step")


@cache
def walk_source() -> str:
    """A module with `walk`, which returns 1 if the caller must do a row itself and call again, 0 at the end."""
    lines = [
        "from numba import cuda",
        "",
        "",
        f"def {WALK}({', '.join(ARGUMENTS)}):",
        *indent(_opening()),
        "    while step < c_steps:",
        *indent(_barrier(), 2),
        "        while a < offsets[step + 1]:",
        *indent(elements(), 3),
        "            rep = 0",
        "            if resumed == 1:",
        f"                rep = {state('rep')}",
        "            while rep < reps:",
        "                half = 0",
        "                if resumed == 1:",
        f"                    half = {state('half')} + 1",
        "                    resumed = 0",
        "                while half < halves:",
        *indent(_half(), 5),
        *indent(_handed_back(), 5),
        *indent(_by_bytes(), 5),
        *(line for word in WORDS for line in indent(_by_words(word), 5)),
        *indent(_failed(), 5),
        "                    half += 1",
        "                rep += 1",
        "            a += halves",
        *indent(_dump(), 2),
        *indent(_closing()),
    ]
    return "\n".join(lines) + "\n"


def _opening() -> Iterator[str]:
    """Whether this thread works; the `workers` divide the dump among them."""
    for number, name in enumerate(CONFIG):
        yield f"c_{name} = config[{number}]"
    yield from f"""
t = cuda.threadIdx.x
block = cuda.blockIdx.x
run = t // c_threads_per_run
all_bytes = memory_1.size
slot = slot_of_run[run]
rank = team_places[4 * t + 2]
workers = team_places[4 * t + 3]
if rank < 0:
    if c_helpers < 2:
        return 0
    slot = 0
    rank = 1 << 40
present = slot < active_slots[block]
run_multiplier = multipliers[block * (c_slots + 1) + slot]
block_multiplier = multipliers[block * (c_slots + 1) + c_slots]
resumed = {state("resumed")}
step = {state("step")}
a = {state("row")}""".strip().splitlines()
    yield from (f"{name} = {state(name)}" for name in _COUNTED)


def _barrier() -> Iterator[str]:
    """The threads of one run wait for one another; where a run is no part of a warp, only the whole block can."""
    yield from """
if resumed == 0:
    a = offsets[step]
    if barriers[step] >= 2:
        cuda.syncthreads()
    elif barriers[step] == 1 and c_threads_per_run > 1:
        if 32 % c_threads_per_run != 0:
            cuda.syncthreads()
        else:
            cuda.syncwarp(((1 << c_threads_per_run) - 1) << (t % 32 // c_threads_per_run * c_threads_per_run))
""".strip().splitlines()


def _half() -> Iterator[str]:
    """One row, or one element of each of two paired rows."""
    yield from f"""
at = (a + half) * {WIDTH}
if halves == 2:
    low = start_of_row + n * rep
    if c_descending == 1:
        low = start_of_row + n * (reps - 1 - rep)
    high = low + 1
op = {column("op")}
ref = {column("ref")}
size = {column("size")}
start = {column("start")}
itemsize = {column("itemsize")}
base = ({column("token")} * multiplier + {column("first")}) % c_prime
failed = -1
if op == {Op.CHECK:d} and high > low:
    words += (high - low + n - 1) // n""".strip().splitlines()


def _handed_back() -> Iterator[str]:
    """Zero functions and a thread's own arrays."""
    yield f"if op == {Op.ZERO:d} or sharing == {Sharing.THREAD:d}:"
    values = {
        "resumed": "1", "step": "step", "row": "a", "rep": "rep", "half": "half", "op": "op", "ref": "ref", "size": "size",
        "element": column("element"), "start": "start", "low": "low", "high": "high", "stride": "n", "base": "base",
    }  # fmt: skip
    yield from indent(f"{state(name)} = {value}" for name, value in values.items())
    yield from indent(_counted())
    yield "    return 1"


def _counted() -> Iterator[str]:
    yield from (f"{state(name)} = {name}" for name in _COUNTED)


def _by_bytes() -> Iterator[str]:
    """At the addresses that the layout names, or at those that the getter gave: there the elements are written
    whole."""
    yield from f"""
word = 1
first_word = 0
if c_raw == 1:
    origin = {column("address")}
    if sharing == {Sharing.RUN:d}:
        origin += c_run_base + c_stride * run
    fits = True
else:
    element = {column("element")}
    word = kinds[2 * element]
    first_word = kinds[2 * element + 1]
    origin = places[2 * ref]
    fits = places[2 * ref + 1] == size and origin % word == 0
    origin += start * itemsize
if not fits or origin < 0 or origin + high * itemsize > all_bytes:
    misfits += 1
    low = high
each = itemsize // word
if c_raw == 1:
""".strip().splitlines()
    yield from indent(_loop("memory_1", "raw_pool"))


def _by_words(word: int) -> Iterator[str]:
    yield f"elif word == {word}:"
    yield from indent(_loop(f"memory_{word}", f"words_{word}"))


def _loop(memory: str, pool: str) -> Iterator[str]:
    yield from f"""
e = low
while e < high:
    p = first_word + (base + e) % c_prime * each
    x = origin // word + e * each
    same = True
    b = 0
    while b < each:
        if op == {Op.FILL:d}:
            {memory}[x + b] = {pool}[p + b]
        elif op == {Op.CHECK:d}:
            same = same and {memory}[x + b] == {pool}[p + b]
        else:
            same = same and {memory}[x + b] == 0
        b += 1
    if not same:
        wrong += 1
        failed = e
    e += n""".strip().splitlines()


def _failed() -> Iterator[str]:
    yield from """
if failed >= 0 and first_row < 0:
    first_row = a + half
    first_element = failed
    first_step = step""".strip().splitlines()


def _dump() -> Iterator[str]:
    """After each step the windows of the probed runs."""
    yield from """
if c_dump == 1 and c_dump_from <= step and step < c_dump_to:
    cuda.syncthreads()
    to = (block * (c_dump_to - c_dump_from) + step - c_dump_from) * c_dump_bytes
    for w in range(c_windows):
        from_byte = windows[2 * w]
        many = windows[2 * w + 1] - from_byte
        at = rank
        while at < many:
            dump[to + at] = memory_1[from_byte + at]
            at += workers
        to += many
    cuda.syncthreads()
step += 1""".strip().splitlines()


def _closing() -> Iterator[str]:
    """At the end all memory, and the counts."""
    yield from """
if c_dump == 1:
    cuda.syncthreads()
    at = rank
    while at < all_bytes:
        final[block * all_bytes + at] = memory_1[at]
        at += workers""".strip().splitlines()
    yield from _counted()
    yield "return 0"
