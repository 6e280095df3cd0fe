"""CuBIE's buffer registry as plain values: the tree of components and the buffers that each registered.

CuBIE 0.17.0 offers sizes in public and the registrations only in its private `_groups`; this file alone touches them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
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
class RegisteredComponent:
    path: str
    class_name: str
    buffers: tuple[RegisteredBuffer, ...]


def read_components(loop: Any) -> tuple[RegisteredComponent, ...]:
    """The integration loop and everything it registered as a child, parents first."""
    return tuple(_walk(loop, "loop"))


def _walk(owner: Any, path: str) -> Iterator[RegisteredComponent]:
    from cubie.buffer_registry import buffer_registry

    group = buffer_registry._groups.get(owner)
    if group is None:
        yield RegisteredComponent(path, type(owner).__name__, ())
        return
    # A parent's registrations hold two roll-up entries per child: the child's window, not a buffer.
    roll_ups = {f"{child}_{kind}" for child in group.children for kind in ("shared", "persistent")}
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
    )
    for child_name, child in group.children.items():
        yield from _walk(child, f"{path}/{child_name}")
