"""Kernels whose arrays are of the block, and one change to each."""

from __future__ import annotations

from typing import Any

from tests.helpers.solving import manifest_of
from warpack.solver import Layout, Manifest, load_manifest


def block(name: str, size: int, *lifetime: list[int], **fields: Any) -> dict[str, Any]:
    return {"name": name, "size": size, "scope": "block", "lifetime": list(lifetime)} | fields


def kernel(*buffers: dict[str, Any], threads: int = 128, **fields: Any) -> Manifest:
    """Eight phases with a barrier before each, on 100 KB of shared memory a multiprocessor."""
    rules: dict[str, Any] = {
        "timeline": {"length": 8, "barriers": "every"},
        "launch": {"threads_per_block": threads},
        "target": {"compute_capability": "8.6", "registers_per_thread": 32},
    }
    return manifest_of(*buffers, **(rules | fields))


def blocks(layout: Layout) -> int:
    return layout.launch.occupancy.blocks_per_sm if layout.launch else 0


def region(layout: Layout) -> int:
    return layout.launch.block_region_bytes if layout.launch else 0


def with_barriers(manifest: Manifest, barrier: dict[str, Any]) -> Manifest:
    """The manifest with a barrier of the block before each of the phases that a piece of advice names."""
    document = manifest.model_dump()
    for place in barrier["before"]:
        timeline = document["timeline"]
        if place["component"]:
            timeline = next(one for one in document["components"] if one["path"] == place["component"])["timeline"]
        timeline["barriers"].append({"before": place["phase"], "scope": "block"})
    return load_manifest(document)
