"""Two manifests and their layouts, written down and worked out by hand: where every byte lies, and every figure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from warpack.solver.verifier.story import Story, StoryPiece, derive
from warpack.solver.wire.dtypes import DTYPES
from warpack.solver.wire.layout import (
    BytesProof,
    CountProof,
    Handoff,
    LaunchFigures,
    Layout,
    LocalBytes,
    Occupancy,
    PlacedBuffer,
    Proof,
    Status,
    ThreadsProof,
)
from warpack.solver.wire.manifest import (
    Barrier,
    Buffer,
    Interval,
    Launch,
    Loop,
    Manifest,
    Part,
    Target,
    Timeline,
)
from warpack.solver.wire.report import Finding, StaticReport

TWO_THREADS = Launch(threads_per_run=2)


def buffer(full_name: str, size: int, *lifetime: tuple[int, int], dtype: str = "float32", **fields: Any) -> Buffer:
    """A buffer with natural alignment; without intervals and unless `fields` says otherwise, it lives always."""
    component, _, name = full_name.rpartition("/")
    kind = DTYPES[dtype]
    fields.setdefault("alignment_bytes", kind.alignment_bytes)
    if lifetime:
        fields.setdefault("lifetime", tuple(Interval(*interval) for interval in lifetime))
    return Buffer(name, size, kind, component, **fields)


def part(name: str, offset: int, size: int, *lifetime: tuple[int, int]) -> Part:
    return Part(name, offset, size, tuple(Interval(*interval) for interval in lifetime))


def manifest_of(*buffers: Buffer, compute_capability: str = "8.6", **fields: Any) -> Manifest:
    return Manifest(Target(compute_capability), buffers=buffers, **fields)


def story_of(*buffers: Buffer, **fields: Any) -> Story:
    return derive(manifest_of(*buffers, **fields))


def piece(story: Story, name: str) -> StoryPiece:
    return story.piece_by_name[name]


def meets(story: Story, first: str, second: str) -> bool:
    """Whether two pieces conflict."""
    return story.conflict(piece(story, first), piece(story, second)) is not None


def by_search(bound: int) -> dict[str, Any]:
    """The certificate of a bound that the verifier does not look into."""
    return {"kind": "search-exhausted", "capacity_bytes": bound - 1} if bound else {"kind": "empty"}


def bytes_proof(bound: int, status: Status = "optimal") -> BytesProof:
    return BytesProof(status, bound, by_search(bound))


def proof(threads: int, run_bytes: int, block_bytes: int, resident: int | None = None) -> Proof:
    """Every wish is proven, of those that a layout without `auto` buffers has."""
    return Proof(
        ThreadsProof("optimal", threads, {"kind": "launches-ruled-out"}),
        bytes_proof(run_bytes),
        bytes_proof(block_bytes),
        None if resident is None else CountProof("optimal", resident, {"kind": "launches-ruled-out"}),
    )


def moved(layout: Layout, name: str, **changes: Any) -> Layout:
    """The layout with another place (`offset_bytes=…`) or other words for one buffer."""
    places = tuple(replace(one, **changes) if one.full_name == name else one for one in layout.buffers)
    return replace(layout, buffers=places)


def launched(layout: Layout, **changes: Any) -> Layout:
    """The layout with other launch figures."""
    assert layout.launch is not None
    return replace(layout, launch=replace(layout.launch, **changes))


def of_rule(report: StaticReport, rule: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.rule == rule]


# One thread a run. Phase 3 (commit) is the peak: state, the store's rest, window and mask, 40 + 80 + 80 + 4 bytes.
# 204 bytes are 51 words, an odd number, so that neither width has conflicts and nothing is padded. 49152 // 204 = 240
# runs fit, 7 warps; 7 warps of 45,696 bytes and 1,024 reserved ones fit twice into the 100 KiB of an 8.6.
PRIVATE = manifest_of(
    buffer("loop/state", 10, persistent=True),
    buffer("loop/algorithm/rhs", 10, (1, 3)),
    buffer("loop/algorithm/store", 30, parts=(part("row0", 0, 10, (1, 3)), part("rest", 10, 20, (3, 4)))),
    buffer("loop/window", 20, (3, 5)),
    buffer("mask", 4, (3, 4), dtype="uint8"),
    buffer("scratch", 7, (0, 1), location="local"),
    buffer("seed", 2, dtype="int32", location="local", persistent=True),
    launch=Launch(max_threads_per_block=256),
    timeline=Timeline(5, ("init", "stage0", "stage1", "commit", "summary"), (Loop(1, 5),)),
)

PRIVATE_LAYOUT = Layout(
    manifest_sha256=PRIVATE.sha256,
    status="optimal",
    launch=LaunchFigures(
        threads_per_block=224,
        runs_per_block=224,
        run_bytes=204,
        padding_bytes=0,
        stride_bytes=204,
        block_region_bytes=0,
        region_gap_bytes=0,
        base_alignment_bytes=16,
        dynamic_shared_bytes=45696,
        opt_in=False,
        bank_conflict_degree={1: 1, 4: 1},
        threads_if_conflicts_ignored=224,
        occupancy=Occupancy(2, 448, "shared", True),
    ),
    buffers=(
        PlacedBuffer("loop", "state", "shared", "run", 0, 40),
        PlacedBuffer("loop/algorithm", "rhs", "shared", "run", 40, 40, None, ("loop/window",)),
        PlacedBuffer("loop/algorithm", "store", "shared", "run", 80, 120, None, ("loop/window",)),
        PlacedBuffer("loop", "window", "shared", "run", 40, 80, None, ("loop/algorithm/rhs", "loop/algorithm/store")),
        PlacedBuffer("", "mask", "shared", "run", 200, 4),
        PlacedBuffer("", "scratch", "local", "local", None, 28),
        PlacedBuffer("", "seed", "local", "persistent_local", 0, 8),
    ),
    proof=proof(224, 204, 0, 448),
    baselines={},
    local=LocalBytes(28, 8),
)

# Two threads a run, and a block region. The barrier before "use" frees the bytes of `tile` for `table` and those of
# `left` for `right`; the one before "load" does the same on the way back round the loop. 24 bytes are 6 words, an odd
# multiple of the two words that one run's threads read. 128 threads take 24 + 64 * 24 bytes; 48 warps hold 12 such
# blocks.
THREADED = manifest_of(
    buffer("tile", 3, (0, 1), scope="block", dtype="float64"),
    buffer("table", 5, (2, 3), scope="block", dtype="float32"),
    buffer("left", 6, (0, 2)),
    buffer("right", 6, (2, 3)),
    launch=Launch(threads_per_run=2, max_threads_per_block=128),
    timeline=Timeline(3, ("load", "mix", "use"), (Loop(0, 3),), (Barrier(0), Barrier(2))),
)

THREADED_LAYOUT = Layout(
    manifest_sha256=THREADED.sha256,
    status="optimal",
    launch=LaunchFigures(
        threads_per_block=128,
        runs_per_block=64,
        run_bytes=24,
        padding_bytes=0,
        stride_bytes=24,
        block_region_bytes=24,
        region_gap_bytes=0,
        base_alignment_bytes=16,
        dynamic_shared_bytes=24 + 64 * 24,
        opt_in=False,
        bank_conflict_degree={4: 1},
        threads_if_conflicts_ignored=128,
        occupancy=Occupancy(12, 1536, "warps", True),
    ),
    buffers=(
        PlacedBuffer("", "tile", "shared", "block", 0, 24, None, ("table",)),
        PlacedBuffer("", "table", "shared", "block", 0, 20, None, ("tile",)),
        PlacedBuffer("", "left", "shared", "run", 0, 24, None, ("right",)),
        PlacedBuffer("", "right", "shared", "run", 0, 24, None, ("left",)),
    ),
    handoffs=(
        Handoff("right", "left", "run", 0, 24, 0, "load", 0, "load"),
        Handoff("table", "tile", "block", 0, 20, 0, "load", 0, "load"),
        Handoff("left", "right", "run", 0, 24, 2, "use", 2, "use"),
        Handoff("tile", "table", "block", 0, 20, 2, "use", 2, "use"),
    ),
    proof=proof(128, 24, 24, 1536),
    baselines={},
)
