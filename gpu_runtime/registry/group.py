"""All buffers of one parent, and their layout: made when it is first asked for, dropped at every change."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Any

from warpack.gpu_runtime.registry.entry import FLOAT32, CUDABuffer, ElementType, Ranges
from warpack.gpu_runtime.registry.layouts import GroupLayout
from warpack.gpu_runtime.registry.phases import Phases
from warpack.solver.wire.units import Bytes, Elements

Place = Callable[[dict[str, CUDABuffer], Phases], GroupLayout]


class BufferGroup:
    """`entries` in the order of registration (registering a name again keeps its place), `children` by the base name
    under which they were registered, held weakly, `parent_dtype` the element type of the parent's shared and persistent
    arrays."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._layout: GroupLayout | None = None
        self.entries: dict[str, CUDABuffer] = {}
        self.parent_dtype: ElementType = FLOAT32
        self.phases = Phases()
        self._children: dict[str, weakref.ref[Any]] = {}

    @property
    def layout(self) -> GroupLayout:
        if self._layout is None:
            self._layout = self._place(self.entries, self.phases)
        return self._layout

    def invalidate(self) -> None:
        self._layout = None

    def set_parent_dtype(self, dtype: ElementType) -> None:
        """A change updates every entry; the types that the buffers themselves were registered with stay."""
        if dtype == self.parent_dtype:
            return
        self.parent_dtype = dtype
        self.entries = {name: replace(entry, parent_dtype=dtype) for name, entry in self.entries.items()}
        self.invalidate()

    def set_phases(self, phases: Phases) -> None:
        if phases != self.phases:
            self.phases = phases
            self.invalidate()

    def register(self, entry: CUDABuffer) -> None:
        if entry.aliases is not None and entry.aliases not in self.entries:
            raise ValueError(
                f"Alias target '{entry.aliases}' not registered. Register '{entry.aliases}' before '{entry.name}'."
            )
        self.entries[entry.name] = entry
        self.invalidate()

    def update(self, name: str, changes: dict[str, Any]) -> tuple[bool, bool]:
        """Whether the buffer is known, and whether anything became different."""
        if name not in self.entries:
            return False, False
        unknown = set(changes) - _CHANGEABLE
        if unknown:
            raise TypeError(
                f"Buffer '{name}' has no {', '.join(sorted(unknown))}: known are {', '.join(sorted(_CHANGEABLE))}."
            )
        old = self.entries[name]
        new = replace(old, **changes)
        if new.aliases is not None and new.aliases not in self.entries:
            raise ValueError(f"Alias target '{new.aliases}' of '{name}' not registered.")
        if new == old:
            return True, False
        self.entries[name] = new
        self.invalidate()
        return True, True

    def add_child(self, name: str, child: object) -> None:
        self._children[name] = weakref.ref(child)

    @property
    def children(self) -> dict[str, object]:
        """The children that still exist."""
        living = ((name, reference()) for name, reference in self._children.items())
        return {name: child for name, child in living if child is not None}

    @property
    def own_names(self) -> tuple[str, ...]:
        """Names of the buffers that were registered for the parent itself, without its children's windows."""
        windows = {f"{base}_{kind}" for base in self._children for kind in ("shared", "persistent")}
        return tuple(name for name in self.entries if name not in windows)

    @property
    def protected_ranges(self) -> Ranges:
        """Where persistent storage lies in the shared window, that of children included, in parent elements."""
        ranges = []
        size = self.parent_dtype.itemsize
        for name, span in self.layout.shared.items():
            entry, first = self.entries[name], span.start // size
            if entry.persistent and span.stop > span.start:
                ranges.append((first, -(-span.stop // size)))
            if entry.protected:
                rest = span.start - first * size
                ranges += [(first + start, first + stop + (rest > 0)) for start, stop in entry.protected]
        return tuple(ranges)

    @property
    def alignment_bytes(self) -> Bytes:
        """What the address of the shared window must be a multiple of for its widest element."""
        aligned = [self.entries[name].absolute_alignment_bytes for name in self.layout.shared]
        return max([self.parent_dtype.itemsize, *aligned])

    def elements(self, size_bytes: Bytes) -> Elements:
        return -(-size_bytes // self.parent_dtype.itemsize)

    def plain_elements(self, names: Iterable[str]) -> Elements:
        """Parent elements of those of the named buffers that are no aliases; unknown names count nothing."""
        known = [self.entries[name] for name in names if name in self.entries]
        return sum(entry.parent_elements for entry in known if entry.aliases is None)


_CHANGEABLE = {field.name for field in fields(CUDABuffer)} - {"name", "parent_dtype"}
