"""What the launch needs to know about the buffers on chip: alignments, and the widths of the elements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from solver.wire.manifest import Buffer, Manifest, StorageKind
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
    kinds = manifest.shared_kinds
    if on_chip:
        autos = (buffer for name in on_chip if (buffer := manifest.by_name.get(name)) is not None)
        kinds |= {
            (buffer.scope, buffer.alignment_bytes, buffer.dtype.itemsize_bytes)
            for buffer in autos
            if buffer.location == "auto" and buffer.size
        }
    return _region_of(kinds)


@lru_cache(maxsize=256)
def _region_of(kinds: frozenset[StorageKind]) -> RunRegion:
    of_runs = [(alignment, width) for scope, alignment, width in kinds if scope == "run"]
    return RunRegion(
        max((alignment for alignment, _ in of_runs), default=1),
        tuple(sorted({width for _, width in of_runs})),
        max((LEAST_BASE_ALIGNMENT_BYTES, *(alignment for _, alignment, _ in kinds))),
    )
