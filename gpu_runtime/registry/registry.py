"""`BufferRegistry`: components say what they need, and get allocators for it.

The calls and their meaning are those of CuBIE's buffer registry (release 0.17), in the older spellings too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Literal
from weakref import WeakKeyDictionary

from gpu_runtime.registry.declared import declared_layout
from gpu_runtime.registry.entry import FLOAT32, LOCATIONS, CUDABuffer, ElementType, Location, Ranges, element_type
from gpu_runtime.registry.group import BufferGroup, Place
from gpu_runtime.registry.launching import launch_of
from gpu_runtime.registry.layouts import GroupLayout
from gpu_runtime.registry.optimal import optimal_layout
from gpu_runtime.registry.phases import Phases
from gpu_runtime.registry.problem import Options
from gpu_runtime.registry.sizes import SizeQueries
from solver.wire.layout import LaunchFigures
from solver.wire.units import Bytes

Allocator = Callable[..., Any]


class BufferRegistry(SizeQueries):
    """The buffers of all components of a program, by parent.

    `layout`: `"declared"` places as CuBIE does (aliases that were declared, nothing else shares storage), `"optimal"` lets
    Warpack's optimiser place each parent's shared window by lifetimes. `compute_capability` (its largest block is the limit) and
    `time_limit_s` (for one parent) are for the optimiser alone.

    A parent is any object that can be hashed and weakly referenced; its `precision` (float32 where it has none) is the element
    type of the arrays that it is handed. Parents and children are held weakly: what was registered for one goes with
    it. Layouts are made when first asked for and dropped at every change; allocators that were handed out before a change keep
    the old places. Not thread-safe: use one registry from one thread at a time.
    """

    def __init__(
        self,
        layout: Literal["declared", "optimal"] = "declared",
        *,
        compute_capability: str = "9.0",
        time_limit_s: float = 10.0,
    ) -> None:
        if layout not in ("declared", "optimal"):
            raise ValueError(f"layout must be 'declared' or 'optimal', not {layout!r}.")
        self.layout = layout
        self._groups: WeakKeyDictionary[Any, BufferGroup] = WeakKeyDictionary()
        self._place: Place = lambda entries, phases: declared_layout(entries)
        if layout == "optimal":
            self._place = partial(optimal_layout, options=Options(compute_capability, time_limit_s))

    def register(
        self,
        name: str,
        parent: object,
        size: int,
        location: Location = "local",
        persistent: bool = False,
        aliases: str | None = None,
        dtype: Any = None,
        protected: Ranges = (),
        *,
        precision: Any = None,
        lifetime: Sequence[Any] | None = None,
        parts: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Registers `size` elements of `dtype` (`precision` is the older word; without either, the parent's) for `parent`.

        Registering a name again replaces the buffer in its place. `persistent`: contents last from call to call, storage is never
        shared. `aliases`: the name of a buffer of the same parent, registered before, whose storage it may take.
        `protected`: ranges, in parent elements, that hold persistent storage. `lifetime`, `parts`: as in a manifest, in the parent's
        phases (`set_phases`). Raises ValueError and TypeError.
        """
        if dtype is not None and precision is not None:
            raise ValueError(f"Buffer '{name}' has a dtype and a precision: they are one thing, give one of the two.")
        group = self._group(parent)
        given = precision if dtype is None else dtype
        kind = group.parent_dtype if given is None else element_type(given)
        entry = CUDABuffer(
            name,
            size,
            location,
            persistent,
            aliases,
            kind,
            group.parent_dtype,
            tuple(protected),
            lifetime,
            tuple(parts),
        )
        group.register(entry)

    def set_phases(
        self,
        parent: object,
        phases: Sequence[str],
        *,
        loops: Sequence[Sequence[int]] = (),
        in_place: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """The parent's own timeline, in which its buffers' lifetimes and its children's `called_in` count. `loops` and
        `in_place` as in a manifest, with the parent's own buffer names."""
        self._group(parent).set_phases(Phases(tuple(phases), tuple(loops), tuple(in_place)))

    def update_buffer(self, name: str, parent: object, **changes: Any) -> tuple[bool, bool]:
        """Changes properties of a buffer: whether it is known, and whether anything became different."""
        group = self._groups.get(parent)
        if group is None:
            return False, False
        if "precision" in changes:
            if "dtype" in changes:
                raise ValueError(f"Buffer '{name}' has a dtype and a precision: give one of the two.")
            changes["dtype"] = changes.pop("precision")
        return group.update(name, changes)

    def update(
        self, parent: object, updates_dict: Mapping[str, Any] | None = None, silent: bool = False, **changes: Any
    ) -> set[str]:
        """Takes `NAME_location` settings out of many, and answers with those it knew. None keeps a location as it is.

        Raises ValueError for a location that is neither `shared` nor `local`. `silent` has no effect: settings of
        others are never an error here.
        """
        group = self._groups.get(parent)
        known: set[str] = set()
        if group is None:
            return known
        for key, value in {**(updates_dict or {}), **changes}.items():
            name = key.removesuffix("_location")
            if name == key:
                continue
            if value is None:
                known.add(key)
                continue
            if value not in LOCATIONS:
                raise ValueError(f"Invalid location '{value}' for buffer '{name}'. Must be 'shared' or 'local'.")
            if group.update(name, {"location": value})[0]:
                known.add(key)
        return known

    def get_allocator(self, name: str, parent: object, zero: bool = False) -> Allocator:
        """A numba-cuda device function `(shared, persistent) -> array`: the window of the parent's shared memory and its
        persistent local array in, the buffer out. With `zero` it fills it with zeros. Raises KeyError.

        The array has exactly `size` elements of the buffer's type (a plain local one at least one). One that would reach
        past the window ends with it, and in the simulator raises an IndexError that names the buffer.
        """
        group = self._groups.get(parent)
        if group is None:
            raise KeyError(f"Parent {parent} has no registered buffer group.")
        if name not in group.entries:
            raise KeyError(f"Buffer '{name}' not registered for parent.")
        from gpu_runtime.registry.device import allocator

        return allocator(group.entries[name], group.layout, zero=zero)

    def register_child(
        self,
        parent: object,
        child: object,
        name: str | None = None,
        aliases: str | None = None,
        *,
        called_in: Iterable[str | int] | None = None,
    ) -> tuple[str, str]:
        """Registers what `child` needs now as two buffers of `parent`, `{name}_shared` and `{name}_persistent`, and answers with
        these names. A snapshot: call it again when the child has changed. The default name is `child_{id(child)}`.

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
        group.register(CUDABuffer(persistent_name, kept, "local", True, None, kind, group.parent_dtype))
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
        """Registers the child (`register_child`) and gives the allocators of its two windows: what the parent hands on as
        the child's `shared` and `persistent`."""
        shared, persistent = self.register_child(parent, child, name, aliases, called_in=called_in)
        return self.get_allocator(shared, parent), self.get_allocator(persistent, parent)

    def get_toplevel_allocators(self, kernel: object) -> tuple[Allocator, Allocator]:
        """Two device functions without arguments: `alloc_shared()` is all dynamic shared memory of the block as float32,
        `alloc_persistent()` a new local array for everything persistent of one thread.

        `kernel` has `precision` and may have `persistent_local_elements`; without the latter, what is registered for it counts.
        """
        from gpu_runtime.registry.device import toplevel_persistent, toplevel_shared

        count = getattr(kernel, "persistent_local_elements", None)
        if count is None:
            count = self.persistent_local_buffer_size(kernel)
        return toplevel_shared(), toplevel_persistent(max(1, count), _precision(kernel))

    def get_run_window(self, parent: object, stride_bytes: Bytes) -> Allocator:
        """A device function `(shared, run) -> array` that cuts the window of one run out of the block's memory, as elements of
        the parent's type; `stride_bytes` is the distance of two runs (`launch(...).stride_bytes`). Raises ValueError."""
        from gpu_runtime.registry.device import run_window

        if stride_bytes < self.shared_buffer_bytes(parent) or stride_bytes % self.shared_alignment_bytes(parent):
            raise ValueError(
                f"A stride of {stride_bytes} bytes does not do: at least {self.shared_buffer_bytes(parent)}, "
                f"in multiples of {self.shared_alignment_bytes(parent)}."
            )
        group = self._groups.get(parent)
        kind = _precision(parent) if group is None else group.parent_dtype
        return run_window("the window of a run", kind, self.shared_buffer_size(parent), stride_bytes)

    def launch(self, parent: object, compute_capability: str, **settings: Any) -> LaunchFigures:
        """How many runs of `parent`'s window a block can have, and at what stride, by the rules for a manifest.

        `settings`: the fields of a manifest's `target` and `launch`. One thread serves a run unless `threads_per_run`
        says otherwise. Raises ValueError where not one run fits.
        """
        group = self._groups.get(parent)
        entries = [] if group is None else [group.entries[name] for name in group.layout.shared]
        return launch_of(self.shared_buffer_bytes(parent), entries, compute_capability, settings)

    def layout_of(self, parent: object) -> GroupLayout | None:
        """Where every buffer of `parent` lies, in bytes; None for a parent without buffers."""
        group = self._groups.get(parent)
        return None if group is None else group.layout

    def clear_layout(self, parent: object) -> None:
        """Drops the parent's layout: the next question makes it anew."""
        if (group := self._groups.get(parent)) is not None:
            group.invalidate()

    def clear_own(self, parent: object) -> None:
        """Forgets what was registered for `parent`, its children's windows included, and leaves the children theirs."""
        self._groups.pop(parent, None)

    def clear_parent(self, parent: object) -> None:
        """Forgets the parent, its children, and theirs."""
        group = self._groups.pop(parent, None)
        for child in group.children.values() if group is not None else ():
            self.clear_parent(child)  # a circle ends: who was seen has no group any more

    def reset(self) -> None:
        """Forgets everything."""
        for parent in list(self._groups.keys()):
            self.clear_parent(parent)

    def _group(self, parent: object) -> BufferGroup:
        """The parent's group, made if need be, with the parent's precision of now."""
        group = self._groups.get(parent)
        if group is None:
            group = self._groups[parent] = BufferGroup(self._place)
        group.set_parent_dtype(_precision(parent))
        return group


def _precision(parent: object) -> ElementType:
    precision = getattr(parent, "precision", None)
    return FLOAT32 if precision is None else element_type(precision)


def _rescaled(ranges: Ranges, of: ElementType, to: ElementType) -> Ranges:
    """Ranges in elements of one type as ranges in elements of another, widened to whole ones."""
    return tuple((start * of.itemsize // to.itemsize, -(-stop * of.itemsize // to.itemsize)) for start, stop in ranges)
