"""The manifest as a tree of frozen dataclasses: every field read, checked, and with its default filled in.

Made by `warpack.load_manifest` only; a `Manifest` that exists keeps every rule of the format. Phase names are resolved
to indices, alias names to full names. Sizes of buffers and parts are in elements; fields that count bytes end in
`_bytes`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from warpack.solver.wire.dtypes import DType
from warpack.solver.wire.hand_layout import HandLayout
from warpack.solver.wire.problems import Problem
from warpack.solver.wire.screens import manifest_screen
from warpack.solver.wire.settings import InPlace, Launch, SolverOptions, Target
from warpack.solver.wire.timeline import (
    Accesses,
    Barrier,
    BarrierScope,
    Branch,
    Interval,
    Lifetime,
    Loop,
    Reentry,
    Scope,
    Span,
    Timeline,
    Track,
)
from warpack.solver.wire.units import Bytes, Elements, Phase, align_up

__all__ = [
    "MANIFEST_SCHEMA",
    "SEMANTICS_EDITION",
    "Accesses",
    "Barrier",
    "BarrierScope",
    "Branch",
    "Buffer",
    "Component",
    "Growth",
    "HandLayout",
    "InPlace",
    "Interval",
    "Launch",
    "Level",
    "Lifetime",
    "Location",
    "Loop",
    "Manifest",
    "Objective",
    "Part",
    "Reentry",
    "Scope",
    "SolverOptions",
    "Span",
    "StorageKind",
    "Target",
    "Timeline",
    "Track",
    "Zero",
]

MANIFEST_SCHEMA = "warpack/manifest/1"

SEMANTICS_EDITION = 2
"""The edition of what a manifest means (docs/time.md). It is part of every manifest's hash: no answer of an older meaning is
served for a newer one."""

WARP_THREADS = 32
"""Threads of a warp, on every architecture."""

Location = Literal["shared", "local", "auto"]
Zero = Literal["none", "entry", "interval"]
Objective = Literal["threads_per_block", "resident_threads", "shared_bytes"]
Level = Literal["static", "compiled", "simulated", "hardware"]

StorageKind = tuple[Scope, Bytes, Bytes]
"""What the launch has to know of a buffer: scope, alignment, and the size of an element."""


@dataclass(frozen=True, slots=True)
class Component:
    """A node of the kernel's tree of parts. `active` and the lifetimes of its buffers count in `timeline` if it has
    one, else in that of its nearest ancestor that has; `called_in` are phases of the parent's timeline."""

    path: str
    active: Lifetime | None = None
    window: Literal["flat", "contiguous"] = "flat"
    timeline: Timeline | None = None
    called_in: tuple[Phase, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A slice of a buffer at a fixed offset inside it, with a lifetime of its own. `offset` and `size` in elements. Without
    `lifetime` and `accesses_in` it is live in every phase. `reentry` is the part's own word, or else its buffer's."""

    name: str
    offset: Elements
    size: Elements
    lifetime: Lifetime | None
    accesses_in: Accesses | None = None
    reentry: Reentry = "kept"


@dataclass(frozen=True, slots=True)
class Growth:
    """Elements of a block-scoped buffer that follow the block: `each` for every thread, or every warp of 32 (the last one
    perhaps not full), and `plus` others."""

    each: Elements
    per: Literal["thread", "warp"] = "thread"
    plus: Elements = 0

    def elements(self, threads: int) -> Elements:
        """In a block of so many threads."""
        return self.plus + self.each * (threads if self.per == "thread" else -(-threads // WARP_THREADS))


@dataclass(frozen=True, slots=True)
class Buffer:
    """A named array. Without `lifetime` and `accesses_in` it is live in every phase; `lifetime_given` says whether the user wrote
    either. A persistent buffer has neither, nor parts with either. `reentry`: whether contents that the program leaves and comes
    back to are found again. `asynchronous`: touched by TMA, bulk copies or wgmma. `stages`: a ring of so many slots of `size`
    elements, `slot_pitch_bytes` apart, all needed whenever the buffer is; with parts it is 1. `growth`: its size follows the block,
    and `size` is that in a block of one thread (`Manifest.in_block` has another)."""

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
        """With the size that a block of so many threads brings."""
        if self.growth is None:
            return self
        return replace(self, size=self.growth.elements(threads), growth=None)

    def part_name(self, part: Part) -> str:
        return f"{self.full_name}#{part.name}"


@dataclass(frozen=True, repr=False)
class Manifest:
    """The buffers of one kernel and what Warpack may do with them. `warnings` is what reading it had to say."""

    target: Target
    name: str = ""
    launch: Launch = field(default_factory=Launch)
    timeline: Timeline = field(default_factory=Timeline)
    components: tuple[Component, ...] = ()
    buffers: tuple[Buffer, ...] = ()
    in_place: tuple[InPlace, ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    objective: Objective = "threads_per_block"
    frontier: bool = False
    solver: SolverOptions = field(default_factory=SolverOptions)
    validation: Level | Literal["best"] = "best"
    baseline: HandLayout | None = None
    warnings: tuple[Problem, ...] = field(default=(), compare=False)

    def __repr__(self) -> str:
        return manifest_screen(self)

    @cached_property
    def by_name(self) -> dict[str, Buffer]:
        """Buffers by full name."""
        return {buffer.full_name: buffer for buffer in self.buffers}

    @cached_property
    def grows(self) -> bool:
        """Whether sizes follow the block's threads."""
        return any(buffer.growth is not None for buffer in self.buffers)

    def in_block(self, threads: int) -> Manifest:
        """The same where a block has exactly so many threads, with the sizes that they bring; known by the hash of this one."""
        buffers = tuple(buffer.in_block(threads) for buffer in self.buffers)
        found = replace(self, buffers=buffers, launch=replace(self.launch, threads_per_block=threads))
        found.__dict__["sha256"] = self.sha256
        return found

    @cached_property
    def shared_kinds(self) -> dict[StorageKind, int]:
        """The kinds of storage that buffers with bytes take which must be shared, each with the accesses of its buffers: a handful,
        however many buffers there are."""
        found: dict[StorageKind, int] = {}
        for buffer in self.buffers:
            if buffer.location == "shared" and buffer.size:
                kind = buffer.storage_kind
                found[kind] = found.get(kind, 0) + buffer.accesses
        return found

    @cached_property
    def run_accesses(self) -> tuple[int, int]:
        """The accesses of run-scoped buffers with bytes: of those that must be shared, and of those that are `auto`."""
        found = {"shared": 0, "auto": 0, "local": 0}
        for buffer in self.buffers:
            if buffer.scope == "run" and buffer.size:
                found[buffer.location] += buffer.accesses
        return found["shared"], found["auto"]

    @cached_property
    def component_by_path(self) -> dict[str, Component]:
        return {component.path: component for component in self.components}

    @cached_property
    def least_threads(self) -> int:
        """The fewest threads that a block can have: the track that takes the rest of them has at least one."""
        timelines = (self.timeline, *(component.timeline for component in self.components))
        numbered = [
            sum(track.threads or 0 for track in group)
            for timeline in timelines
            if timeline is not None
            for group in timeline.tracks
            if any(track.threads is None for track in group)
        ]
        return max(numbered, default=0) + 1

    def timeline_owner(self, path: str) -> str:
        """The path of the nearest component at or above `path` with a timeline of its own; "" for the root's."""
        while path:
            component = self.component_by_path.get(path)
            if component is not None and component.timeline is not None:
                return path
            path = path.rpartition("/")[0]
        return ""

    def private_to_thread(self, buffer: Buffer) -> bool:
        """Whether one thread alone uses the buffer, so that program order is order enough."""
        return buffer.scope == "run" and self.launch.threads_per_run == 1

    @cached_property
    def sha256(self) -> str:
        """Hash of everything that the layout depends on (RFC 8785 JSON with defaults, without name, time, validation)."""
        from warpack.solver.wire.manifest_json import manifest_sha256

        return manifest_sha256(self)

    def model_dump(self) -> dict[str, Any]:
        """The manifest as JSON values, normalised: defaults filled in, phases as indices, names in full."""
        from warpack.solver.wire.manifest_json import manifest_to_json

        return manifest_to_json(self)

    def model_dump_json(self) -> str:
        return json.dumps(self.model_dump(), ensure_ascii=False)

    def __iter__(self) -> Iterator[Buffer]:
        return iter(self.buffers)
