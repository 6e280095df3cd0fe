"""One device function per buffer and part."""

from __future__ import annotations

from collections.abc import Iterator

from warpack.gpu_runtime.emitters.memory_map import sharing
from warpack.gpu_runtime.emitters.numba_cuda.expressions import Places, device_function, getter_arguments, local_array
from warpack.gpu_runtime.emitters.numba_cuda.views import view
from warpack.gpu_runtime.emitters.plan import Scattered, Slot
from warpack.solver.wire.layout import Region

_WHERE: dict[Region, str] = {
    "run": "bytes [{start}, {end}) of the run's window",
    "block": "bytes [{start}, {end}) of the block's memory",
    "persistent_local": "bytes [{start}, {end}) of the persistent local region",
}


def getter(slot: Slot, places: Places) -> Iterator[str]:
    yield from device_function(
        slot.identifier, getter_arguments(slot), _describe(slot), [f"return {value(slot, places)}"]
    )


def refusal(buffer: Scattered) -> Iterator[str]:
    """The getter of a whole buffer that is not in one piece. It indexes a text with a tuple, so numba refuses to
    compile the call and shows the text. In the simulator it raises an error."""
    said = f'"{buffer.refusal}: take {", ".join(f"{part}(memory)" for part in buffer.parts)}"'
    body = ["if IN_SIMULATOR:", f"    raise TypeError({said})", f"return {said}[memory]"]
    yield from device_function(buffer.identifier, "memory", f"{buffer.refusal}.", body)


def value(slot: Slot, places: Places) -> str:
    """The expression for what the getter returns."""
    if (
        not slot.count
    ):  # the one spelling of "no elements" that compiles and runs in the simulator; the array is optimised away
        return f"{local_array(1, slot.element, 0)}[0:0]"
    whole = slot.region == "local" and not slot.is_part and not slot.is_ring
    if whole:
        return places.memory(slot)
    first = f"{slot.offset:d} + {slot.pitch:d} * slot" if slot.is_ring else slot.offset
    return view(places.memory(slot), first, slot.count)


def _elements(slot: Slot) -> str:
    said = f"{slot.count} x {slot.element.name}"
    return f"{said}, {slot.note}" if slot.note else said


def _describe(slot: Slot) -> str:
    """`loop/state: 10 x float32, bytes [320, 360) of the run's window, shares bytes with loop/work.`"""
    said = [f"{slot.name}: {_elements(slot)}"]
    if slot.is_ring:
        said.append(f"slot `slot` (a signed integer) of {slot.stages}")
    if not slot.count:
        said.append("an empty view")
    elif slot.offset_bytes is not None:
        said.append(_WHERE[slot.region].format(start=slot.offset_bytes, end=slot.offset_bytes + slot.size_bytes))
    elif slot.is_part:
        said.append(f"elements [{slot.offset}, {slot.offset + slot.count}) of a local array")
    else:
        said.append("a local array of its own")
    said += sharing(slot)
    return ", ".join(said) + "."
