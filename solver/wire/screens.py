"""What `repr` shows of a manifest and a layout: one readable screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from warpack.solver.wire.counts import number_of

if TYPE_CHECKING:
    from warpack.solver.wire.layout import Layout, PlacedBuffer
    from warpack.solver.wire.manifest import Buffer, Manifest

MOST_ROWS = 20
"""How many buffers are listed."""

_NAME_WIDTH = 40


def manifest_screen(manifest: Manifest) -> str:
    target, launch = manifest.target, manifest.launch
    threads = "any threads" if launch.threads_per_block is None else number_of(launch.threads_per_block, "thread")
    head = [
        f"Manifest {manifest.name!r}: {number_of(len(manifest.buffers), 'buffer')} in "
        f"{number_of(manifest.timeline.length, 'phase')}{_components(len(manifest.components))}",
        "one pool, objective pool_bytes"
        if manifest.of_pool
        else f"compute capability {target.compute_capability}, {threads} per block, "
        f"{launch.threads_per_run} per run, objective {manifest.objective}",
    ]
    return _screen(head, manifest_table(manifest, MOST_ROWS), len(manifest.buffers), len(manifest.warnings))


def layout_screen(layout: Layout) -> str:
    head = [f"Layout {layout.name!r}: {layout.status}, validated at level {layout.validation.level}"]
    launch = layout.launch
    if layout.pool is not None:
        head.append(f"pool {layout.pool.pool_bytes} bytes, aligned to {layout.pool.base_alignment_bytes}")
        return _screen(head, layout_table(layout, MOST_ROWS), len(layout.buffers), len(layout.warnings))
    if launch is None:
        needed = layout.minimum_budget_bytes
        head.append("no block fits" + (f"; a budget of {needed} bytes would be enough" if needed is not None else ""))
        return _screen(head, [], 0, len(layout.warnings))
    occupancy = launch.occupancy
    head += [
        f"{number_of(launch.threads_per_block, 'thread')} per block, {number_of(occupancy.blocks_per_sm, 'block')} per "
        f"multiprocessor ({number_of(occupancy.resident_threads, 'resident thread')}, limited by {occupancy.limited_by})",
        f"run {launch.run_bytes} bytes, stride {launch.stride_bytes}; block region {launch.block_region_bytes} bytes; "
        f"{launch.dynamic_shared_bytes} bytes of dynamic shared memory",
    ]
    return _screen(head, layout_table(layout, MOST_ROWS), len(layout.buffers), len(layout.warnings))


def manifest_table(manifest: Manifest, most: int | None = None) -> list[tuple[str, ...]]:
    """The names of the columns, and a row a buffer."""
    rows = [("buffer", "type", "scope", "location", "bytes"), *map(_of_manifest, manifest.buffers[:most])]
    return [(*row[:2], row[4]) for row in rows] if manifest.of_pool else rows


def layout_table(layout: Layout, most: int | None = None) -> list[tuple[str, ...]]:
    """The names of the columns, and a row a buffer."""
    return [("buffer", "region", "offset", "bytes"), *map(_of_layout, layout.buffers[:most])]


def _screen(head: list[str], rows: Sequence[tuple[str, ...]], buffers: int, warnings: int) -> str:
    lines = [*head, *_columns(rows)]
    if buffers > MOST_ROWS:
        lines.append(f"  and {buffers - MOST_ROWS} more")
    if warnings:
        lines.append(f"{number_of(warnings, 'warning')} in .warnings")
    return "\n".join(lines)


def _of_manifest(buffer: Buffer) -> tuple[str, ...]:
    size = str(buffer.size_bytes) if buffer.growth is None else "follow the block"
    return _short(buffer.full_name), str(buffer.dtype), buffer.scope, buffer.location, size


def _of_layout(buffer: PlacedBuffer) -> tuple[str, ...]:
    offset = "parts apart" if buffer.parts else "own array" if buffer.offset_bytes is None else str(buffer.offset_bytes)
    return _short(buffer.full_name), buffer.region, offset, str(buffer.size_bytes)


def _short(name: str) -> str:
    """The end of a name, which says more than its start."""
    return name if len(name) <= _NAME_WIDTH else f"…{name[1 - _NAME_WIDTH :]}"


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterable[str]:
    """Texts are aligned left, the last column right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for *texts, number in rows:
        cells = [text.ljust(width) for text, width in zip(texts, widths, strict=False)]
        yield "  " + "  ".join([*cells, number.rjust(widths[-1])])


def _components(number: int) -> str:
    return f", {number_of(number, 'component')}" if number else ""
