"""The few numba expressions that the emitted functions are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from warpack.gpu_runtime.emitters.elements import Element
from warpack.gpu_runtime.emitters.plan import AllocatorPlan, Slot
from warpack.solver.wire.units import Bytes, Elements


class Places:
    """The index of a slot's typed memory in the tuple that `thread_memory` returns: the run's windows by element type,
    then persistent local arrays by dtype, then plain local ones. Block-scoped buffers need no index."""

    def __init__(self, plan: AllocatorPlan) -> None:
        of_all = [*plan.run_elements, *(array.dtype for array in plan.kept), *(slot.name for slot in plan.local)]
        self._at: dict[object, int] = {what: at for at, what in enumerate(of_all)}

    def memory(self, slot: Slot) -> str:
        """The expression for the array that the slot is cut out of."""
        match slot.region:
            case "run":
                return f"memory[{self._at[slot.element]:d}]"
            case "block":
                return dynamic_array(slot.element)
            case "persistent_local":
                return f"memory[{self._at[slot.dtype]:d}]"
            case "local":
                return f"memory[{self._at[slot.owner]:d}]"


def getter_arguments(slot: Slot) -> str:
    """The same wherever the slot lies; a ring's takes which slot."""
    return "memory, slot" if slot.is_ring else "memory"


def device_function(name: str, argument: str, docstring: str, body: Iterable[str]) -> Iterator[str]:
    """`docstring`: one line, or several with the closing quotes on a line of their own."""
    yield from ("", "", '@cuda.jit(device=True, inline="always")', f"def {name}({argument}):")
    first, *more = docstring.splitlines()
    said = [f'"""{first}', *more, '"""'] if more else [f'"""{first}"""']
    yield from (f"    {line}" if line else "" for line in (*said, *body))


def type_of(element: Element) -> str:
    return f"types.{'boolean' if element.name == 'bool' else element.name}"


def dynamic_array(element: Element) -> str:
    """All of the block's dynamic shared memory as elements of one type, from its base."""
    return f"cuda.shared.array(0, {type_of(element)}, alignment=ALIGN)"


def local_array(count: Elements, element: Element, alignment_bytes: Bytes) -> str:
    declared = declared_alignment(element, alignment_bytes)
    alignment = f", alignment=ALIGN_{declared:d}" if declared else ""
    return f"cuda.local.array({count:d}, {type_of(element)}{alignment})"


def declared_alignment(element: Element, alignment_bytes: Bytes) -> Bytes:
    """The alignment that a local array must declare: 0 where its element type has it anyway, else a multiple of 8
    (numba takes no other)."""
    return 0 if alignment_bytes <= element.itemsize_bytes else max(8, alignment_bytes)


def local_alignments(plan: AllocatorPlan) -> list[Bytes]:
    """Every alignment that some local array declares, in rising order."""
    arrays = [(array.element, array.alignment_bytes) for array in plan.kept]
    arrays += [(slot.element, slot.alignment_bytes) for slot in plan.local]
    return sorted({declared_alignment(*array) for array in arrays} - {0})
