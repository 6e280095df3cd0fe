"""What the launch needs to know about the buffers on chip: alignments, and the widths of the elements with their
accesses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from warpack.solver.wire.manifest import Buffer, Manifest, StorageKind
from warpack.solver.wire.units import Bytes

LEAST_BASE_ALIGNMENT_BYTES = 16
"""Dynamic shared memory starts at a multiple of this whatever the kernel declares (seen in ptxas' output)."""

Weights = tuple[tuple[Bytes, int], ...]
"""Element widths in bytes, each with its weight in the choice of a stride."""


@dataclass(frozen=True, slots=True)
class RunRegion:
    """`run_alignment_bytes`: largest alignment of a run buffer on chip (1: there is none), of which the stride is a
    multiple. `weights`: distinct element sizes in bytes of the run buffers on chip, ascending, each with the accesses
    of its buffers, at least 1. `base_alignment_bytes`: what the dynamic shared memory's start must be a multiple of."""

    run_alignment_bytes: Bytes
    weights: Weights
    base_alignment_bytes: Bytes

    @property
    def widths(self) -> tuple[Bytes, ...]:
        return tuple(width for width, _ in self.weights)


def on_chip_buffers(manifest: Manifest, on_chip: frozenset[str] = frozenset()) -> Iterator[Buffer]:
    """Shared buffers, and those `auto` ones that `on_chip` names, in the manifest's order. Buffers of no bytes are left
    out: they have no place, so nothing depends on their alignment."""
    for buffer in manifest.buffers:
        placed = buffer.location == "shared" or (buffer.location == "auto" and buffer.full_name in on_chip)
        if placed and buffer.size_bytes:
            yield buffer


def run_region(manifest: Manifest, on_chip: frozenset[str] = frozenset()) -> RunRegion:
    """The figures of the manifest's run region when the `auto` buffers in `on_chip` (full names) are placed in
    shared."""
    kinds = manifest.shared_kinds
    if on_chip:
        kinds = dict(kinds)
        autos = (buffer for name in on_chip if (buffer := manifest.by_name.get(name)) is not None)
        for buffer in autos:
            if buffer.location == "auto" and buffer.size:
                kind = buffer.storage_kind
                kinds[kind] = kinds.get(kind, 0) + buffer.accesses
    return _region_of(frozenset(kinds.items()))


@lru_cache(maxsize=1024)
def _region_of(kinds: frozenset[tuple[StorageKind, int]]) -> RunRegion:
    accesses: dict[Bytes, int] = {}
    for (scope, _, width), count in kinds:
        if scope == "run":
            accesses[width] = accesses.get(width, 0) + count
    return RunRegion(
        max((alignment for (scope, alignment, _), _ in kinds if scope == "run"), default=1),
        tuple((width, max(1, accesses[width])) for width in sorted(accesses)),
        max((LEAST_BASE_ALIGNMENT_BYTES, *(alignment for (_, alignment, _), _ in kinds))),
    )
