"""Advice of one buffer less, where what is left would have another stride: several element widths, of which accesses decide."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from solver.launch.mixing import strides_alike
from solver.launch.region import run_region
from solver.launch.threads import largest_run_bytes_for
from solver.wire.layout import LaunchFigures
from solver.wire.manifest import Manifest


def that_hold(manifest: Manifest, launch: LaunchFigures | None, advice: dict[str, Any]) -> dict[str, Any]:
    """`advice` without the buffers under `next_larger_block.enough.without` without which the stride leaves fewer run bytes than it
    does with all: whether these are enough is not known. Nor is it then settled that no other buffer is."""
    larger = advice.get("next_larger_block", {})
    enough = larger.get("enough")
    if launch is None or enough is None or strides_alike(run_region(manifest), manifest.launch.threads_per_run):
        return advice

    def leaves_as_many(name: str) -> bool:
        left = replace(manifest, buffers=tuple(one for one in manifest.buffers if one.full_name != name))
        most = largest_run_bytes_for(left, larger["threads_per_block"], launch.block_region_bytes)
        return most is not None and most >= larger["run_bytes_at_most"]

    kept = [name for name in enough["without"] if leaves_as_many(name)]
    return {**advice, "next_larger_block": {**larger, "enough": {**enough, "without": kept, "settled": False}}}
