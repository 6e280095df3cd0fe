"""Placement by declared aliases: the rule of CuBIE's buffer registry (release 0.17), offset for offset.

Buffers without an alias follow one another in the order of registration. Then come the aliases, in the same order: an
alias of a shared buffer goes into what earlier aliases left of it, from its start on, unless one of the two is
persistent or the place would touch a protected range; it never looks past such a range. What does not fit falls back to
a place of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from warpack.gpu_runtime.registry.entry import CUDABuffer
from warpack.gpu_runtime.registry.layouts import GroupLayout, Span
from warpack.solver.wire.units import Elements


def declared_layout(entries: Mapping[str, CUDABuffer]) -> GroupLayout:
    """Places all buffers of one parent; `entries` in the order of registration."""
    return _Bump(entries).layout()


class _Bump:
    """Everything is counted in elements of the parent's type until the end."""

    def __init__(self, entries: Mapping[str, CUDABuffer]) -> None:
        self._entries = entries
        self._shared: dict[str, tuple[Elements, Elements]] = {}
        self._persistent: dict[str, tuple[Elements, Elements]] = {}
        self._local: dict[str, Elements] = {}
        self._used: dict[str, Elements] = {}
        self._ends: dict[str, Elements] = {"shared": 0, "persistent": 0}

    def layout(self) -> GroupLayout:
        plain = [entry for entry in self._entries.values() if entry.aliases is None]
        for entry in plain:
            self._append(entry)
        aliased_local = []
        for entry in self._entries.values():
            if entry.aliases is None or self._inside(entry, self._entries[entry.aliases]):
                continue
            if entry.is_local:
                aliased_local.append(entry)
            else:
                self._append(entry)
        for entry in aliased_local:
            self._append(entry)
        size = next((entry.parent_dtype.itemsize for entry in self._entries.values()), 1)
        return GroupLayout(
            {name: Span(start * size, stop * size) for name, (start, stop) in self._shared.items()},
            {name: Span(start * size, stop * size) for name, (start, stop) in self._persistent.items()},
            self._local,
        )

    def _append(self, entry: CUDABuffer) -> None:
        if entry.is_local:
            self._local[entry.name] = max(entry.count, 1)
            return
        region, spans = ("shared", self._shared) if entry.is_shared else ("persistent", self._persistent)
        start = entry.aligned_offset(self._ends[region])
        self._ends[region] = start + entry.parent_elements
        spans[entry.name] = (start, self._ends[region])

    def _inside(self, entry: CUDABuffer, target: CUDABuffer) -> bool:
        """Places the alias inside its target, whatever its own location is, if the rule allows it."""
        if target.name not in self._shared or entry.persistent or target.persistent or entry.protected:
            return False
        used = self._used.get(target.name, 0)
        if entry.parent_elements > target.parent_elements - used:
            return False
        first, last = self._shared[target.name]
        start = entry.aligned_offset(first + used)
        stop = start + entry.parent_elements
        if stop > last or any(a < b and start < first + b and first + a < stop for a, b in target.protected):
            return False
        self._shared[entry.name] = (start, stop)
        self._used[target.name] = stop - first
        return True
