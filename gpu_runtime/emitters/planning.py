"""Layout and manifest to an `AllocatorPlan`: getters with checked numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from warpack.gpu_runtime.emitters.checks import (
    check_launch,
    check_offset,
    check_region,
    check_same_buffers,
    part_alignment_bytes,
    part_offsets,
)
from warpack.gpu_runtime.emitters.elements import handed_out
from warpack.gpu_runtime.emitters.errors import EmitError
from warpack.gpu_runtime.emitters.names import getter_names
from warpack.gpu_runtime.emitters.offsets import NO_ALLOCATORS
from warpack.gpu_runtime.emitters.plan import AllocatorPlan, LocalArray, Scattered, Slot
from warpack.solver.wire.dtypes import DType
from warpack.solver.wire.layout import LaunchFigures, Layout, PlacedBuffer, sized_for
from warpack.solver.wire.manifest import Buffer, Manifest, Part
from warpack.solver.wire.units import Bytes


def plan_allocators(layout: Layout, manifest: Manifest) -> AllocatorPlan:
    """Joins the two. Raises EmitError where they do not belong together or a number does not fit its element type."""
    if layout.pool is not None or manifest.of_pool:
        raise EmitError(NO_ALLOCATORS)
    if layout.launch is None:
        raise EmitError("the layout is infeasible: there is nothing to hand out")
    if re.fullmatch(r"[0-9]{1,2}\.[0-9]", manifest.target.compute_capability, re.ASCII) is None:
        raise EmitError(f"the compute capability {manifest.target.compute_capability!r} is not of the form 8.6")
    manifest = sized_for(manifest, layout)
    identifiers = getter_names(manifest)
    check_same_buffers(layout, manifest)
    check_launch(layout.launch, manifest.launch.threads_per_run)
    placed = layout.by_name
    joined = [
        _Join(buffer, placed[buffer.full_name], layout.launch, identifiers).slots() for buffer in manifest.buffers
    ]
    kept = _kept_arrays(slot for slots in joined for slot in slots)
    buffers = [[_from_array_start(slot, kept) for slot in slots] for slots in joined]
    slots = [slot for of_one in buffers for slot in of_one]
    return AllocatorPlan(
        layout_sha256=layout.sha256,
        manifest_sha256=manifest.sha256,
        compute_capability=manifest.target.compute_capability,
        threads_per_run=manifest.launch.threads_per_run,
        launch=layout.launch,
        local_bytes=layout.local.local_bytes,
        persistent_local_bytes=layout.local.persistent_local_bytes,
        slots=tuple(slots),
        run_elements=tuple(sorted({slot.element for slot in slots if slot.region == "run" and slot.count})),
        kept=tuple(array for array, _ in kept.values()),
        scattered=tuple(_scattered(of_one, manifest, identifiers) for of_one in buffers if of_one[0].is_part),
        shares_listed=all(warning.type != "shares-not-listed" for warning in layout.warnings),
    )


@dataclass(frozen=True, slots=True)
class _Join:
    """One buffer of the manifest with its place in the layout."""

    buffer: Buffer
    placed: PlacedBuffer
    launch: LaunchFigures
    identifiers: dict[str, str]

    def slots(self) -> list[Slot]:
        """The buffer's getter (unless its parts lie apart, or in another order), then those of its parts."""
        return list(self._slots())

    def _slots(self) -> Iterator[Slot]:
        apart = part_offsets(self.buffer, self.placed)
        if apart is not None and self.placed.region == "local":
            raise EmitError(
                "a plain local buffer is one array, its parts cannot be placed apart", buffer=self.placed.full_name
            )
        by_part = bool(self.buffer.parts) and not self.buffer.persistent
        first = self.placed.offset_bytes if apart is None else self._in_one_piece(apart)
        if apart is None or first is not None:
            zero = self.buffer.zero != "none" and not by_part
            slot = self._slot(
                self.buffer.full_name,
                first,
                self.buffer.size,
                max(self.buffer.alignment_bytes, self.buffer.dtype.alignment_bytes),
                zero=zero,
                entry=zero and self.buffer.zero == "entry",
            )
            yield self._ring(slot) if self.buffer.stages > 1 else slot
        for part in self.buffer.parts:
            inside = self.buffer.dtype.bytes_of(part.offset)
            if apart is not None:
                offset: Bytes | None = apart[part.name]
            elif self.placed.region == "local":
                offset = inside
            else:
                offset = None if self.placed.offset_bytes is None else self.placed.offset_bytes + inside
            zero = self.buffer.zero != "none"
            slot = self._slot(
                self.buffer.part_name(part),
                offset,
                part.size,
                part_alignment_bytes(self.buffer, inside, apart=apart is not None),
                zero=zero,
                entry=zero and (by_part or first is None) and self._read_at_entry(part),
            )
            yield replace(slot, is_part=True, shares=slot.shares if apart is not None else ())

    def _in_one_piece(self, apart: dict[str, Bytes]) -> Bytes | None:
        """The start of a buffer whose parts may lie apart but do not: they fill it, in their order. Otherwise None."""
        bytes_of, end = self.buffer.dtype.bytes_of, 0
        for part in sorted(self.buffer.parts, key=lambda part: (part.offset, part.size)):
            if part.offset != end:
                return None
            end += part.size
        firsts = {apart[part.name] - bytes_of(part.offset) for part in self.buffer.parts if part.size}
        return firsts.pop() if end == self.buffer.size and len(firsts) == 1 else None

    def _ring(self, slot: Slot) -> Slot:
        pitch = self.buffer.slot_pitch_bytes
        if pitch % slot.element.itemsize_bytes:
            raise EmitError(
                f"its slots are {pitch} bytes apart, no multiple of its element size {slot.element.itemsize_bytes}",
                buffer=slot.name,
                number=pitch,
            )
        return replace(slot, stages=self.buffer.stages, pitch=pitch // slot.element.itemsize_bytes)

    def _read_at_entry(self, part: Part) -> bool:
        if self.buffer.zero != "entry":
            return False
        return _starts(part) or not any(map(_starts, self.buffer.parts))

    def _slot(
        self, name: str, offset_bytes: Bytes | None, size: int, alignment_bytes: Bytes, *, zero: bool, entry: bool
    ) -> Slot:
        out, region = handed_out(self.buffer.dtype), self.placed.region
        if region == "pool":
            raise EmitError("it lies in a pool, and this is the layout of a block", buffer=name)
        plain_local = region == "local" and name == self.buffer.full_name
        if size == 0 or plain_local:
            offset_bytes = offset_bytes or 0
        else:
            aligned_to = 1 if region == "persistent_local" else alignment_bytes
            offset_bytes = check_offset(name, offset_bytes, aligned_to, min(aligned_to, out.element.itemsize_bytes))
            check_region(name, region, self.launch, alignment_bytes, out.element.itemsize_bytes)
        return Slot(
            name=name,
            identifier=self.identifiers[name],
            region=region,
            dtype=self.buffer.dtype,
            element=out.element,
            offset=offset_bytes // out.element.itemsize_bytes,
            count=out.count(size),
            offset_bytes=None if region == "local" else offset_bytes,
            alignment_bytes=alignment_bytes,
            note=out.note,
            zero=zero,
            entry=entry,
            shares=self.placed.shares_bytes_with,
        )


def _scattered(parts: list[Slot], manifest: Manifest, identifiers: dict[str, str]) -> Scattered:
    buffer = manifest.by_name[parts[0].owner]
    zeros = tuple(part for part in parts if part.zero) if buffer.persistent else ()
    return Scattered(buffer.full_name, identifiers[buffer.full_name], tuple(part.identifier for part in parts), zeros)


_Kept = dict[DType, tuple[LocalArray, Bytes]]
"""The persistent local array of each dtype, with the lowest offset in the region that lies in it. Arrays of
different dtypes are different memory, whatever their offsets in the region are."""


def _kept_arrays(slots: Iterable[Slot]) -> _Kept:
    members: dict[DType, list[Slot]] = {}
    for slot in slots:
        if slot.region == "persistent_local" and slot.count:
            members.setdefault(slot.dtype, []).append(slot)
    arrays: _Kept = {}
    for dtype in sorted(members, key=lambda dtype: (members[dtype][0].element, str(dtype), dtype.alignment_bytes)):
        mine = members[dtype]
        element = mine[0].element
        lowest = min(slot.offset_bytes or 0 for slot in mine)
        end = max((slot.offset_bytes or 0) + slot.size_bytes for slot in mine)
        alignment = max(slot.alignment_bytes for slot in mine)
        arrays[dtype] = (LocalArray(dtype, element, (end - lowest) // element.itemsize_bytes, alignment), lowest)
    return arrays


def _from_array_start(slot: Slot, kept: _Kept) -> Slot:
    """Offsets of the region become offsets in the dtype's own array, which is what has to be aligned."""
    if slot.region != "persistent_local" or not slot.count:
        return slot
    inside = (slot.offset_bytes or 0) - kept[slot.dtype][1]
    check_offset(slot.name, inside, slot.alignment_bytes, slot.element.itemsize_bytes)
    return replace(slot, offset=inside // slot.element.itemsize_bytes)


def _starts(part: Part) -> bool:
    """Whether a part is live, or accessed, from the first phase on."""
    if part.accesses_in is not None:
        return 0 in (*part.accesses_in.writes, *part.accesses_in.updates, *part.accesses_in.reads)
    return part.lifetime is None or any(interval.start == 0 for interval in part.lifetime)
