"""The text that plays a plan's rows on the CPU target: every row by every thread of the block, one thread after
another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from warpack.gpu_runtime.probe.backends.cpu_allocators import MEMORY, THREAD, THREADS
from warpack.gpu_runtime.probe.kernel.abi import ALLOCATORS
from warpack.gpu_runtime.probe.kernel.getter_calls import Calls
from warpack.gpu_runtime.probe.kernel.instructions import Op
from warpack.gpu_runtime.probe.kernel.row_source import choice, indent

REGIONS = ("run", "block")
"""The simulator checks local arrays: on the CPU target a thread has none that outlast a call."""

SEEN = ("words", "wrong", "row", "element", "thread", "misfits")
"""The order of the integers in the argument `seen`."""

_AT = {name: number for number, name in enumerate(SEEN)}


IN_A_FUNCTION = 32
"""So many getters each of the functions calls: numba takes the square of a function's length in time."""


def driver_source(calls: Calls, threads_per_run: int) -> str:
    """The text of a module with `start` (every thread's calls at the kernel's start), and by getter of shared memory
    the functions PLAYS (one row that fills or checks, by every thread) and ZEROS (one row that zeroes)."""
    lines = [
        '"""Generated: plays the rows of a plan on the CPU target."""',
        "",
        "from numba import njit",
        "",
        f"import {ALLOCATORS} as A",
        *_start(threads_per_run),
    ]
    plays: dict[int, str] = {}
    zeros: dict[int, str] = {}
    for number in range(len(calls.elements)):
        own = [ref for ref in calls.refs_of(number) if calls.getters[calls.names[ref]].region in REGIONS]
        for some in _groups(own):
            plays |= dict.fromkeys(some, f"play_{some[0]}")
            lines += _play(calls, plays[some[0]], some, threads_per_run)
        for some in _groups([ref for ref in own if calls.zero(ref) is not None]):
            zeros |= dict.fromkeys(some, f"zero_{some[0]}")
            lines += _zero(calls, zeros[some[0]], some, threads_per_run)
    for name, functions in (("PLAYS", plays), ("ZEROS", zeros)):
        lines += ["", "", f"{name} = {{", *(f"    {ref}: {function}," for ref, function in functions.items()), "}"]
    return "\n".join(lines) + "\n"


def _groups(refs: Sequence[int]) -> list[Sequence[int]]:
    return [refs[first : first + IN_A_FUNCTION] for first in range(0, len(refs), IN_A_FUNCTION)]


def _start(threads_per_run: int) -> Iterator[str]:
    yield from f"""

@njit(boundscheck=True, error_model="numpy", _nrt=False)
def start({MEMORY}):
    for t in range({MEMORY}[0][{THREADS}]):
        {MEMORY}[0][{THREAD}] = t
        A.init(A.thread_memory(t // {threads_per_run}, {MEMORY}), {MEMORY})""".splitlines()


def _zero(calls: Calls, name: str, some: Sequence[int], threads_per_run: int) -> Iterator[str]:
    yield from f"""

@njit(boundscheck=True, error_model="numpy", _nrt=False)
def {name}({MEMORY}, ref, of_block, takes_part):
    for t in range({MEMORY}[0][{THREADS}]):
        {MEMORY}[0][{THREAD}] = t
        run = t // {threads_per_run}
        if not of_block and not takes_part[run]:
            continue
        memory = A.thread_memory(run, {MEMORY})""".splitlines()
    for ref in some:
        yield f"        if ref == {ref}:"
        yield f"            {with_memory(calls.zero(ref) or '')}"


def _play(calls: Calls, name: str, some: Sequence[int], threads_per_run: int) -> Iterator[str]:
    yield from f"""

@njit(boundscheck=True, error_model="numpy", _nrt=False)
def {name}(
    {MEMORY}, row, op, ref, size, start, count, token, first, owner, of_block, takes_part, multipliers, multiplier, prime, pool, seen
):
    threads = {MEMORY}[0][{THREADS}]
    for t in range(threads):
        {MEMORY}[0][{THREAD}] = t
        run = t // {threads_per_run}
        memory = A.thread_memory(run, {MEMORY})
        base, n, low = token * multipliers[run] + first, {threads_per_run}, t % {threads_per_run} - owner
        if of_block:
            base, n, low = token * multiplier + first, threads, t - owner
        elif not takes_part[run]:
            continue""".splitlines()
    yield from indent((with_memory(line) for line in choice(calls, some)), 2)
    yield from f"""
        if view.size != size:
            seen[{_AT["misfits"]}] += 1
            continue
        for e in range(low % n, count, n):
            at = (base + e) % prime
            if op == {Op.FILL:d}:
                view[start + e] = pool[at]
                continue
            if op == {Op.CHECK_ZERO:d}:
                at = prime
            else:
                seen[{_AT["words"]}] += 1
            if view[start + e] != pool[at]:
                seen[{_AT["wrong"]}] += 1
                if seen[{_AT["row"]}] < 0:
                    seen[{_AT["row"]}] = row
                    seen[{_AT["element"]}] = e
                    seen[{_AT["thread"]}] = t""".strip("\n").splitlines()


def with_memory(line: str) -> str:
    """A getter's call with MEMORY as its last argument."""
    if not line.endswith(")") or "A." not in line:
        return line
    return f"{line[:-1]}{'' if line.endswith('()') else ', '}{MEMORY})"
