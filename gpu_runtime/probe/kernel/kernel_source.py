"""The probe kernel's source: asks every emitted getter for its place, then runs the rows of a plan.

The timeline is data, never code: written out as code, a real kernel's 88 phases took the compiler minutes. The code
grows only with the number of getters, each of which is called once. `walk` does all other work, and is the same for all
layouts. numba's time grows with the square of a function's length, so many getters are split over several functions.
Only the emitter's identifiers, and numbers, come from a manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from warpack.gpu_runtime.probe.kernel.abi import (
    ALLOCATORS,
    ARGUMENTS,
    AT,
    CONFIG,
    ENTRY,
    GUARD_FIRST,
    GUARD_STEP,
    MARK,
    POISON,
    REPORT_WIDTH,
    STATE,
    WALK,
)
from warpack.gpu_runtime.probe.kernel.getter_calls import Calls
from warpack.gpu_runtime.probe.kernel.grouped_calls import (
    at_functions,
    groups_of,
    notes,
    own_refs,
    shared_refs,
    zeroing_in_groups,
)
from warpack.gpu_runtime.probe.kernel.instructions import Op
from warpack.gpu_runtime.probe.kernel.row_source import indent, own_arrays, state, zeroing
from warpack.gpu_runtime.probe.kernel.walk_source import ARGUMENTS as WALK_ARGUMENTS
from warpack.gpu_runtime.probe.kernel.walk_source import walk_source


def source(calls: Calls, threads_per_run: int) -> str:
    """The text of a module with `walk` and the kernel `probe`."""
    arguments = ", ".join([*ARGUMENTS, *(f"pool_{number}" for number in range(len(calls.elements)))])
    groups = groups_of(calls)
    lines = [
        "",
        "from numba import cuda, types",
        "",
        f"import {ALLOCATORS} as A",
        "from warpack.gpu_runtime.probe.kernel import view_places as P",
        "",
        "ALIGN = A.ALIGN",
        *at_functions(calls, groups),
        "",
        "",
        f"def {ENTRY}({arguments}):",
        *indent(_opening(threads_per_run)),
        *indent(_places(calls, groups)),
        *indent(_walk(calls, groups)),
        *indent(_closing()),
    ]
    return walk_source() + MARK + "\n".join(lines) + "\n"


def _opening(threads_per_run: int) -> Iterator[str]:
    """Poison, zeros, and whether the module numbers threads as the launch does."""
    yield from f"""
dynamic_bytes = config[{CONFIG.index("dynamic")}]
t = cuda.threadIdx.x
threads = cuda.blockDim.x
run = t // {threads_per_run}
mine = (cuda.blockIdx.x * threads + t) * {REPORT_WIDTH}
memory_1 = cuda.shared.array(0, types.uint8, alignment=ALIGN)
memory_2 = cuda.shared.array(0, types.uint16, alignment=ALIGN)
memory_4 = cuda.shared.array(0, types.uint32, alignment=ALIGN)
memory_8 = cuda.shared.array(0, types.uint64, alignment=ALIGN)
at = t
while at < memory_1.size:
    memory_1[at] = {POISON}
    if at >= dynamic_bytes:
        memory_1[at] = ({GUARD_STEP} * at + {GUARD_FIRST}) % 256
    at += threads
cuda.syncthreads()
memory = A.thread_memory(run)
A.init(memory)
if A.thread_in_block() != t or A.run_in_block() != run or A.lane_in_run() != t % {threads_per_run}:
    report[mine + 7] = 1
cuda.syncthreads()""".strip().splitlines()


def _places(calls: Calls, groups: Sequence[Sequence[int]]) -> Iterator[str]:
    """Where each getter's view of shared memory begins, and its length."""
    yield f"places = cuda.local.array({max(1, 2 * len(calls.names))}, types.int64)"
    yield from (f"{AT}{number}(run, -1, places)" for number in range(len(groups)))
    if not groups:
        yield from notes(calls, shared_refs(calls))


def _walk(calls: Calls, groups: Sequence[Sequence[int]]) -> Iterator[str]:
    yield f"state = cuda.local.array({len(STATE)}, types.int64)"
    yield f"for number in range({len(STATE)}):"
    yield "    state[number] = 0"
    yield f"{state('first_row')} = -1"
    yield f"while {WALK}({', '.join(WALK_ARGUMENTS)}) == 1:"
    here = range(len(calls.names)) if not groups else own_refs(calls)
    work = [*zeroing(calls, here), *zeroing_in_groups(groups), *own_arrays(calls)]
    if not work:
        yield "    pass"
        return
    names = ("op", "element", "ref", "size", "start", "low", "high", "base")
    yield from indent(f"{name} = {state(name)}" for name in names)
    yield f"    n = {state('stride')}"
    yield f"    c_prime = config[{CONFIG.index('prime')}]"
    yield "    failed = -1"
    yield "    zeroed = -1"
    yield f"    if op == {Op.ZERO:d}:"
    yield "        zeroed = ref"
    yield from indent(work)
    failed = f"""
if failed >= 0 and {state("first_row")} < 0:
    {state("first_row")} = {state("row")} + {state("half")}
    {state("first_element")} = failed
    {state("first_step")} = {state("step")}"""
    yield from indent(failed.strip().splitlines())


def _closing() -> Iterator[str]:
    for number, name in enumerate(("words", "wrong", "first_row", "first_element", "first_step", "misfits"), 1):
        yield f"report[mine + {number}] = {state(name)}"
    yield "report[mine] = 1"
