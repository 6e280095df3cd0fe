"""Per-thread memory off the chip: plain local buffers, and one persistent array for each dtype."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from warpack.solver.wire.dtypes import DType
from warpack.solver.wire.layout import LocalBytes
from warpack.solver.wire.manifest import Buffer
from warpack.solver.wire.units import Bytes, align_up


def place_persistent(buffers: Iterable[Buffer]) -> tuple[dict[str, Bytes], Bytes]:
    """Offsets of the persistent local buffers by full name, and the sum of the arrays' bytes.

    Buffers of one dtype stand side by side, widest alignment first, and so do the arrays; buffers of no bytes are at 0.
    """
    arrays: defaultdict[DType, list[Buffer]] = defaultdict(list)
    offsets: dict[str, Bytes] = {}
    for buffer in buffers:
        if buffer.size_bytes:
            arrays[buffer.dtype].append(buffer)
        else:
            offsets[buffer.full_name] = 0
    end = total = 0
    for members in sorted(arrays.values(), key=_widest):
        start = end = align_up(end, max(buffer.alignment_bytes for buffer in members))
        for buffer in sorted(members, key=lambda buffer: -buffer.alignment_bytes):
            offsets[buffer.full_name] = align_up(end, buffer.alignment_bytes)
            end = offsets[buffer.full_name] + buffer.size_bytes
        total += end - start
    return offsets, total


def local_bytes(plain: Iterable[Buffer], persistent_local_bytes: Bytes) -> LocalBytes:
    return LocalBytes(sum(buffer.size_bytes for buffer in plain), persistent_local_bytes)


def _widest(members: list[Buffer]) -> tuple[int, str, int]:
    dtype = members[0].dtype
    return -max(buffer.alignment_bytes for buffer in members), str(dtype), dtype.alignment_bytes
