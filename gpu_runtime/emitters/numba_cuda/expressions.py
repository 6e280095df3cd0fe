"""The few numba expressions that the emitted functions are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gpu_runtime.emitters.elements import Element
from gpu_runtime.emitters.plan import AllocatorPlan, Slot
from solver.wire.layout import Region
from solver.wire.units import Bytes, Elements

MEMORY: dict[Region, str] = {"run": "shared", "block": "", "persistent_local": "kept", "local": ""}
"""What a whole buffer's getter takes, by region: the name of its argument, "" for none."""


def getter_argument(slot: Slot) -> str:
    """The arguments of the slot's getter, "" for none. Parts of a plain local array slice the array itself; a ring's takes which slot."""
    memory = "array" if slot.region == "local" and slot.is_part else MEMORY[slot.region]
    if not slot.is_ring or slot.region == "local":
        return memory
    return f"{memory}, slot" if memory else "slot"


def zero_argument(slot: Slot) -> str:
    """The one argument of the slot's zero function, which takes all of a ring; a plain local array is always handed in."""
    return "array" if slot.region == "local" else MEMORY[slot.region]


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
    """What a local array must declare to be that aligned: 0 where its element type brings it along, else a multiple of
    8 (numba takes no other)."""
    return 0 if alignment_bytes <= element.itemsize_bytes else max(8, alignment_bytes)


def local_alignments(plan: AllocatorPlan) -> list[Bytes]:
    """Every alignment that some local array declares, in rising order."""
    arrays = [(array.element, array.alignment_bytes) for array in plan.kept]
    arrays += [
        (slot.element, slot.alignment_bytes)
        for slot in plan.slots
        if slot.region == "local" and not slot.is_part and slot.extent
    ]
    return sorted({declared_alignment(*array) for array in arrays} - {0})
