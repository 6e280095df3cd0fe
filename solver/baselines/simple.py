"""The bytes that simpler rules need for the same manifest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from warpack.solver.launch.region import on_chip_buffers
from warpack.solver.wire.manifest import Buffer, Manifest
from warpack.solver.wire.units import Bytes, align_up


class RegionBytes(NamedTuple):
    """Bytes of one run and of the block region. `reach`: where the last block-scoped buffer ends, if some lie over
    windows of runs."""

    run: Bytes
    block: Bytes
    reach: Bytes = 0


def no_sharing_bytes(manifest: Manifest, on_chip: frozenset[str] = frozenset()) -> RegionBytes:
    """Every buffer has bytes of its own."""
    return _of_both(manifest, on_chip, _side_by_side)


def declared_aliases_bytes(manifest: Manifest, on_chip: frozenset[str] = frozenset()) -> RegionBytes:
    """The rule of CuBIE's buffer registry, version 0.17: only declared aliases share bytes."""
    return _of_both(manifest, on_chip, _in_aliases)


def _of_both(manifest: Manifest, on_chip: frozenset[str], rule: Callable[[Sequence[Buffer]], Bytes]) -> RegionBytes:
    placed = list(on_chip_buffers(manifest, on_chip))
    return RegionBytes(*(rule([buffer for buffer in placed if buffer.scope == scope]) for scope in ("run", "block")))


@dataclass
class _Placed:
    """A buffer with bytes of its own, and how far its aliases have used it up (offsets from the region's start)."""

    buffer: Buffer
    start_bytes: Bytes
    used_bytes: Bytes


def _side_by_side(buffers: Sequence[Buffer]) -> Bytes:
    """Bytes of a region filled in declaration order."""
    end = 0
    for buffer in buffers:
        alignment = buffer.alignment_bytes
        end = -(-end // alignment) * alignment + buffer.size_bytes
    return end


def _in_aliases(buffers: Sequence[Buffer]) -> Bytes:
    """Bytes of a region. Buffers that name an alias come last, and take room inside it where there is some."""
    if not any(buffer.aliases for buffer in buffers):
        return _side_by_side(buffers)
    placed: dict[str, _Placed] = {}
    end = 0
    for buffer in buffers:
        if not buffer.aliases:
            end = _append(placed, buffer, end)
    for buffer in buffers:
        if buffer.aliases and not any(_fit_inside(placed, buffer, target) for target in buffer.aliases):
            end = _append(placed, buffer, end)
    return end


def _append(placed: dict[str, _Placed], buffer: Buffer, end: Bytes) -> Bytes:
    start = align_up(end, buffer.alignment_bytes)
    placed[buffer.full_name] = _Placed(buffer, start, start)
    return start + buffer.size_bytes


def _fit_inside(placed: dict[str, _Placed], buffer: Buffer, target_name: str) -> bool:
    target = placed.get(target_name)
    if target is None or buffer.persistent or target.buffer.persistent:
        return False
    start = align_up(target.used_bytes, buffer.alignment_bytes)
    if start + buffer.size_bytes > target.start_bytes + target.buffer.size_bytes:
        return False
    target.used_bytes = start + buffer.size_bytes
    placed[buffer.full_name] = _Placed(buffer, start, start)
    return True
