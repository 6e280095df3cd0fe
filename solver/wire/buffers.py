"""A buffer of a manifest and its parts. Every field of `Buffer` is a field that a manifest may state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from warpack.solver.wire.dtypes import DType
from warpack.solver.wire.timeline import Accesses, Lifetime, Reentry, Scope
from warpack.solver.wire.units import Bytes, Elements, align_up

WARP_THREADS = 32
"""Threads of a warp, on every architecture."""

Location = Literal["shared", "local", "auto"]
Zero = Literal["none", "entry", "interval"]

StorageKind = tuple[Scope, Bytes, Bytes]
"""What the launch needs to know about a buffer: scope, alignment, and the size of an element."""


@dataclass(frozen=True, slots=True)
class Part:
    """A slice of a buffer at a fixed offset inside it, with a lifetime of its own. `offset` and `size` in elements.
    Without `lifetime` and `accesses_in` it is live in every phase. `reentry` is the part's own value, or else its
    buffer's."""

    name: str
    offset: Elements
    size: Elements
    lifetime: Lifetime | None
    accesses_in: Accesses | None = None
    reentry: Reentry = "kept"


@dataclass(frozen=True, slots=True)
class Growth:
    """The number of elements of a block-scoped buffer whose size depends on the threads of the block: `each` for every
    thread, or every warp of 32 (a last warp that is not full counts), and `plus` more."""

    each: Elements
    per: Literal["thread", "warp"] = "thread"
    plus: Elements = 0

    def elements(self, threads: int) -> Elements:
        """Elements in a block of so many threads."""
        return self.plus + self.each * (threads if self.per == "thread" else -(-threads // WARP_THREADS))


@dataclass(frozen=True, slots=True)
class Buffer:
    """A named array. Without `lifetime` and `accesses_in` it is live in every phase; `lifetime_given` says whether the
    user wrote either. A persistent buffer has neither, nor parts with either. `reentry`: whether contents that the
    program leaves and comes back to are kept. `asynchronous`: touched by TMA, bulk copies or wgmma. `stages`: a ring of
    so many slots of `size` elements, `slot_pitch_bytes` apart, all needed whenever the buffer is; with parts it is 1.
    `growth`: its size depends on the threads of the block, and `size` is that for a block of one thread
    (`Manifest.in_block` gives others)."""

    name: str
    size: Elements
    dtype: DType
    component: str = ""
    scope: Scope = "run"
    location: Location = "shared"
    persistent: bool = False
    lifetime: Lifetime | None = None
    parts: tuple[Part, ...] = ()
    splittable: bool = False
    alignment_bytes: Bytes = 1
    pinned_offset_bytes: Bytes | None = None
    aliases: tuple[str, ...] = ()
    zero: Zero = "none"
    accesses: int = 0
    accesses_in: Accesses | None = None
    reentry: Reentry = "kept"
    asynchronous: bool = False
    stages: int = 1
    growth: Growth | None = None

    @property
    def full_name(self) -> str:
        return f"{self.component}/{self.name}" if self.component else self.name

    @property
    def slot_bytes(self) -> Bytes:
        """Bytes of one slot's elements."""
        return self.dtype.bytes_of(self.size)

    @property
    def slot_pitch_bytes(self) -> Bytes:
        """From the start of one slot to that of the next."""
        return align_up(self.slot_bytes, self.alignment_bytes)

    @property
    def size_bytes(self) -> Bytes:
        """From the first byte of the first slot to the last byte of the last."""
        if self.stages == 1:
            return self.dtype.bytes_of(self.size)
        return (self.stages - 1) * self.slot_pitch_bytes + self.slot_bytes if self.size else 0

    @property
    def storage_kind(self) -> StorageKind:
        return self.scope, self.alignment_bytes, self.dtype.itemsize_bytes

    @property
    def lifetime_given(self) -> bool:
        return self.lifetime is not None or self.accesses_in is not None or bool(self.parts)

    def in_block(self, threads: int) -> Buffer:
        """The same buffer with its size in a block of so many threads."""
        if self.growth is None:
            return self
        return replace(self, size=self.growth.elements(threads), growth=None)

    def part_name(self, part: Part) -> str:
        return f"{self.full_name}#{part.name}"
