"""What a kernel as a whole needs: all of its memory, the window of each run, and how it is launched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from warpack.gpu_runtime.registry.entry import FLOAT32, ElementType, element_type
from warpack.gpu_runtime.registry.group import BufferGroup
from warpack.gpu_runtime.registry.launching import launch_of
from warpack.gpu_runtime.registry.sizes import SizeQueries
from warpack.solver.wire.layout import LaunchFigures
from warpack.solver.wire.units import Bytes

Allocator = Callable[..., Any]


class TopLevel(SizeQueries):
    """The part of a registry that a whole kernel uses."""

    layout: str
    threads_per_run: int
    _groups: WeakKeyDictionary[Any, BufferGroup]

    def get_toplevel_allocators(self, kernel: object) -> tuple[Allocator, Allocator]:
        """Two device functions without arguments: `alloc_shared()` is all dynamic shared memory of the block as
        float32, `alloc_persistent()` a new local array for everything persistent of one thread.

        `kernel` has `precision` and may have `persistent_local_elements`; without the latter, what is registered for it
        counts.
        """
        from warpack.gpu_runtime.registry.device import toplevel_persistent, toplevel_shared

        count = getattr(kernel, "persistent_local_elements", None)
        if count is None:
            count = self.persistent_local_buffer_size(kernel)
        return toplevel_shared(), toplevel_persistent(max(1, count), precision_of(kernel))

    def get_run_window(self, parent: object, stride_bytes: Bytes) -> Allocator:
        """A device function `(shared, run) -> array` that cuts the window of one run out of the block's memory, as
        elements of the parent's type; `stride_bytes` is the distance of two runs (`launch(...).stride_bytes`). Raises
        ValueError."""
        from warpack.gpu_runtime.registry.device import run_window

        if stride_bytes < self.shared_buffer_bytes(parent) or stride_bytes % self.shared_alignment_bytes(parent):
            raise ValueError(
                f"A stride of {stride_bytes} bytes does not do: at least {self.shared_buffer_bytes(parent)}, "
                f"in multiples of {self.shared_alignment_bytes(parent)}."
            )
        group = self._groups.get(parent)
        kind = precision_of(parent) if group is None else group.parent_dtype
        return run_window("the window of a run", kind, self.shared_buffer_size(parent), stride_bytes)

    def launch(self, parent: object, compute_capability: str, **settings: Any) -> LaunchFigures:
        """How many runs of `parent`'s window a block can have, and at what stride, by the rules for a manifest.

        `settings`: the fields of a manifest's `target` and `launch`; `threads_per_run` is the registry's unless given.
        Raises ValueError where not one run fits, and where more threads would share a window than its layout was made
        for.
        """
        threads = settings.setdefault("threads_per_run", self.threads_per_run)
        if self.layout == "optimal" and isinstance(threads, int) and threads > self.threads_per_run:
            raise ValueError(
                f"The layouts are for {self.threads_per_run} threads to a window, not {threads}: say threads_per_run={threads} "
                "where the registry is made."
            )
        group = self._groups.get(parent)
        entries = [] if group is None else [group.entries[name] for name in group.layout.shared]
        return launch_of(self.shared_buffer_bytes(parent), entries, compute_capability, settings)


def precision_of(parent: object) -> ElementType:
    """The element type of the arrays that a parent is handed."""
    precision = getattr(parent, "precision", None)
    return FLOAT32 if precision is None else element_type(precision)
