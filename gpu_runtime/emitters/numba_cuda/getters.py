"""One device function per buffer and part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gpu_runtime.emitters.elements import Element
from gpu_runtime.emitters.memory_map import sharing
from gpu_runtime.emitters.numba_cuda.expressions import device_function, dynamic_array, getter_argument, local_array
from gpu_runtime.emitters.plan import Slot
from solver.wire.dtypes import DType
from solver.wire.layout import Region

_WHERE: dict[Region, str] = {
    "run": "bytes [{start}, {end}) of the run's window",
    "block": "bytes [{start}, {end}) of the block's memory",
    "persistent_local": "bytes [{start}, {end}) of the persistent local region",
}


def getter(slot: Slot, windows: Mapping[Element, int], arrays: Mapping[DType, int]) -> Iterator[str]:
    """`windows` and `arrays`: the place of each element type in the tuple of `window`, of each dtype in that of `persistent`."""
    value = _value(slot, windows, arrays)
    yield from device_function(slot.identifier, getter_argument(slot), _describe(slot), [f"return {value}"])
    if slot.is_ring and slot.region == "local":
        said = f"{slot.name}, slot `slot` of the {slot.stages} in the local array handed in: {_elements(slot)}."
        sliced = f"array{_cut(slot)}" if slot.count else _nothing(slot)
        yield from device_function(slot.slot_identifier, "array, slot", said, [f"return {sliced}"])


def _cut(slot: Slot) -> str:
    """The slot's elements in its typed memory; of a ring, those of one slot."""
    start, end = slot.offset, slot.offset + slot.count
    if slot.is_ring:
        return f"[{start:d} + {slot.pitch:d} * slot : {end:d} + {slot.pitch:d} * slot]"
    return f"[{start:d}:{end:d}]"


def _nothing(slot: Slot) -> str:
    """The one spelling of "no elements" that compiles and runs in the simulator; the array itself is optimised away."""
    return f"{local_array(1, slot.element, 0)}[0:0]"


def _value(slot: Slot, windows: Mapping[Element, int], arrays: Mapping[DType, int]) -> str:
    if not slot.count:
        return _nothing(slot)
    cut = _cut(slot)
    match slot.region:
        case "run":
            return f"shared[{windows[slot.element]}]{cut}"
        case "block":
            return f"{dynamic_array(slot.element)}{cut}"
        case "persistent_local":
            return f"kept[{arrays[slot.dtype]}]{cut}"
        case "local" if slot.is_part:
            return f"array{cut}"
        case "local":
            return local_array(slot.extent, slot.element, slot.alignment_bytes)


def _elements(slot: Slot) -> str:
    said = f"{slot.count} x {slot.element.name}"
    return f"{said}, {slot.note}" if slot.note else said


def _describe(slot: Slot) -> str:
    """`loop/state: 10 x float32, bytes [320, 360) of the run's window, shares bytes with loop/work.`"""
    said = [f"{slot.name}: {_elements(slot)}"]
    if slot.is_ring:
        said.append(
            f"slot `slot` (a signed integer) of {slot.stages}" if slot.region != "local" else f"{slot.stages} slots"
        )
    if not slot.count:
        said.append("an empty view")
    elif slot.offset_bytes is not None:
        said.append(_WHERE[slot.region].format(start=slot.offset_bytes, end=slot.offset_bytes + slot.size_bytes))
    elif slot.is_part:
        said.append(f"elements [{slot.offset}, {slot.offset + slot.count}) of the local array handed in")
    else:
        said.append("a new local array with every call")
    said += sharing(slot)
    return ", ".join(said) + "."
