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

from warpack.solver.wire.buffers import Buffer, Growth, Location, Part, StorageKind, Zero
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
from warpack.solver.wire.units import Phase

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
"""The edition of the meaning of manifests (docs/time.md). It is part of every manifest's hash, so an answer made under
an older meaning is never served under a newer one."""

Objective = Literal["threads_per_block", "resident_threads", "shared_bytes", "pool_bytes"]
Level = Literal["static", "compiled", "simulated", "hardware"]
Required = Literal[Level, "best"]
"""The level that must pass."""


@dataclass(frozen=True, slots=True)
class Component:
    """A node of the kernel's tree of parts. `active` and the lifetimes of its buffers count in `timeline` if it has
    one, else in the timeline of its nearest ancestor that has one. `called_in` are phases of the parent's timeline."""

    path: str
    active: Lifetime | None = None
    window: Literal["flat", "contiguous"] = "flat"
    timeline: Timeline | None = None
    called_in: tuple[Phase, ...] = ()


@dataclass(frozen=True, repr=False)
class Manifest:
    """The buffers of one kernel, and what Warpack may do with them. `warnings` come from reading it."""

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
    validation: Required = "best"
    baseline: HandLayout | None = None
    warnings: tuple[Problem, ...] = field(default=(), compare=False)

    def __repr__(self) -> str:
        return manifest_screen(self)

    @cached_property
    def by_name(self) -> dict[str, Buffer]:
        """Buffers by full name."""
        return {buffer.full_name: buffer for buffer in self.buffers}

    @property
    def of_pool(self) -> bool:
        """Whether the buffers lie in one arena of any size, without threads, runs and budget. `target` and `launch` say
        nothing then."""
        return self.objective == "pool_bytes"

    @cached_property
    def grows(self) -> bool:
        """Whether sizes depend on the threads of the block."""
        return any(buffer.growth is not None for buffer in self.buffers)

    def in_block(self, threads: int) -> Manifest:
        """The same manifest for a block of exactly so many threads, with the sizes that follow from them. It keeps the
        hash of this one."""
        buffers = tuple(buffer.in_block(threads) for buffer in self.buffers)
        found = replace(self, buffers=buffers, launch=replace(self.launch, threads_per_block=threads))
        found.__dict__["sha256"] = self.sha256
        return found

    @cached_property
    def shared_kinds(self) -> dict[StorageKind, int]:
        """The kinds of storage of the buffers that must be shared and have bytes, each with the accesses of its
        buffers: a handful, however many buffers there are."""
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
        """Whether only one thread uses the buffer, so that program order is enough."""
        return buffer.scope == "run" and self.launch.threads_per_run == 1

    @cached_property
    def sha256(self) -> str:
        """Hash of everything that the layout depends on (RFC 8785 JSON with defaults, without name, time,
        validation)."""
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
