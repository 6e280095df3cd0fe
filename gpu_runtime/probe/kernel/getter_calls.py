"""The getters that a probe uses, numbered, and the source text that calls them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from warpack.gpu_runtime.emitters import Getter
from warpack.solver.wire.dtypes import DTYPES

ITEMSIZES = {name: dtype.itemsize_bytes for name, dtype in DTYPES.items()}
"""Bytes of an element, by numba's name of its type."""


_SLOT = "@"
"""A character that no name in a manifest has."""


def slot_of(name: str, slot: int) -> str:
    """The name of a ring's getter, asked for one slot."""
    return f"{name}{_SLOT}{slot}"


def _names(getter: Getter) -> list[str]:
    return [slot_of(getter.name, slot) for slot in range(getter.slots)] if getter.takes_slot else [getter.name]


@dataclass(frozen=True)
class Calls:
    """`names[ref]` is the full name of the getter of that number (of a ring with the slot that it is asked for, as
    `slot_of` spells it); those of one element type follow one another, and so do a ring's slots. `getters` has them by
    these names. `elements` are numba's names of the element types, by number."""

    getters: Mapping[str, Getter]
    names: tuple[str, ...]
    elements: tuple[str, ...]

    @classmethod
    def of(cls, getters: Iterable[Getter]) -> Calls:
        ordered = sorted(getters, key=lambda getter: (getter.element, getter.name))
        found = {name: getter for getter in ordered for name in _names(getter)}
        return cls(found, tuple(found), tuple(sorted({getter.element for getter in ordered})))

    @cached_property
    def refs(self) -> dict[str, int]:
        return {name: ref for ref, name in enumerate(self.names)}

    def refs_of(self, element: int) -> range:
        """The numbers of the getters of one element type."""
        own = [ref for ref, name in enumerate(self.names) if self.getters[name].element == self.elements[element]]
        return range(own[0], own[-1] + 1)

    def itemsize(self, ref: int) -> int:
        """Bytes of an element of the view that this getter returns."""
        return ITEMSIZES[self.getters[self.names[ref]].element]

    def view(self, ref: int) -> str:
        name = self.names[ref]
        return f"A.{self.getters[name].call_with(name.rpartition(_SLOT)[2])}"

    def rings(self, refs: Iterable[int]) -> list[list[int]]:
        """The same numbers, those of one ring's slots together."""
        return [list(found) for _, found in groupby(refs, lambda ref: self.getters[self.names[ref]].name)]

    def zero(self, ref: int) -> str | None:
        """The call of the zero function, which for a ring belongs to its first slot."""
        name = self.names[ref]
        getter = self.getters[name]
        if getter.zero_call is None or (getter.takes_slot and name != slot_of(getter.name, 0)):
            return None
        return f"A.{getter.zero_call}"
