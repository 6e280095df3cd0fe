"""The points of the frontier: levels with the block sizes that they allow, without dominated points."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from warpack.solver.frontier.levels import accesses_of, block_sizes, find_levels, with_block_size
from warpack.solver.launch.weighing import by_residents, cost, weighs
from warpack.solver.search.auto.stride_widening import launch_beside, launch_of
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.region.regions import Packed
from warpack.solver.wire.layout import LaunchFigures
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.problems import Problem

_CUT_SHORT = Problem(
    "frontier-incomplete",
    "/frontier",
    "the time was over before every block size had been looked at: points with more accesses on chip may be missing",
)


@dataclass(frozen=True)
class Point:
    """One launch of one level."""

    packed: Packed
    launch: LaunchFigures
    accesses: int

    def beats(self, other: Point, *, resident_only: bool) -> bool:
        """Whether `other` has no more threads and no more accesses. Equal points beat each other."""
        return (
            (resident_only or self.launch.threads_per_block >= other.launch.threads_per_block)
            and self.launch.occupancy.resident_threads >= other.launch.occupancy.resident_threads
            and self.accesses >= other.accesses
        )


@dataclass(frozen=True)
class Frontier:
    """`points` by falling threads per block; `chosen` is the one that the layout is."""

    manifest: Manifest
    points: tuple[Point, ...]
    chosen: Point
    warnings: tuple[Problem, ...] = ()

    def to_json(self) -> tuple[dict[str, Any], ...]:
        return tuple(_to_json(self.manifest, point, point is self.chosen) for point in self.points)


def trace(manifest: Manifest, base: Packed, packed: Packed, launch: LaunchFigures, stop: Stop) -> Frontier:
    """The points that no other one beats in threads per block, resident threads and accesses on chip together, each
    with as few run bytes as were found for that, and the layout itself. With the objective `resident_threads`, more
    threads per block are no gain in themselves.

    The layout is `packed` with `launch`, unless a level was found that has more on chip with the same threads.
    """
    sizes = block_sizes(manifest, _most_threads(manifest, base, launch), launch.threads_per_block)
    levels = find_levels(manifest, base, packed, sizes, stop)
    points = [Point(level, figures, accesses) for level, figures, accesses in _launches(manifest, levels.packed, sizes)]
    chosen = Point(packed, launch, accesses_of(manifest, packed.on_chip))
    if manifest.objective != "shared_bytes":
        chosen = max((point for point in points if _as_fast(point, chosen)), key=_worth, default=chosen)
    resident_only = manifest.objective == "resident_threads"
    kept = [chosen]
    for point in sorted(points, key=lambda point: (*_worth(point), _speed(point)), reverse=True):
        if not any(other.beats(point, resident_only=resident_only) for other in kept):
            kept.append(point)
    kept.sort(key=lambda point: (_speed(point), _worth(point)), reverse=True)
    return Frontier(manifest, tuple(kept), chosen, () if levels.complete else (_CUT_SHORT,))


def _most_threads(manifest: Manifest, base: Packed, launch: LaunchFigures) -> int:
    """The largest block, where the objective may have chosen a smaller one."""
    if not by_residents(manifest) or manifest.launch.threads_per_block is not None:
        return launch.threads_per_block
    shared = tuple(buffer for buffer in manifest.buffers if buffer.location != "auto")
    largest = launch_beside(replace(manifest, objective="threads_per_block", buffers=shared), base.run.size_bytes, base)
    return launch.threads_per_block if largest is None else largest.threads_per_block


def _launches(
    manifest: Manifest, levels: Iterable[Packed], sizes: list[int]
) -> Iterable[tuple[Packed, LaunchFigures, int]]:
    for level in levels:
        accesses = accesses_of(manifest, level.on_chip)
        for threads in sizes:
            figures = launch_of(with_block_size(manifest, threads), level)
            if figures is not None:
                yield level, figures, accesses


def _as_fast(point: Point, chosen: Point) -> bool:
    return _speed(point) == _speed(chosen)


def _speed(point: Point) -> tuple[int, int]:
    return point.launch.threads_per_block, point.launch.occupancy.resident_threads


def _worth(point: Point) -> tuple[int, int, int]:
    return point.accesses, -point.launch.stride_bytes, -point.launch.run_bytes


def _to_json(manifest: Manifest, point: Point, chosen: bool) -> dict[str, Any]:
    launch, packed = point.launch, point.packed
    return {
        "threads_per_block": launch.threads_per_block,
        "resident_threads": launch.occupancy.resident_threads,
        "accesses_on_chip": point.accesses,
        **({"cost": cost(manifest, point.accesses)} if weighs(manifest) else {}),
        "run_bytes": launch.run_bytes,
        "stride_bytes": launch.stride_bytes,
        "dynamic_shared_bytes": launch.dynamic_shared_bytes,
        "on_chip": sorted(packed.on_chip),
        "offsets_bytes": packed.offsets,
        "status": "optimal" if packed.run.proven and packed.block.proven and not _may_lie_over(packed) else "feasible",
        "chosen": chosen,
    }


def _may_lie_over(packed: Packed) -> bool:
    """Whether some block-scoped buffer may lie over a window of a run, so that the two regions do not decide alone."""
    flat = packed.flat
    every = len(flat.run.items)
    return any(len(flat.crossing.get(number, ())) < every for number in range(len(flat.block.items)))
