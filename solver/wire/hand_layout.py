"""The user's own hand-made layout, as a manifest states it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warpack.solver.wire.units import Bytes

if TYPE_CHECKING:
    from warpack.solver.wire.manifest import Buffer


@dataclass(frozen=True, slots=True)
class HandLayout:
    """The user's own layout, to compare with: it changes nothing about the packing. `offsets_bytes`: the offset of each
    buffer on chip in its region, by full name, sorted; by part (`component/name#part`) where parts lie apart. `auto`
    buffers that are not named are local. A region ends with its last buffer, or later where the user says so. The
    windows of runs begin after the block region. It may end before the last block-scoped buffer does; then such buffers
    lie over windows. `threads_per_block` None: the launch rules choose. `pool_bytes`: the size of a pool; 0 where the
    manifest has no pool. The regions are 0 then."""

    offsets_bytes: dict[str, Bytes]
    run_bytes: Bytes
    block_region_bytes: Bytes
    threads_per_block: int | None = None
    pool_bytes: Bytes = 0

    def places(self, buffer: Buffer) -> tuple[tuple[str, Bytes], ...]:
        """The names under which the buffer is placed, each with its offset: its own name, or those of its parts. Empty:
        it is not on chip."""
        whole = self.offsets_bytes.get(buffer.full_name)
        if whole is not None:
            return ((buffer.full_name, whole),)
        names = (buffer.part_name(part) for part in buffer.parts)
        return tuple((name, self.offsets_bytes[name]) for name in names if name in self.offsets_bytes)
