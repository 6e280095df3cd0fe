"""The queries of a registry about sizes. Elements are those of the parent's type, as in CuBIE; bytes have their own
queries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

from warpack.gpu_runtime.registry.group import BufferGroup
from warpack.solver.wire.units import Bytes, Elements


class SizeQueries:
    """Unknown parents have no buffers: every size of theirs is 0."""

    _groups: WeakKeyDictionary[Any, BufferGroup]

    def shared_buffer_size(self, parent: object) -> Elements:
        """Elements of the parent's shared window."""
        group = self._groups.get(parent)
        return 0 if group is None else group.elements(group.layout.shared_bytes)

    def persistent_local_buffer_size(self, parent: object) -> Elements:
        """Elements of the parent's persistent local array."""
        group = self._groups.get(parent)
        return 0 if group is None else group.elements(group.layout.persistent_bytes)

    def local_buffer_size(self, parent: object) -> Elements:
        """Elements of the plain local arrays, each at least one, each counted in its own type."""
        group = self._groups.get(parent)
        return 0 if group is None else sum(group.layout.local.values())

    def shared_buffer_bytes(self, parent: object) -> Bytes:
        """Bytes of the parent's shared window: whole elements of its type."""
        group = self._groups.get(parent)
        return 0 if group is None else self.shared_buffer_size(parent) * group.parent_dtype.itemsize

    def persistent_local_buffer_bytes(self, parent: object) -> Bytes:
        """Bytes of the parent's persistent local array."""
        group = self._groups.get(parent)
        return 0 if group is None else self.persistent_local_buffer_size(parent) * group.parent_dtype.itemsize

    def local_buffer_bytes(self, parent: object) -> Bytes:
        """Bytes of the plain local arrays."""
        group = self._groups.get(parent)
        if group is None:
            return 0
        return sum(count * group.entries[name].dtype.itemsize for name, count in group.layout.local.items())

    def shared_alignment_bytes(self, parent: object) -> Bytes:
        """What the address of the parent's shared window must be a multiple of (1 for unknown parents)."""
        group = self._groups.get(parent)
        return 1 if group is None else group.alignment_bytes

    def relocatable_buffer_names(self, parent: object) -> tuple[str, ...]:
        """The parent's own buffers, without its children's windows: those that `update` may move."""
        group = self._groups.get(parent)
        return () if group is None else group.own_names

    def nonaliased_elements(self, parent: object, names: Iterable[str]) -> Elements:
        """Parent elements of those of the named buffers that are no aliases."""
        group = self._groups.get(parent)
        return 0 if group is None else group.plain_elements(names)

    def declared_local_elements(self, parent: object) -> Elements:
        """Plain local elements of the parent and all below it, and the parent's persistent local array."""
        own = self._over_tree(parent, lambda group: sum(group.layout.local.values()), set())
        return own + self.persistent_local_buffer_size(parent)

    def declared_elements(self, parent: object) -> Elements:
        """Elements of every buffer of the parent and all below it, as if each were a plain local array."""
        return self._over_tree(
            parent, lambda group: sum(max(group.entries[name].count, 1) for name in group.own_names), set()
        )

    def _over_tree(self, parent: object, count: Any, seen: set[int]) -> int:
        group = self._groups.get(parent)
        if group is None or id(parent) in seen:
            return 0
        seen.add(id(parent))
        below = sum(self._over_tree(child, count, seen) for child in group.children.values())
        return int(count(group)) + below
