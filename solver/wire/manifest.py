"""The manifest as a tree of frozen dataclasses: every field read, checked, and with its default filled in.

Made by `solver.load_manifest` only; a `Manifest` that exists keeps every rule of the format. Phase names are resolved
to indices, alias names to full names. Sizes of buffers and parts are in elements; fields that count bytes end in
`_bytes`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

from solver.wire.dtypes import DType
from solver.wire.problems import Problem
from solver.wire.units import Bytes, Elements, Phase

MANIFEST_SCHEMA = "warpack/manifest/1"

Scope = Literal["run", "block"]
Location = Literal["shared", "local", "auto"]
Zero = Literal["none", "entry", "interval"]
Objective = Literal["threads_per_block", "resident_threads", "shared_bytes"]
Level = Literal["static", "compiled", "simulated", "hardware"]

StorageKind = tuple[Scope, Bytes, Bytes]
"""What the launch has to know of a buffer: scope, alignment, and the size of an element."""


class Interval(NamedTuple):
    """Phases `[start, end)`; with `start >= end` it wraps round the innermost loop that holds both ends."""

    start: Phase
    end: Phase


Lifetime = tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Barrier:
    """All threads of `scope` wait for one another just before phase `before` starts, on every way into it."""

    before: Phase
    scope: Scope


@dataclass(frozen=True, slots=True)
class Timeline:
    """Phases in program order; `loops` are half-open and properly nested, `names` absent where only a length was given."""

    length: int = 1
    names: tuple[str, ...] | None = None
    loops: tuple[tuple[Phase, Phase], ...] = ()
    barriers: tuple[Barrier, ...] = ()

    def phase_name(self, phase: Phase) -> str:
        return self.names[phase] if self.names is not None else str(phase)


@dataclass(frozen=True, slots=True)
class Target:
    compute_capability: str
    shared_budget_bytes: Bytes | Literal["default", "opt-in"] = "default"
    static_shared_bytes: Bytes = 0
    registers_per_thread: int | None = None
    carveout: int | Literal["max"] = "max"


@dataclass(frozen=True, slots=True)
class Launch:
    threads_per_run: int = 1
    threads_per_block: int | None = None
    max_threads_per_block: int = 1024
    threads_multiple: int = 32
    bank_conflicts: Literal["avoid", "ignore"] = "avoid"


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
    """A slice of a buffer at a fixed offset inside it, with a lifetime of its own. `offset` and `size` in elements."""

    name: str
    offset: Elements
    size: Elements
    lifetime: Lifetime


@dataclass(frozen=True, slots=True)
class Buffer:
    """A named array. `lifetime` None means every phase; `lifetime_given` says whether the user wrote one (an alias
    permission only counts where one side did not). A persistent buffer has neither lifetime nor parts' lifetimes."""

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

    @property
    def full_name(self) -> str:
        return f"{self.component}/{self.name}" if self.component else self.name

    @property
    def size_bytes(self) -> Bytes:
        return self.size * self.dtype.itemsize_bytes

    @property
    def lifetime_given(self) -> bool:
        return self.lifetime is not None or bool(self.parts)

    def part_name(self, part: Part) -> str:
        return f"{self.full_name}#{part.name}"


@dataclass(frozen=True, slots=True)
class InPlace:
    """In `phase` (of the timeline that both buffers count in) `write` is computed elementwise from `read` by the same
    thread. Both are full names of buffers, or of parts (`component/name#part`)."""

    phase: Phase
    read: str
    write: str


@dataclass(frozen=True, slots=True)
class SolverOptions:
    """`warm_start` maps full buffer names to offsets in their region (bytes) of an earlier layout."""

    time_limit_s: float = 10.0
    seed: int = 0
    warm_start: dict[str, Bytes] | None = None


@dataclass(frozen=True)
class Manifest:
    """The buffers of one kernel and what Warpack may do with them. `warnings` is what reading it had to say."""

    target: Target
    name: str = ""
    launch: Launch = Launch()
    timeline: Timeline = Timeline()
    components: tuple[Component, ...] = ()
    buffers: tuple[Buffer, ...] = ()
    in_place: tuple[InPlace, ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    objective: Objective = "threads_per_block"
    frontier: bool = False
    solver: SolverOptions = SolverOptions()
    validation: Level | Literal["best"] = "best"
    warnings: tuple[Problem, ...] = field(default=(), compare=False)

    @cached_property
    def by_name(self) -> dict[str, Buffer]:
        """Buffers by full name."""
        return {buffer.full_name: buffer for buffer in self.buffers}

    @cached_property
    def shared_kinds(self) -> frozenset[StorageKind]:
        """The kinds of storage that buffers with bytes take which must be shared: a handful, however many buffers there are."""
        return frozenset(
            (buffer.scope, buffer.alignment_bytes, buffer.dtype.itemsize_bytes)
            for buffer in self.buffers
            if buffer.location == "shared" and buffer.size
        )

    @cached_property
    def component_by_path(self) -> dict[str, Component]:
        return {component.path: component for component in self.components}

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
        from solver.wire.manifest_json import manifest_sha256

        return manifest_sha256(self)

    def model_dump(self) -> dict[str, Any]:
        """The manifest as JSON values, normalised: defaults filled in, phases as indices, names in full."""
        from solver.wire.manifest_json import manifest_to_json

        return manifest_to_json(self)

    def model_dump_json(self) -> str:
        return json.dumps(self.model_dump(), ensure_ascii=False)

    def __iter__(self) -> Iterator[Buffer]:
        return iter(self.buffers)
