"""Source text for the work of a row: which elements are this thread's, which getter reaches them, and what is done with
the elements of a thread's own arrays, which only the layout's own kernel can reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from warpack.gpu_runtime.probe.kernel.abi import STATE
from warpack.gpu_runtime.probe.kernel.getter_calls import Calls
from warpack.gpu_runtime.probe.kernel.instructions import FIELDS, WIDTH, Op, Sharing

LOCAL = ("persistent_local", "local")


def indent(lines: Iterable[str], levels: int = 1) -> Iterator[str]:
    return (f"{'    ' * levels}{line}" if line else line for line in lines)


def state(name: str) -> str:
    return f"state[{STATE.index(name)}]"


def column(name: str, row: str = "at") -> str:
    return f"rows[{row} + {FIELDS.index(name)}]"


def elements() -> Iterator[str]:
    """Down to one row's elements [low, high) in strides of `n`; `reps` and `halves` for in-place pairs, 0 reps for none
    of it."""
    yield from f"""
at = a * {WIDTH}
sharing = {column("sharing")}
place = 4 * ({column("team")} * c_threads + t)
r = team_places[place]
n = team_places[place + 1]
multiplier = run_multiplier
takes_part = present
if sharing == {Sharing.BLOCK:d}:
    r = team_places[place + 2]
    n = team_places[place + 3]
    multiplier = block_multiplier
    takes_part = n > 0
elif sharing == {Sharing.THREAD:d}:
    takes_part = present and r >= 0
    n = 1
    r = 0
if r < 0:
    takes_part = takes_part and sharing == {Sharing.BLOCK:d} and {column("op")} == {Op.ZERO:d}
n = max(1, n)
low = (r - {column("owner")}) % n
high = {column("count")}
halves = 1 + {column("paired")}
mine_of_row = 0
if high > low:
    mine_of_row = (high - low + n - 1) // n
reps = 1
if halves == 2:
    reps = mine_of_row
if not takes_part:
    reps = 0
if {column("op")} >= {Op.SYNC:d}:
    reps = 0
    if {column("op")} == {Op.SYNC:d} or c_dump == 1:
        cuda.syncthreads()
start_of_row = low""".strip().splitlines()


def zeroing(calls: Calls, refs: Iterable[int]) -> Iterator[str]:
    """The zero functions of these getters that rows call. Only `init` zeroes what it covers: a second copy of its loops
    would cost the compiler as much as all the getters."""
    for ref in refs:
        call = calls.zero(ref)
        if call is not None and not calls.getters[calls.names[ref]].at_entry:
            yield f"if zeroed == {ref}:"
            yield f"    {call}"


def own_arrays(calls: Calls) -> Iterator[str]:
    """One row of a thread's own elements: a branch per element type."""
    for number, element in enumerate(calls.elements):
        found = [(ref, calls.getters[calls.names[ref]]) for ref in calls.refs_of(number)]
        own = [ref for ref, getter in found if getter.region in LOCAL and getter.count]
        if own:
            yield f"if op != {Op.ZERO:d} and element == {number}:"
            yield from indent(choice(calls, own))
            yield from indent(_work(number, element))


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
    if element == "float16":  # its comparison is a library function that would have to be linked
        got, want = f"types.float32({got})", f"types.float32({want})"
    yield from f"""
if view.size != size:
    {state("misfits")} += 1
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
            {state("wrong")} += 1
            failed = e
    e += n""".strip().splitlines()
