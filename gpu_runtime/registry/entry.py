"""One registered buffer, checked when it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass
from typing import Any, Literal

import numpy as np

from warpack.solver.wire.dtypes import DTYPES
from warpack.solver.wire.units import Bytes, Elements

Location = Literal["shared", "local"]
Reentry = Literal["kept", "dropped"]
Ranges = tuple[tuple[Elements, Elements], ...]
ElementType = np.dtype[Any]

LOCATIONS = ("shared", "local")
FLOAT32: ElementType = np.dtype("float32")


def element_type(given: Any) -> ElementType:
    """The numpy dtype of what a caller gives as `dtype`, `precision` or a parent's `precision`. Raises ValueError."""
    found: ElementType | None = None
    if given is not None:
        with suppress(TypeError):
            found = np.dtype(given)
    if found is None or found.name not in DTYPES:
        known = ", ".join(name for name in DTYPES if hasattr(np, name))
        raise ValueError(f"Buffer dtype must be one of {known}, not {given!r}.")
    return found


@dataclass(frozen=True)
class CUDABuffer:
    """What one buffer needs. `size` counts elements of `dtype`; `parent_dtype` is the element type of the arrays that
    its parent is handed, in which layouts are measured.

    `protected`: ranges of this window, in parent elements, that hold persistent storage (of a child). `lifetime`,
    `accesses_in`, `parts` and `reentry`: as in a manifest, in the phases that were set for the parent; they count for
    `layout="optimal"` alone. `stages`: this many slots of `size` elements, one after the other. `alignment_bytes`: 0,
    or more than the element type asks for (a child's widest element).
    """

    name: str
    size: Elements
    location: Location = "local"
    _: KW_ONLY
    persistent: bool = False
    aliases: str | None = None
    dtype: ElementType = FLOAT32
    parent_dtype: ElementType = FLOAT32
    protected: Ranges = ()
    lifetime: Any = None
    parts: Sequence[Mapping[str, Any]] = ()
    alignment_bytes: Bytes = 0
    accesses_in: Mapping[str, Any] | None = None
    reentry: Reentry = "kept"
    stages: int = 1

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise TypeError(f"A buffer's name must be a string, not {self.name!r}.")
        if not self.name:
            raise ValueError("Buffer name cannot be empty.")
        if isinstance(self.size, bool) or not isinstance(self.size, (int, np.integer)):
            raise TypeError(f"The size of buffer '{self.name}' must be an integer, not {self.size!r}.")
        if self.size < 0:
            raise ValueError(f"The size of buffer '{self.name}' must be at least 0, not {self.size}.")
        if self.location not in LOCATIONS:
            raise ValueError(
                f"Invalid location {self.location!r} for buffer '{self.name}'. Must be 'shared' or 'local'."
            )
        if not isinstance(self.persistent, bool):
            raise TypeError(f"`persistent` of buffer '{self.name}' must be True or False, not {self.persistent!r}.")
        if self.aliases is not None and not isinstance(self.aliases, str):
            raise TypeError(f"`aliases` of buffer '{self.name}' must be a name or None, not {self.aliases!r}.")
        if self.aliases == self.name:
            raise ValueError(f"Buffer '{self.name}' cannot alias itself.")
        self._check_time()
        object.__setattr__(self, "size", int(self.size))
        object.__setattr__(self, "dtype", element_type(self.dtype))
        object.__setattr__(self, "parent_dtype", element_type(self.parent_dtype))
        object.__setattr__(self, "protected", tuple((int(start), int(stop)) for start, stop in self.protected))

    def _check_time(self) -> None:
        if self.lifetime is not None and self.accesses_in is not None:
            raise ValueError(f"Buffer '{self.name}' has a lifetime and single accesses: give one of the two.")
        stated = (
            "a lifetime" if self.lifetime is not None else "single accesses" if self.accesses_in is not None else ""
        )
        if stated and self.parts:
            raise ValueError(f"Buffer '{self.name}' has {stated} and parts with lifetimes: give one of the two.")
        if self.persistent and (stated or self.parts):
            raise ValueError(f"Buffer '{self.name}' is persistent, so that it has no lifetime: give one of the two.")
        if self.reentry not in ("kept", "dropped"):
            raise ValueError(f"`reentry` of buffer '{self.name}' must be 'kept' or 'dropped', not {self.reentry!r}.")
        if isinstance(self.stages, bool) or not isinstance(self.stages, int) or self.stages < 1:
            raise ValueError(f"`stages` of buffer '{self.name}' must be an integer from 1 on, not {self.stages!r}.")
        if self.stages > 1 and self.parts:
            raise ValueError(f"Buffer '{self.name}' has {self.stages} stages and parts: give one of the two.")

    @property
    def count(self) -> Elements:
        """Elements in all its slots."""
        return self.size * self.stages

    @property
    def is_shared(self) -> bool:
        return self.location == "shared"

    @property
    def is_persistent_local(self) -> bool:
        return self.location == "local" and self.persistent

    @property
    def is_local(self) -> bool:
        """Plain local: an array of its own, new with each call of its allocator."""
        return self.location == "local" and not self.persistent

    @property
    def needs_view(self) -> bool:
        """Whether its element type is another than that of its parent's arrays."""
        return self.dtype != self.parent_dtype

    @property
    def size_bytes(self) -> Bytes:
        return self.count * self.dtype.itemsize

    @property
    def parent_elements(self) -> Elements:
        """Elements of the parent's type that cover the buffer."""
        return -(-self.size_bytes // self.parent_dtype.itemsize)

    @property
    def absolute_alignment_bytes(self) -> Bytes:
        """What the address must be a multiple of."""
        return max(DTYPES[self.dtype.name].alignment_bytes, self.alignment_bytes)

    def aligned_offset(self, offset: Elements) -> Elements:
        """`offset` (parent elements) rounded up to whole elements of this buffer's type, counted from the window's
        start."""
        ratio = max(1, self.dtype.itemsize // self.parent_dtype.itemsize)
        return -(-offset // ratio) * ratio
