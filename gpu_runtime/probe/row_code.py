"""The source of one row's work: which elements are this thread's, which getter reaches them, what is done with each.

The same text runs in the probe kernel and on the CPU target.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from gpu_runtime.probe.calls import Calls
from gpu_runtime.probe.rows import FIELDS, WIDTH, Op, Sharing

REGIONS = ("run", "block", "persistent_local", "local")


def indent(lines: Iterable[str], levels: int = 1) -> Iterator[str]:
    return (f"{'    ' * levels}{line}" if line else line for line in lines)


def column(name: str, row: str = "at") -> str:
    return f"rows[{row} + {FIELDS.index(name)}]"


def elements() -> Iterator[str]:
    """Down to one row's elements [low, high) in strides of `n`; `reps` and `halves` for in-place pairs, 0 reps for none of it."""
    yield from f"""
at = a * {WIDTH}
sharing = {column("sharing")}
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
low = (r - {column("owner")}) % n
high = {column("count")}
halves = 1 + {column("paired")}
mine_of_row = 0
if high > low:
    mine_of_row = (high - low + n - 1) // n
reps = 1
if halves == 2:
    reps = mine_of_row
if not works:
    takes_part = sharing == {Sharing.BLOCK:d} and {column("op")} == {Op.ZERO:d}
if not takes_part:
    reps = 0
if {column("op")} >= {Op.SYNC:d}:
    reps = 0
    if {column("op")} == {Op.SYNC:d} or c_dump == 1:
        cuda.syncthreads()
start_of_row = low""".strip().splitlines()


def half() -> Iterator[str]:
    """One row, or one element of each of two paired rows: through memory as bytes here, else by `dispatch`."""
    yield from f"""
at = (a + half) * {WIDTH}
if halves == 2:
    low = start_of_row + n * rep
    if c_descending == 1:
        low = start_of_row + n * (reps - 1 - rep)
    high = low + 1
op = {column("op")}
ref = {column("ref")}
element = {column("element")}
size = {column("size")}
start = {column("start")}
base = ({column("token")} * multiplier + {column("first")}) % c_prime
failed = -1
if op == {Op.CHECK:d} and high > low:
    words += (high - low + n - 1) // n
if op != {Op.ZERO:d} and c_raw == 1 and sharing != {Sharing.THREAD:d}:
    itemsize = {column("itemsize")}
    origin = {column("address")}
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


def dispatch(calls: Calls, regions: Collection[str] = REGIONS) -> Iterator[str]:
    """A branch per element type; only getters of `regions` can be reached."""
    for number, element in enumerate(calls.elements):
        own = [ref for ref in calls.refs_of(number) if calls.getters[calls.names[ref]].region in regions]
        if not own:
            continue
        yield f"elif element == {number}:"
        yield from indent(_zeroing(calls, own))
        yield from indent(choice(calls, own))
        yield from indent(_work(number, element))
    yield from """
if failed >= 0 and first_row < 0:
    first_row = a + half
    first_element = failed
    first_step = step""".strip().splitlines()


def _zeroing(calls: Calls, own: Sequence[int]) -> Iterator[str]:
    """The zero functions that rows call. What `init` zeroes is zeroed by it alone: a second copy of its loops would cost the
    compiler as much as all the getters do."""
    for ref in own:
        call = calls.zero(ref)
        if call is not None and not calls.getters[calls.names[ref]].at_entry:
            yield f"if op == {Op.ZERO:d} and ref == {ref}:"
            yield f"    {call}"


def choice(calls: Calls, own: Sequence[int]) -> Iterator[str]:
    """A tree of comparisons: `view` becomes what the getter of number `ref` returns."""
    if len(own) == 1:
        yield f"view = {calls.view(own[0])}"
        return
    middle = len(own) // 2
    yield f"if ref < {own[middle]}:"
    yield from indent(choice(calls, own[:middle]))
    yield "else:"
    yield from indent(choice(calls, own[middle:]))


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
