"""The emitted getters as data, for programs that generate calls (the probe, a code generator)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gpu_runtime.emitters.names import zero_name
from gpu_runtime.emitters.planning import plan_allocators
from solver.wire.layout import Layout, Region
from solver.wire.manifest import Manifest
from solver.wire.units import Elements

Argument = Literal["shared", "kept", "array"]


@dataclass(frozen=True, slots=True)
class Getter:
    """How to call one getter. `argument`: what `identifier` takes (None: nothing; `array`: the whole local array);
    `element`: numba's name of the view's element type (`bool` is `types.boolean`); `count`: its length in elements;
    `zero`: the zero function, if there is one, and `zero_argument` what it takes; `at_entry`: `init` zeroes it."""

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

    @property
    def call(self) -> str:
        """The call as source text, e.g. `loop_state(shared)`."""
        return f"{self.identifier}({self.argument or ''})"

    @property
    def zero_call(self) -> str | None:
        return None if self.zero is None else f"{self.zero}({self.zero_argument or ''})"


_ARGUMENTS: dict[Region, Argument | None] = {"run": "shared", "block": None, "persistent_local": "kept", "local": None}


def getters(layout: Layout, manifest: Manifest) -> dict[str, Getter]:
    """Every getter that `emit` writes, by full name (`component/name`, parts `component/name#part`), in manifest order.

    Raises EmitError where `emit` does.
    """
    found: dict[str, Getter] = {}
    for slot in plan_allocators(layout, manifest).slots:
        local = slot.region == "local"
        argument: Argument | None = "array" if local and slot.is_part else _ARGUMENTS[slot.region]
        found[slot.name] = Getter(
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
        )
    return found
