"""The emitted getters as data, for programs that generate calls (the probe, a code generator)."""

from __future__ import annotations

from dataclasses import dataclass

from warpack.gpu_runtime.emitters.names import zero_name
from warpack.gpu_runtime.emitters.plan import Slot
from warpack.gpu_runtime.emitters.planning import plan_allocators
from warpack.solver.wire.given import check_given
from warpack.solver.wire.layout import Layout, Region
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Elements


@dataclass(frozen=True, slots=True)
class Getter:
    """How to call one getter, which takes a thread's memory wherever the buffer lies. `element`: numba's name of the
    view's element type (`bool` is `types.boolean`); `count`: its length in elements; `zero`: the zero function, if
    there is one; `at_entry`: `init` zeroes it. For a ring, `count` and the view are those of one slot. After the memory
    the getter takes the slot, one of `slots` that are `pitch` elements apart (the zero function zeroes all)."""

    name: str
    identifier: str
    region: Region
    element: str
    count: Elements
    is_part: bool
    zero: str | None
    at_entry: bool
    slots: int = 1
    pitch: Elements = 0

    @property
    def takes_slot(self) -> bool:
        return self.slots > 1

    @property
    def call(self) -> str:
        """The call as source text, e.g. `loop_state(memory)`, or `loop_ring(memory, slot)`."""
        return self.call_with("slot")

    def call_with(self, slot: str) -> str:
        """The same call with another expression for the slot."""
        return f"{self.identifier}(memory, {slot})" if self.takes_slot else f"{self.identifier}(memory)"

    @property
    def zero_call(self) -> str | None:
        return None if self.zero is None else f"{self.zero}(memory)"


def getters(layout: Layout, manifest: Manifest) -> dict[str, Getter]:
    """Every getter that `emit` writes, by full name (`component/name`, parts `component/name#part`), in manifest order;
    not those that refuse to compile, of buffers whose parts lie apart.

    Raises EmitError where `emit` does.
    """
    check_given("getters", layout=layout, manifest=manifest)
    return {slot.name: _getter_of(slot) for slot in plan_allocators(layout, manifest).slots}


def _getter_of(slot: Slot) -> Getter:
    return Getter(
        name=slot.name,
        identifier=slot.identifier,
        region=slot.region,
        element=slot.element.name,
        count=slot.count,
        is_part=slot.is_part,
        zero=zero_name(slot.identifier) if slot.zero else None,
        at_entry=slot.entry,
        slots=slot.stages,
        pitch=slot.pitch,
    )
