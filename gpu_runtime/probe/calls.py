"""The getters that a probe uses, numbered, and the source text that calls them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from gpu_runtime.emitters import Getter
from solver.wire.dtypes import DTYPES

ITEMSIZES = {name: dtype.itemsize_bytes for name, dtype in DTYPES.items()}
"""Bytes of an element, by numba's name of its type."""


@dataclass(frozen=True)
class Calls:
    """`names[ref]` is the full name of the getter of that number; those of one element type follow one another.
    `elements` are numba's names of the element types, by number."""

    getters: Mapping[str, Getter]
    names: tuple[str, ...]
    elements: tuple[str, ...]

    @classmethod
    def of(cls, getters: Mapping[str, Getter], wanted: Iterable[str]) -> Calls:
        names = sorted(set(wanted), key=lambda name: (getters[name].element, name))
        return cls(getters, tuple(names), tuple(sorted({getters[name].element for name in names})))

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

    @cached_property
    def _arrays(self) -> dict[str, str]:
        """Plain local buffers by full name, and the variable that holds each one's array."""
        owners = dict.fromkeys(name.partition("#")[0] for name in self.names if self.getters[name].region == "local")
        return {owner: f"array_{number}" for number, owner in enumerate(owners)}

    def local_arrays(self) -> Iterator[str]:
        """Makes each plain local array, once."""
        for owner, variable in self._arrays.items():
            yield f"{variable} = A.{self.getters[owner].call}"

    def view(self, ref: int) -> str:
        getter = self.getters[self.names[ref]]
        if getter.region == "local" and not getter.is_part:
            return self._arrays[getter.name]
        return f"A.{self._on_array(getter, getter.call)}"

    def zero(self, ref: int) -> str | None:
        getter = self.getters[self.names[ref]]
        return None if getter.zero_call is None else f"A.{self._on_array(getter, getter.zero_call)}"

    def _on_array(self, getter: Getter, call: str) -> str:
        """The emitter calls the whole local array `array`; here each has a variable of its own."""
        if getter.region != "local":
            return call
        return call.replace("(array)", f"({self._arrays[getter.name.partition('#')[0]]})")
