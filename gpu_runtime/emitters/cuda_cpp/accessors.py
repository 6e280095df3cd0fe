"""The plan's slots as a tree of C++ scopes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from warpack.gpu_runtime.emitters.cuda_cpp.names import MEMBERS, TOP, distinct
from warpack.gpu_runtime.emitters.plan import AllocatorPlan, Slot
from warpack.solver.wire.dtypes import DType


@dataclass(frozen=True, slots=True)
class Accessor:
    """One struct. `path`: its name from inside the header's namespace, e.g. `loop::algorithm::state`. `slot` None: a
    buffer whose parts lie apart, which has no place of its own. `array`: the number of its array in `persistent`, or in
    `thread_memory` for a plain local buffer. `zeroes`: where there is no `slot`, whether the whole can be zeroed."""

    path: str
    full_name: str
    slot: Slot | None
    array: int | None
    parts: tuple[Accessor, ...] = ()
    zeroes: bool = False

    @property
    def name(self) -> str:
        return self.path.rpartition("::")[2]

    def every(self) -> Iterator[Accessor]:
        """Those of the buffer and its parts that have a place."""
        return (each for each in (self, *self.parts) if each.slot is not None)


@dataclass(slots=True)
class Scope:
    """A namespace: its buffers in manifest order, and the namespaces in it by name."""

    path: str = ""
    buffers: list[Accessor] = field(default_factory=list)
    inner: dict[str, Scope] = field(default_factory=dict)

    def every(self) -> Iterator[Accessor]:
        for accessor in self.buffers:
            yield from accessor.every()
        for scope in self.inner.values():
            yield from scope.every()


def accessors(plan: AllocatorPlan) -> Scope:
    """Raises EmitError where no distinct names can be found."""
    slots: _Slots = {}
    for slot in plan.slots:
        slots.setdefault(slot.name.partition("#")[0], []).append(slot)
    arrays: _Arrays = {array.dtype: number for number, array in enumerate(plan.kept)}
    arrays |= {slot.name: number for number, slot in enumerate(plan.local)}
    return _scope("", slots, arrays, frozenset(buffer.name for buffer in plan.scattered if buffer.zeros))


_Arrays = dict[DType | str, int]
"""Numbers of arrays: persistent ones by dtype, plain local ones by buffer."""

_Slots = dict[str, list[Slot]]
"""By the rest of the full name inside a scope: the buffer's own slot, if there is one, and those of its parts."""


def _scope(path: str, slots: _Slots, arrays: _Arrays, zeroed: frozenset[str]) -> Scope:
    own: list[str] = []
    below: dict[str, _Slots] = {}
    for rest, mine in slots.items():
        component, slash, name = rest.partition("/")
        if slash:
            below.setdefault(component, {})[name] = mine
        else:
            own.append(rest)
    taken = TOP | frozenset(path.split("::"))
    spaces = distinct(below, taken, "component")
    names = distinct(own, taken | MEMBERS | frozenset(spaces.values()), "buffer")
    scope = Scope(path, [_buffer(_inside(path, names[name]), slots[name], arrays, zeroed) for name in own])
    for component, space in spaces.items():
        scope.inner[space] = _scope(_inside(path, space), below[component], arrays, zeroed)
    return scope


def _buffer(path: str, slots: list[Slot], arrays: _Arrays, zeroed: frozenset[str]) -> Accessor:
    full_name = slots[0].name.partition("#")[0]
    whole = next((slot for slot in slots if not slot.is_part), None)
    parts = {slot.name.partition("#")[2]: slot for slot in slots if slot.is_part}
    names = distinct(parts, MEMBERS | TOP | {path.rpartition("::")[2]}, "part")
    return Accessor(
        path,
        full_name,
        whole,
        _array(whole, arrays),
        tuple(
            Accessor(_inside(path, names[label]), slot.name, slot, _array(slot, arrays))
            for label, slot in parts.items()
        ),
        full_name in zeroed,
    )


def _array(slot: Slot | None, arrays: _Arrays) -> int | None:
    match slot:
        case Slot(region="persistent_local"):
            return arrays.get(slot.dtype)
        case Slot(region="local"):
            return arrays.get(slot.owner)
    return None


def _inside(path: str, name: str) -> str:
    return f"{path}::{name}" if path else name
