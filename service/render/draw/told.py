"""A layout in a few sentences, as pictures have them above and below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from warpack.service.render.chart import ChartRegion
from warpack.service.render.compared import compared
from warpack.service.render.draw.text import counted
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.layout import Baseline, Layout
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes


@dataclass(frozen=True, slots=True)
class Before:
    """What a layout is held against: the user's own layout, or none that shares."""

    name: str
    key: Literal["by_hand", "no_sharing"]
    figures: Baseline


def before_of(layout: Layout) -> Before | None:
    own, none = layout.baselines.get("by_hand"), layout.baselines.get("no_sharing")
    if own is not None:
        return Before("your layout", "by_hand", own)
    return None if none is None else Before("no sharing", "no_sharing", none)


def launch_line(layout: Layout) -> str:
    """Threads, blocks and bytes of the launch."""
    launch = layout.launch
    if layout.pool is not None:
        return f"a pool of {counted(layout.pool.pool_bytes)} bytes"
    if launch is None:
        return f"{layout.status}: no shared bytes to show"
    occupancy = launch.occupancy
    return (
        f"{number_of(launch.threads_per_block, 'thread')} per block, {number_of(occupancy.blocks_per_sm, 'block')} and "
        f"{number_of(occupancy.resident_threads, 'thread')} on a multiprocessor, "
        f"{counted(launch.dynamic_shared_bytes)} bytes of dynamic shared memory a block"
    )


def lacks_blocks(layout: Layout) -> str:
    """Why a picture of blocks is empty."""
    return launch_line(layout) + (": it has no blocks and no threads" if layout.pool is not None else "")


def proof_line(layout: Layout) -> str:
    """What is proven about threads."""
    proof = layout.proof.threads_per_block
    if layout.status == "optimal":
        return "proven optimal: no layout of these buffers does better"
    if layout.pool is not None:
        return f"{layout.status}: fewer bytes are not ruled out"
    most = number_of(proof.upper_bound, "thread")
    return f"{layout.status}: between what is shown and {most} per block nothing is ruled out"


def foot_lines(manifest: Manifest, layout: Layout) -> list[str]:
    """What the layout is compared with, and what is wrong with the user's own."""
    lines = [f"{label}: {told}" for label, told in compared(manifest, layout) if label.startswith("against")]
    broken = [base for base in layout.baselines.values() if base.broken]
    return [*lines, *(f"your layout breaks rules of the manifest: {base.broken[0].message}" for base in broken)]


def floor_bytes(layout: Layout, region: ChartRegion) -> Bytes:
    """Bytes that no layout of the region can do without; 0 where nothing is proven."""
    proof = layout.proof
    found = {"run": proof.run_bytes, "block": proof.block_region_bytes, "pool": proof.pool_bytes}[region]
    return 0 if found is None else found.lower_bound_bytes


def bytes_of(figures: Baseline, region: ChartRegion) -> Bytes:
    return {"run": figures.run_bytes, "block": figures.block_region_bytes, "pool": figures.pool_bytes}[region]
