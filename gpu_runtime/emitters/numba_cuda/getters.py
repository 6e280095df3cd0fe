"""One device function per buffer and part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gpu_runtime.emitters.elements import Element
from gpu_runtime.emitters.numba_cuda.expressions import device_function, dynamic_array, getter_argument, local_array
from gpu_runtime.emitters.plan import Slot
from solver.wire.dtypes import DType
from solver.wire.layout import Region

_WHERE: dict[Region, str] = {
    "run": "bytes [{start}, {end}) of the run's window",
    "block": "bytes [{start}, {end}) of the block region",
    "persistent_local": "bytes [{start}, {end}) of the persistent local region",
}


def getter(slot: Slot, windows: Mapping[Element, int], arrays: Mapping[DType, int]) -> Iterator[str]:
    """`windows` and `arrays`: the place of each element type in the tuple of `window`, of each dtype in that of `persistent`."""
    value = _value(slot, windows, arrays)
    yield from device_function(slot.identifier, getter_argument(slot), _describe(slot), [f"return {value}"])


def _value(slot: Slot, windows: Mapping[Element, int], arrays: Mapping[DType, int]) -> str:
    cut = f"[{slot.offset:d}:{slot.offset + slot.count:d}]"
    if not slot.count:
        # The one spelling of "no elements" that compiles and runs in the simulator; the array itself is optimised away.
        return f"{local_array(1, slot.element, 0)}[0:0]"
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
            return local_array(slot.count, slot.element, slot.alignment_bytes)


def _describe(slot: Slot) -> str:
    """`loop/state: 10 x float32, bytes [320, 360) of the run's window.`"""
    said = [f"{slot.name}: {slot.count} x {slot.element.name}"]
    if slot.note:
        said.append(slot.note)
    if not slot.count:
        said.append("an empty view")
    elif slot.offset_bytes is not None:
        said.append(_WHERE[slot.region].format(start=slot.offset_bytes, end=slot.offset_bytes + slot.size_bytes))
    elif slot.is_part:
        said.append(f"elements [{slot.offset}, {slot.offset + slot.count}) of the local array handed in")
    else:
        said.append("a new local array with every call")
    return ", ".join(said) + "."
