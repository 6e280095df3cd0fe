"""What each getter must return by the layout: where its first byte lies in its region, and how many elements it has."""

from __future__ import annotations

from typing import Any

from warpack.gpu_runtime.emitters.elements import handed_out
from warpack.gpu_runtime.probe.kernel.getter_calls import Calls, slot_of
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest


def views_of(calls: Calls, manifest: Manifest, layout: Layout) -> list[dict[str, Any]]:
    """One entry for each getter of a buffer (or part) in shared memory, including buffers that are never used.

    `address` counts bytes from the start of the region; a part need only be aligned as its element type is.
    """
    views: list[dict[str, Any]] = []
    for placed in layout.buffers:
        if placed.region not in ("run", "block"):
            continue
        buffer = manifest.by_name[placed.full_name]
        out = handed_out(buffer.dtype)
        whole = buffer.full_name in calls.getters or buffer.stages > 1
        apart = {part.name: part.offset_bytes for part in placed.parts or ()}
        places = []
        first = placed.offset_bytes or min(apart.values(), default=0)
        if whole:
            for slot in range(buffer.stages):
                name = slot_of(buffer.full_name, slot) if buffer.stages > 1 else buffer.full_name
                start = first + slot * buffer.slot_pitch_bytes
                places.append((name, start, buffer.size, buffer.alignment_bytes))
        for part in buffer.parts:
            start = apart.get(part.name, (placed.offset_bytes or 0) + buffer.dtype.bytes_of(part.offset))
            places.append((buffer.part_name(part), start, part.size, out.element.itemsize_bytes))
        views += [
            {
                "ref": calls.refs[name],
                "identifier": calls.getters[name].identifier,
                "slot": int(name.rpartition("@")[2]) if buffer.stages > 1 else None,
                "region": placed.region,
                "address": address,
                "count": out.count(size),
                "itemsize": out.element.itemsize_bytes,
                "alignment": alignment,
            }
            for name, address, size, alignment in places
        ]
    return views
