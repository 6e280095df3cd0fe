"""Phrases and places that findings of a probe share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpack.gpu_runtime.probe.kernel.instructions import Row
from warpack.gpu_runtime.probe.plan.probe_plan import Plan
from warpack.gpu_runtime.probe.plan.script import Script
from warpack.solver.wire.layout import Region
from warpack.solver.wire.units import Bytes

Answer = Mapping[str, Any]
"""The result of a back end: see `simulate_child` and `judge.Judge`. A missing key means that its check did not run."""


def row_at(script: Script, index: int) -> Row:
    return [row for rows in script.steps for row in rows][index]


def phase_at(plan: Plan, script: Script, step: int) -> int:
    """The phase in which a step begins; the closing check belongs to the last one."""
    steps = plan.ways[script.way]
    return steps[min(step, len(steps) - 1)].phase if steps else 0


def who(fault: Mapping[str, int]) -> str:
    return f"block {fault['block']}, thread {fault['thread']}"


def in_region(plan: Plan, region: Region, start: Bytes, end: Bytes) -> tuple[Bytes, Bytes]:
    """Bytes of a block's memory as bytes of the region."""
    if region != "run":
        return start, end
    shape = plan.shape
    into = (start - shape.run_base_bytes) % shape.stride_bytes if shape.stride_bytes else start
    return into, into + end - start


def region_of(plan: Plan, byte: Bytes) -> tuple[Region, Bytes]:
    """The region that a byte of a block's memory belongs to, and its offset there. Where block-scoped buffers lie over
    windows, the block's region."""
    shape = plan.shape
    if byte < max(shape.run_base_bytes, shape.block_end_bytes) or not shape.stride_bytes:
        return "block", byte
    return "run", (byte - shape.run_base_bytes) % shape.stride_bytes


def cells_at(plan: Plan, byte: Bytes) -> tuple[str, ...]:
    """The names of the cells that a byte of a block's memory belongs to."""
    base, stride = plan.shape.run_base_bytes, plan.shape.stride_bytes
    inside = (byte - base) % stride if stride and byte >= base else byte - base
    places = {"block": byte, "run": inside}
    return tuple(
        cell.name
        for cell in plan.cells
        if cell.region in places and cell.offset_bytes <= places[cell.region] < cell.end_bytes
    )
