"""The emitted getters as data, for programs that generate calls (the probe, a code generator)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from gpu_runtime.emitters.names import slot_name, zero_name
from gpu_runtime.emitters.plan import Slot
from gpu_runtime.emitters.planning import plan_allocators
from solver.wire.layout import Layout, Region
from solver.wire.manifest import Manifest
from solver.wire.units import Elements

Argument = Literal["shared", "kept", "array"]


@dataclass(frozen=True, slots=True)
class Getter:
    """How to call one getter. `argument`: what `identifier` takes (None: nothing; `array`: the whole local array);
    `element`: numba's name of the view's element type (`bool` is `types.boolean`); `count`: its length in elements;
    `zero`: the zero function, if there is one, and `zero_argument` what it takes; `at_entry`: `init` zeroes it. Of a ring, `count` and
    the view are of one slot; behind `argument` the getter takes which one, of `slots` that are `pitch` elements apart (the zero
    function zeroes all). A ring that is a plain local array has two: one makes the whole array, and `component/name#slot` slices it."""

    name: str
    identifier: str
    region: Region
    argument: Argument | None
    element: str
    count: Elements
    is_part: bool
    zero: str | None
    zero_argument: Argument | None
    at_entry: bool
    slots: int = 1
    pitch: Elements = 0

    @property
    def takes_slot(self) -> bool:
        return self.slots > 1

    @property
    def call(self) -> str:
        """The call as source text, e.g. `loop_state(shared)`, or `loop_ring(shared, slot)`."""
        return self.call_with("slot")

    def call_with(self, slot: str, array: str = "array") -> str:
        """The same with another expression for the slot, or for the local array."""
        argument = array if self.argument == "array" else self.argument
        given = [*([argument] if argument else []), *([slot] if self.takes_slot else [])]
        return f"{self.identifier}({', '.join(given)})"

    @property
    def zero_call(self) -> str | None:
        return None if self.zero is None else f"{self.zero}({self.zero_argument or ''})"


_ARGUMENTS: dict[Region, Argument | None] = {"run": "shared", "block": None, "persistent_local": "kept", "local": None}


def getters(layout: Layout, manifest: Manifest) -> dict[str, Getter]:
    """Every getter that `emit` writes, by full name (`component/name`, parts `component/name#part`), in manifest order.

    Raises EmitError where `emit` does.
    """
    every = (getter for slot in plan_allocators(layout, manifest).slots for getter in _getters_of(slot))
    return {getter.name: getter for getter in every}


def _getters_of(slot: Slot) -> Iterator[Getter]:
    local = slot.region == "local"
    argument: Argument | None = "array" if local and slot.is_part else _ARGUMENTS[slot.region]
    one = Getter(
        name=slot.name,
        identifier=slot.identifier,
        region=slot.region,
        argument=argument,
        element=slot.element.name,
        count=slot.count,
        is_part=slot.is_part,
        zero=zero_name(slot.identifier) if slot.zero else None,
        zero_argument="array" if local else argument,
        at_entry=slot.entry and not local,
        slots=slot.stages,
        pitch=slot.pitch,
    )
    if not (local and slot.is_ring):
        yield one
        return
    yield replace(one, count=slot.extent, slots=1, pitch=0)
    name, identifier = slot_name(slot.name), slot.slot_identifier
    yield replace(one, name=name, identifier=identifier, argument="array", is_part=True, zero=None, zero_argument=None)
