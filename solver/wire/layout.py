"""The layout as a tree of frozen dataclasses: where every byte lives, the launch it allows, and the proof.

Offsets count bytes from the start of a region; the run region is one run's window. docs/words.md has the words.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from warpack.solver.wire.launch_figures import LaunchFigures as LaunchFigures
from warpack.solver.wire.launch_figures import Occupancy as Occupancy
from warpack.solver.wire.launch_figures import PoolFigures as PoolFigures
from warpack.solver.wire.launch_figures import WidthConflicts as WidthConflicts
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.problems import Problem
from warpack.solver.wire.report import Finding
from warpack.solver.wire.run_info import NOTHING_RUN
from warpack.solver.wire.run_info import RunInfo as RunInfo
from warpack.solver.wire.screens import layout_screen
from warpack.solver.wire.units import Bytes

LAYOUT_SCHEMA = "warpack/layout/1"

MOST_SHARES_LISTED = 1_000_000
"""If the `shares_bytes_with` lists of a layout would hold more names in all, they stay empty, and the warning
`shares-not-listed` says so."""

MOST_PASSING_PAIRS = 100_000
"""If more pairs of pieces that several threads use share bytes, `handoffs` stays empty, and the warning
`handoffs-not-listed` says so."""

Region = Literal["block", "run", "local", "persistent_local", "pool"]
Status = Literal["optimal", "feasible", "infeasible"]


@dataclass(frozen=True, slots=True)
class PlacedPart:
    """A part of a splittable buffer, placed on its own."""

    name: str
    offset_bytes: Bytes
    size_bytes: Bytes


@dataclass(frozen=True, slots=True)
class PlacedBuffer:
    """`offset_bytes` counts from the start of `region`; it is None for plain local buffers (arrays of their own) and
    for a splittable buffer whose `parts` are placed apart. `shares_bytes_with`: full names, sorted."""

    component: str
    name: str
    location: Literal["shared", "local"]
    region: Region
    offset_bytes: Bytes | None
    size_bytes: Bytes
    parts: tuple[PlacedPart, ...] | None = None
    shares_bytes_with: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        return f"{self.component}/{self.name}" if self.component else self.name


@dataclass(frozen=True, slots=True)
class ComponentWindow:
    """The hull of a component with `window: "contiguous"`, in the run region or the block region."""

    path: str
    region: Region
    offset_bytes: Bytes
    size_bytes: Bytes


@dataclass(frozen=True, slots=True)
class Handoff:
    """Bytes that several threads share, or that pass to an asynchronous access, pass from `source` (a buffer or part)
    to `destination` in the flattened phase `phase`, where `destination` is next live. `ordered_by`: a barrier before or
    after the flattened phase `barrier` (`side`), or the user's alias, with no barrier on the way. `proxy_fence`: the
    barrier had to have a proxy fence. Between a block-scoped and a run-scoped buffer the region is `block`, and the
    bytes are those of the block-scoped one that lie among the windows."""

    source: str
    destination: str
    region: Region
    start_bytes: Bytes
    end_bytes: Bytes
    phase: int
    phase_name: str
    barrier: int | None
    barrier_name: str | None
    side: Literal["before", "after"] | None = "before"
    ordered_by: Literal["barrier", "alias"] = "barrier"
    proxy_fence: bool = False

    @property
    def order(self) -> tuple[int, str, str, int, str, bool, str]:
        """The key by which a layout sorts them."""
        return (
            self.phase,
            self.source,
            self.destination,
            -1 if self.barrier is None else self.barrier,
            self.side or "",
            self.proxy_fence,
            self.region,
        )


@dataclass(frozen=True, slots=True)
class ThreadsProof:
    """`certificate` names what proves that no layout allows more than `upper_bound` threads per block."""

    status: Status
    upper_bound: int
    certificate: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BytesProof:
    """`certificate` names what proves that no layout needs fewer than `lower_bound_bytes`."""

    status: Status
    lower_bound_bytes: Bytes
    certificate: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CountProof:
    """`certificate` names what proves that no layout of this launch has more than `upper_bound`."""

    status: Status
    upper_bound: int
    certificate: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proof:
    """What is proven about each wish, in the order of wishes. Each is about layouts that are as good in all earlier
    wishes. A wish is None if the objective does not rank it, or if there is nothing to choose."""

    threads_per_block: ThreadsProof
    run_bytes: BytesProof
    block_region_bytes: BytesProof
    resident_threads: CountProof | None = None
    accesses_on_chip: CountProof | None = None
    stride_bytes: BytesProof | None = None
    pool_bytes: BytesProof | None = None

    @classmethod
    def of_pool(cls, pool_bytes: BytesProof) -> Proof:
        """The proof of an arena. The three that every block has are proven of nothing, and null in JSON."""
        nothing = BytesProof("optimal", 0, {"kind": "empty"})
        return cls(ThreadsProof("optimal", 0, {"kind": "empty"}), nothing, nothing, pool_bytes=pool_bytes)


MOST_BROKEN_LISTED = 20
"""The most broken rules of a hand-made layout that are listed."""

ThreadsBy = Literal["threads_per_block", "resident_threads", "given"]


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a simpler rule gives for the same manifest, or the user's own layout. The launch follows the same rules as
    the layout's. `threads_by` says which rule chose the block size: the most threads per block, the most resident
    threads, or the number that is given. Threads and blocks are 0 where not one run fits. A hand-made layout that takes
    more than the budget (`over_budget`) still has a launch, if the architecture allows it. `broken` are the first few
    rules of the manifest that it breaks. Of a pool only `pool_bytes` and `broken` say something."""

    run_bytes: Bytes
    threads_per_block: int
    block_region_bytes: Bytes = 0
    dynamic_shared_bytes: Bytes = 0
    blocks_per_sm: int = 0
    resident_threads: int = 0
    threads_by: ThreadsBy = "threads_per_block"
    over_budget: bool = False
    pool_bytes: Bytes = 0
    broken: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class LocalBytes:
    """Per-thread memory off the chip: plain local arrays, and the persistent local storage."""

    local_bytes: Bytes = 0
    persistent_local_bytes: Bytes = 0


@dataclass(frozen=True, slots=True)
class Validation:
    """`required` as the manifest asks, `level` the highest level that passed ("none" before static did), `reports` in
    the order they ran."""

    required: str
    level: Literal["none", "static", "compiled", "simulated", "hardware"]
    reports: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Layout:
    """Warpack's answer to a manifest. For status `infeasible`, `launch` is None, `buffers` empty, and
    `minimum_budget_bytes` says what would be enough. Of a pool, which always fits, `launch` is None and `pool` is
    not. `bank_conflicts`: where run buffers of several widths are on chip and conflicts are avoided, the
    conflicts of each width, narrow ones first."""

    manifest_sha256: str
    status: Status
    launch: LaunchFigures | None
    buffers: tuple[PlacedBuffer, ...]
    proof: Proof
    baselines: dict[str, Baseline]
    name: str = ""
    components: tuple[ComponentWindow, ...] = ()
    handoffs: tuple[Handoff, ...] = ()
    local: LocalBytes = LocalBytes()
    bank_conflicts: tuple[WidthConflicts, ...] = ()
    minimum_budget_bytes: Bytes | None = None
    advice: dict[str, Any] = field(default_factory=dict)
    frontier: tuple[dict[str, Any], ...] | None = None
    warnings: tuple[Problem, ...] = ()
    validation: Validation = Validation("best", "none")
    run_info: RunInfo = NOTHING_RUN
    pool: PoolFigures | None = None

    def __repr__(self) -> str:
        return layout_screen(self)

    @property
    def by_name(self) -> dict[str, PlacedBuffer]:
        """Placed buffers by full name."""
        return {buffer.full_name: buffer for buffer in self.buffers}

    @property
    def sha256(self) -> str:
        """Hash of placements and launch: two layouts with equal hashes put every byte at the same place."""
        from warpack.solver.wire.layout_json import layout_sha256

        return layout_sha256(self)

    def with_validation(self, validation: Validation) -> Layout:
        return replace(self, validation=validation)

    def model_dump(self) -> dict[str, Any]:
        from warpack.solver.wire.layout_json import layout_to_json

        return layout_to_json(self)

    def model_dump_json(self) -> str:
        return json.dumps(self.model_dump(), ensure_ascii=False)


def sized_for(manifest: Manifest, layout: Layout) -> Manifest:
    """Where sizes depend on the threads of the block: the manifest with the sizes of the layout's block. Otherwise the
    manifest itself."""
    if not manifest.grows or layout.launch is None:
        return manifest
    return manifest.in_block(layout.launch.threads_per_block)
