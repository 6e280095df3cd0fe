"""Layouts made by hand for random manifests: some right, most of them wrong somewhere."""

from __future__ import annotations

from random import Random
from typing import Any

from warpack.solver import Layout, Manifest


def hand_offsets(manifest: Manifest, layout: Layout, random: Random) -> dict[str, int]:
    """The layout's own offsets, or some of them moved; or all of them at random."""
    offsets: dict[str, int] = {}
    placed = layout.by_name
    for buffer in manifest.buffers:
        if buffer.location == "local":
            continue
        one = placed.get(buffer.full_name)
        if one is None or one.location == "local":
            if buffer.location == "shared":
                offsets[buffer.full_name] = random.randrange(0, 256)
            continue
        if one.parts is not None:
            offsets |= {f"{buffer.full_name}#{part.name}": part.offset_bytes for part in one.parts}
        else:
            offsets[buffer.full_name] = one.offset_bytes or 0
    moved = random.choice(["none", "one", "all"])
    names = sorted(offsets)
    for name in names if moved == "all" else random.sample(names, min(len(names), moved == "one")):
        offsets[name] = random.choice([0, 4, 8, 16, offsets[name] + 4, offsets[name] + 1, random.randrange(512)])
    return offsets


def with_baseline(manifest: Manifest, offsets: dict[str, int], **fields: Any) -> dict[str, Any]:
    """The manifest's document with this layout as its `baseline`."""
    return manifest.model_dump() | {"baseline": {"offsets_bytes": offsets, **fields}}
