"""CuBIE's buffer registry as plain values: the tree of components and the buffers that each registered.

CuBIE offers sizes in public and the registrations only in its private `_groups`; this file alone reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from warpack.gpu_runtime.adapters.cubie.errors import UnsupportedSolverError
from warpack.gpu_runtime.adapters.cubie.release import buffer_registry

BUILT_WITH_LATER_NAME = frozenset({"BackwardsEulerPCStep"})
"""Classes that register a child twice. Their code was read: they use only the window of the later name."""


@dataclass(frozen=True, kw_only=True)
class RegisteredBuffer:
    """One registration. `size` in elements; `location` is where CuBIE was told to put it, `in_shared` whether its own
    layout has it in shared memory (an alias follows its target)."""

    component: str
    name: str
    size: int
    dtype: str
    location: str
    persistent: bool
    alias_of: str | None
    in_shared: bool

    @property
    def full_name(self) -> str:
        return f"{self.component}/{self.name}"


@dataclass(frozen=True)
class ChildWindow:
    """What a component registered for one child, and what the child needs now: elements of the component's dtype.

    `kind` is "shared" or "persistent"; `twin` is the other name under which the component registered the same child.
    """

    child: str
    child_class: str
    kind: str
    registered_elements: int
    needed_elements: int
    itemsize_bytes: int
    twin: str | None

    @property
    def is_stale(self) -> bool:
        return self.twin is None and self.registered_elements != self.needed_elements


@dataclass(frozen=True)
class RegisteredComponent:
    """`owner` is CuBIE's own object, by which it knows the component; `windows` are its children's."""

    path: str
    class_name: str
    buffers: tuple[RegisteredBuffer, ...]
    owner: Any = field(repr=False, compare=False)
    windows: tuple[ChildWindow, ...] = ()


def read_components(loop: Any) -> tuple[RegisteredComponent, ...]:
    """The integration loop and everything it registered as a child, parents first, each object once.

    A child that its parent registered twice is listed under the name whose window the parent uses. Raises
    `UnsupportedSolverError` where that is not known, and where two parents share one child.
    """
    components = tuple(_walk(buffer_registry(), loop, "loop"))
    paths: dict[int, str] = {}
    for component in components:
        first = paths.setdefault(id(component.owner), component.path)
        if first != component.path:
            raise UnsupportedSolverError(
                f"{first} and {component.path} are one object ({component.class_name}) in two places: "
                "its buffers would need two places at once"
            )
    return components


def _walk(registry: Any, owner: Any, path: str) -> Iterator[RegisteredComponent]:
    group = registry._groups.get(owner)
    if group is None:
        yield RegisteredComponent(path, type(owner).__name__, (), owner)
        return
    # A parent's registrations hold two roll-up entries per child: the child's window, not a buffer.
    roll_ups = {f"{child}_{kind}" for child in group.children for kind in ("shared", "persistent")}
    last_name = {id(child): name for name, child in group.children.items()}
    if len(last_name) < len(group.children) and type(owner).__name__ not in BUILT_WITH_LATER_NAME:
        twins = [name for name, child in group.children.items() if last_name[id(child)] != name]
        raise UnsupportedSolverError(
            f"{type(owner).__name__} ({path}) registers one child twice, under {', '.join(map(repr, twins))} too: "
            "it is not known which of the two windows it uses"
        )
    yield RegisteredComponent(
        path,
        type(owner).__name__,
        tuple(
            RegisteredBuffer(
                component=path,
                name=name,
                size=int(entry.size),
                dtype=np.dtype(entry.dtype).name,
                location=entry.location,
                persistent=bool(entry.persistent),
                alias_of=entry.aliases,
                in_shared=group.shared_layout.get(name) is not None,
            )
            for name, entry in group.entries.items()
            if name not in roll_ups
        ),
        owner,
        tuple(
            ChildWindow(
                child=name,
                child_class=type(child).__name__,
                kind=kind,
                registered_elements=int(group.entries[f"{name}_{kind}"].size),
                needed_elements=int(needed(child)),
                itemsize_bytes=np.dtype(group.parent_dtype).itemsize,
                twin=None if last_name[id(child)] == name else last_name[id(child)],
            )
            for name, child in group.children.items()
            for kind, needed in (
                ("shared", registry.shared_buffer_size),
                ("persistent", registry.persistent_local_buffer_size),
            )
        ),
    )
    for name, child in group.children.items():
        if last_name[id(child)] == name:
            yield from _walk(registry, child, f"{path}/{name}")
