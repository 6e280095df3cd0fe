"""Functions that each call some of many getters: numba's time grows with the square of a function's length, and it
recurses over its branches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from warpack.gpu_runtime.probe.kernel.abi import AT
from warpack.gpu_runtime.probe.kernel.getter_calls import Calls
from warpack.gpu_runtime.probe.kernel.instructions import Op
from warpack.gpu_runtime.probe.kernel.row_source import LOCAL, indent, zeroing

MOST_IN_THE_KERNEL = 48
"""So many getters and zero functions of shared memory are called by the kernel itself; a ring's getter counts once."""

IN_A_GROUP = 16
"""With more, numba's square outweighs what each function costs it at the least; a third more or less is the same."""


def shared_refs(calls: Calls) -> list[int]:
    return [ref for ref, name in enumerate(calls.names) if calls.getters[name].region not in LOCAL]


def own_refs(calls: Calls) -> list[int]:
    """The getters of a thread's own arrays, which only the function that has the arrays can call."""
    return [ref for ref, name in enumerate(calls.names) if calls.getters[name].region in LOCAL]


MOST_OWN = 800
"""So many getters and zero functions of a thread's own arrays can be compiled, all of them in the kernel itself: they
take some three minutes of CPU time."""


def own_calls(calls: Calls) -> int:
    """How many getters and zero functions of a thread's own arrays the kernel calls."""
    own = own_refs(calls)
    return len(own) + _zeros(calls, own)


def _zeros(calls: Calls, refs: Iterable[int]) -> int:
    return sum(line.startswith("if ") for line in zeroing(calls, refs))


def groups_of(calls: Calls) -> list[list[int]]:
    """The getters of shared memory in groups of neighbours; none where the kernel calls them all."""
    shared = shared_refs(calls)
    refs = calls.rings(shared)
    if len(refs) + _zeros(calls, shared) <= MOST_IN_THE_KERNEL:
        return []
    return [[*chain(*refs[first : first + IN_A_GROUP])] for first in range(0, len(refs), IN_A_GROUP)]


def notes(calls: Calls, refs: Iterable[int]) -> Iterator[str]:
    """Straight on, which is what compilers are quick with; a ring's slots one after the other."""
    for of_one in calls.rings(refs):
        getter = calls.getters[calls.names[of_one[0]]]
        note, first = f"P.note_{getter.element}", of_one[0]
        if not getter.takes_slot:
            yield f"{note}({calls.view(first)}, memory_1, places, {2 * first})"
            continue
        yield "slot = 0"
        yield f"while slot < {len(of_one)}:"
        yield f"    {note}(A.{getter.call}, memory_1, places, 2 * ({first} + slot))"
        yield "    slot += 1"


def at_functions(calls: Calls, groups: Sequence[Sequence[int]]) -> Iterator[str]:
    for number, refs in enumerate(groups):
        yield from ("", "", f"def {AT}{number}(run, ref, places):")
        yield "    memory = A.thread_memory(run)"
        yield "    if ref < 0:"
        yield "        memory_1 = cuda.shared.array(0, types.uint8, alignment=ALIGN)"
        yield from indent(notes(calls, refs), 2)
        yield "        return 0"
        yield "    zeroed = ref"
        yield from indent(zeroing(calls, refs))
        yield "    return 0"


def zeroing_in_groups(groups: Sequence[Sequence[int]]) -> Iterator[str]:
    """A group's function does nothing for getters between the first and the last that are not its own."""
    for number, refs in enumerate(groups):
        yield f"if op == {Op.ZERO:d} and ref >= {refs[0]} and ref <= {refs[-1]}:"
        yield f"    {AT}{number}(run, ref, places)"
