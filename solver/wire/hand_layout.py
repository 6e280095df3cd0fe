"""The layout that a user has made by hand, as a manifest states it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warpack.solver.wire.units import Bytes

if TYPE_CHECKING:
    from warpack.solver.wire.manifest import Buffer


@dataclass(frozen=True, slots=True)
class HandLayout:
    """The user's own layout, to compare with: it changes nothing about the packing. `offsets_bytes`: where each buffer
    on chip begins in its region, by full name, sorted; of parts (`component/name#part`) where these lie apart. `auto`
    buffers that are not named are local. The regions end with their last buffer, or later where the user says so; the
    windows of runs begin behind the block region, which may end before the last of the block's buffers: then these lie
    over windows. `threads_per_block` None: the launch rules choose."""

    offsets_bytes: dict[str, Bytes]
    run_bytes: Bytes
    block_region_bytes: Bytes
    threads_per_block: int | None = None

    def places(self, buffer: Buffer) -> tuple[tuple[str, Bytes], ...]:
        """The names by which the buffer is placed, each with its offset: its own, or those of its parts. Empty: it is
        not on chip."""
        whole = self.offsets_bytes.get(buffer.full_name)
        if whole is not None:
            return ((buffer.full_name, whole),)
        names = (buffer.part_name(part) for part in buffer.parts)
        return tuple((name, self.offsets_bytes[name]) for name in names if name in self.offsets_bytes)
