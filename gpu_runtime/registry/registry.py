"""`BufferRegistry`: components say what they need, and get allocators for it.

The calls and their meaning are those of CuBIE's buffer registry (release 0.17), in the older spellings too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal
from weakref import WeakKeyDictionary

from warpack.gpu_runtime.registry.children import ChildWindows
from warpack.gpu_runtime.registry.declared import declared_layout
from warpack.gpu_runtime.registry.entry import LOCATIONS, CUDABuffer, Location, Ranges, Reentry, element_type
from warpack.gpu_runtime.registry.group import BufferGroup, Place
from warpack.gpu_runtime.registry.layouts import GroupLayout
from warpack.gpu_runtime.registry.optimal import optimal_layout
from warpack.gpu_runtime.registry.phases import Barriers, Loop, Phases
from warpack.gpu_runtime.registry.problem import Options
from warpack.gpu_runtime.registry.toplevel import TopLevel, precision_of

Allocator = Callable[..., Any]


class BufferRegistry(ChildWindows, TopLevel):
    """The buffers of all components of a program, by parent.

    `layout`: `"declared"` places as CuBIE does (aliases that were declared, nothing else shares storage), `"optimal"`
    lets Warpack's optimiser place each parent's shared window by lifetimes. `compute_capability` (its largest block is
    the limit), `time_limit_s` (for one parent) and `threads_per_run` (how many threads share a window) are for the
    optimiser alone.

    A parent is any object that can be hashed and weakly referenced; its `precision` (float32 where it has none) is the
    element type of the arrays that it is handed. Parents and children are held by weak references: what was registered
    for one is dropped with it. A layout is made when it is first needed, and dropped at every change. Allocators from
    before a change keep the old places. Not thread-safe: use one registry from one thread at a time.
    """

    def __init__(
        self,
        layout: Literal["declared", "optimal"] = "declared",
        *,
        compute_capability: str = "9.0",
        time_limit_s: float = 10.0,
        threads_per_run: int = 1,
    ) -> None:
        if layout not in ("declared", "optimal"):
            raise ValueError(f"layout must be 'declared' or 'optimal', not {layout!r}.")
        self.layout = layout
        self.threads_per_run = threads_per_run
        self._groups: WeakKeyDictionary[Any, BufferGroup] = WeakKeyDictionary()
        self._place: Place = lambda entries, phases: declared_layout(entries)
        if layout == "optimal":
            self._place = partial(optimal_layout, options=Options(compute_capability, time_limit_s, threads_per_run))

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
        accesses_in: Mapping[str, Any] | None = None,
        parts: Sequence[Mapping[str, Any]] = (),
        reentry: Reentry = "kept",
        stages: int = 1,
    ) -> None:
        """Registers `size` elements of `dtype` (`precision` is the older word; without either, the parent's) for
        `parent`.

        Registering a name again replaces the buffer in its place. `persistent`: contents last from call to call,
        storage is never shared. `aliases`: the name of a buffer of the same parent, registered before, whose storage it
        may take. `protected`: ranges, in parent elements, that hold persistent storage. `lifetime` or `accesses_in`,
        `parts`, `reentry`: as in a manifest, in the parent's phases (`set_phases`). `stages`: a ring of this many
        slots, one after the other, in one array of `stages * size` elements. Raises ValueError and TypeError.
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
            persistent=persistent,
            aliases=aliases,
            dtype=kind,
            parent_dtype=group.parent_dtype,
            protected=tuple(protected),
            lifetime=lifetime,
            parts=tuple(parts),
            accesses_in=accesses_in,
            reentry=reentry,
            stages=stages,
        )
        group.register(entry)

    def set_phases(
        self,
        parent: object,
        phases: Sequence[str],
        *,
        loops: Sequence[Loop] = (),
        in_place: Sequence[Mapping[str, Any]] = (),
        branches: Sequence[Mapping[str, Any]] = (),
        barriers: Barriers = (),
    ) -> None:
        """The parent's own timeline, in which its buffers' lifetimes and its children's `called_in` count. `loops`,
        `branches`, `barriers` and `in_place` as in a manifest, the last with the parent's own buffer names. Barriers
        matter where several threads share a window."""
        waits = barriers if isinstance(barriers, str) else tuple(barriers)
        self._group(parent).set_phases(Phases(tuple(phases), tuple(loops), tuple(in_place), tuple(branches), waits))

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
        """Applies the `NAME_location` settings among others, and returns the names that it knew. None keeps a location
        as it is.

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
        """A numba-cuda device function `(shared, persistent) -> array`: the window of the parent's shared memory and
        its persistent local array in, the buffer out. With `zero` it fills it with zeros. Raises KeyError.

        The array has exactly `size` elements of the buffer's type (of a ring `stages * size`, a plain local one at
        least one). One that would reach past the window ends with it, and in the simulator raises an IndexError that
        names the buffer.
        """
        group = self._groups.get(parent)
        if group is None:
            raise KeyError(f"Parent {parent} has no registered buffer group.")
        if name not in group.entries:
            raise KeyError(f"Buffer '{name}' not registered for parent.")
        from warpack.gpu_runtime.registry.device import allocator

        return allocator(group.entries[name], group.layout, zero=zero)

    def layout_of(self, parent: object) -> GroupLayout | None:
        """Where every buffer of `parent` lies, in bytes; None for a parent without buffers."""
        group = self._groups.get(parent)
        return None if group is None else group.layout

    def clear_layout(self, parent: object) -> None:
        """Drops the parent's layout: it is made anew when it is next needed."""
        if (group := self._groups.get(parent)) is not None:
            group.invalidate()

    def clear_own(self, parent: object) -> None:
        """Forgets what was registered for `parent`, its children's windows included, and leaves the children theirs."""
        self._groups.pop(parent, None)

    def clear_parent(self, parent: object) -> None:
        """Forgets the parent, its children, and theirs."""
        group = self._groups.pop(parent, None)
        for child in group.children.values() if group is not None else ():
            self.clear_parent(child)  # a cycle ends: a parent that was visited has no group any more

    def reset(self) -> None:
        """Forgets everything."""
        for parent in list(self._groups.keys()):
            self.clear_parent(parent)

    def _group(self, parent: object) -> BufferGroup:
        """The parent's group, made if needed, with the parent's current precision."""
        group = self._groups.get(parent)
        if group is None:
            group = self._groups[parent] = BufferGroup(self._place)
        group.set_parent_dtype(precision_of(parent))
        return group
