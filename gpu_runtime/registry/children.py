"""The windows of children: what a component needs of its parent's storage."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from warpack.gpu_runtime.registry.entry import CUDABuffer, ElementType, Ranges
from warpack.gpu_runtime.registry.group import BufferGroup
from warpack.gpu_runtime.registry.sizes import SizeQueries

Allocator = Callable[..., Any]


class ChildWindows(SizeQueries):
    """The part of a registry that knows parents and children."""

    _groups: WeakKeyDictionary[Any, BufferGroup]

    if TYPE_CHECKING:

        def _group(self, parent: object) -> BufferGroup: ...

        def get_allocator(self, name: str, parent: object, zero: bool = False) -> Allocator: ...

    def register_child(
        self,
        parent: object,
        child: object,
        name: str | None = None,
        aliases: str | None = None,
        *,
        called_in: Iterable[str | int] | None = None,
    ) -> tuple[str, str]:
        """Registers what `child` needs now as two buffers of `parent`, `{name}_shared` and `{name}_persistent`, and
        returns these names. It is a snapshot: call it again when the child has changed. The default name is
        `child_{id(child)}`.

        `aliases`: a shared buffer of the parent whose storage the child's window may take. `called_in`: the parent's
        phases in which the child runs; without it, its window is live in every phase. Persistent shared storage of the
        child is always kept.
        """
        base = f"child_{id(child)}" if name is None else name
        group, inner = self._group(parent), self._groups.get(child)
        kind, alignment = group.parent_dtype, 0
        protected: Ranges = ()
        if inner is not None:
            kind = inner.parent_dtype
            protected = _rescaled(inner.protected_ranges, kind, group.parent_dtype)
            alignment = inner.alignment_bytes
        shared_name, persistent_name = f"{base}_shared", f"{base}_persistent"
        window = CUDABuffer(
            shared_name,
            self.shared_buffer_size(child),
            "shared",
            aliases=aliases,
            dtype=kind,
            parent_dtype=group.parent_dtype,
            protected=protected,
            lifetime=None if called_in is None else group.phases.calls(called_in),
            alignment_bytes=alignment,
        )
        group.register(window)
        kept = self.persistent_local_buffer_size(child)
        group.register(
            CUDABuffer(persistent_name, kept, "local", persistent=True, dtype=kind, parent_dtype=group.parent_dtype)
        )
        group.add_child(base, child)
        return shared_name, persistent_name

    def get_child_allocators(
        self,
        parent: object,
        child: object,
        name: str | None = None,
        aliases: str | None = None,
        *,
        called_in: Iterable[str | int] | None = None,
    ) -> tuple[Allocator, Allocator]:
        """Registers the child (`register_child`) and returns the allocators of its two windows, which the parent passes
        on as the child's `shared` and `persistent`."""
        shared, persistent = self.register_child(parent, child, name, aliases, called_in=called_in)
        return self.get_allocator(shared, parent), self.get_allocator(persistent, parent)


def _rescaled(ranges: Ranges, of: ElementType, to: ElementType) -> Ranges:
    """Ranges in elements of one type as ranges in elements of another, widened to whole ones."""
    return tuple((start * of.itemsize // to.itemsize, -(-stop * of.itemsize // to.itemsize)) for start, stop in ranges)
