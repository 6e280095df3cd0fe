"""What the launch needs to know about the buffers on chip: alignments, and the widths of the elements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from solver.wire.manifest import Buffer, Manifest
from solver.wire.units import Bytes

LEAST_BASE_ALIGNMENT_BYTES = 16
"""Dynamic shared memory starts at a multiple of this whatever the kernel declares (seen in ptxas' output)."""


@dataclass(frozen=True, slots=True)
class RunRegion:
    """`run_alignment_bytes`: largest alignment of a run buffer on chip (1: there is none), of which the stride is a multiple.
    `widths`: distinct element sizes in bytes of the run buffers on chip, ascending. `base_alignment_bytes`: what the
    dynamic shared memory's start must be a multiple of."""

    run_alignment_bytes: Bytes
    widths: tuple[Bytes, ...]
    base_alignment_bytes: Bytes


def on_chip_buffers(manifest: Manifest, on_chip: frozenset[str] = frozenset()) -> Iterator[Buffer]:
    """Shared buffers, and those `auto` ones that `on_chip` names, in the manifest's order. Buffers of no bytes are left
    out: they have no place, so nothing depends on their alignment."""
    for buffer in manifest.buffers:
        placed = buffer.location == "shared" or (buffer.location == "auto" and buffer.full_name in on_chip)
        if placed and buffer.size_bytes:
            yield buffer


def run_region(manifest: Manifest, on_chip: frozenset[str] = frozenset()) -> RunRegion:
    """The figures of the manifest's run region when the `auto` buffers in `on_chip` (full names) are placed in shared."""
    run_alignment = base_alignment = 1
    widths = set()
    for buffer in on_chip_buffers(manifest, on_chip):
        base_alignment = max(base_alignment, buffer.alignment_bytes)
        if buffer.scope == "run":
            run_alignment = max(run_alignment, buffer.alignment_bytes)
            widths.add(buffer.dtype.itemsize_bytes)
    return RunRegion(run_alignment, tuple(sorted(widths)), max(LEAST_BASE_ALIGNMENT_BYTES, base_alignment))
