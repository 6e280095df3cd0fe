"""Where each work array of a kernel lies in the bytes of a layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from warpack.gpu_runtime.trace.errors import TraceError
from warpack.gpu_runtime.trace.positions import Path, Position
from warpack.gpu_runtime.trace.summary.model import Summary
from warpack.gpu_runtime.trace.timeline.timeline import Timeline
from warpack.solver.wire.layout import Layout

OWN_MEMORY = ("local", "persistent_local")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedArray:
    """One work array. `offset_bytes`: in its `region`; None: in memory of its own. `axes`: first and last axis of its
    shape that count runs, or None. `shape`: as the kernel asks for it; of a slice, its elements. `zeroed`: it holds
    zeros when the kernel starts."""

    name: str
    path: Path
    region: str
    offset_bytes: int | None
    dtype: str
    shape: tuple[int, ...]
    dynamic: bool
    axes: tuple[int, int] | None
    zeroed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """All arrays of a kernel. Windows of runs begin at `windows_bytes`, `stride_bytes` apart."""

    kernel: str
    windows_bytes: int
    stride_bytes: int
    threads_per_run: int
    threads_per_block: int
    shared_bytes: int
    arrays: tuple[PlacedArray, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def placement_of(kernel: str, summary: Summary, timeline: Timeline, layout: Layout) -> Placement:
    """`kernel`: the name that it has among those of its script. Raises TraceError for a layout without a launch."""
    launch = layout.launch
    if launch is None:
        raise TraceError(f"{kernel}: no block fits the budget, so there is no layout to run on")
    placed = {buffer.full_name: buffer for buffer in layout.buffers}
    arrays = []
    for array in summary.arrays:
        site, scope = array.site, timeline.scopes[array.site]
        buffer = placed.get(site.name)
        alone = buffer is None or buffer.region in OWN_MEMORY
        arrays.append(
            PlacedArray(
                name=site.name,
                path=site.path,
                region="local" if buffer is None else buffer.region,
                offset_bytes=None if alone or buffer is None else buffer.offset_bytes,
                dtype=site.dtype,
                shape=site.shape,
                dynamic=site.space == "dynamic",
                axes=None if scope.axes is None else (scope.axes.first, scope.axes.last),
                zeroed=bool(array.unwritten),
            )
        )
    return Placement(
        kernel=kernel,
        windows_bytes=launch.block_region_bytes + launch.region_gap_bytes,
        stride_bytes=launch.stride_bytes,
        threads_per_run=timeline.threads_per_run,
        threads_per_block=launch.threads_per_block,
        shared_bytes=launch.dynamic_shared_bytes,
        arrays=tuple(arrays),
    )


def from_json(document: Mapping[str, Any]) -> Placement:
    """What `to_json` wrote, in another process of the same Warpack."""
    arrays = tuple(
        PlacedArray(
            **{
                **one,
                "path": tuple(Position(**position) for position in one["path"]),
                "shape": tuple(one["shape"]),
                "axes": None if one["axes"] is None else (one["axes"][0], one["axes"][1]),
            }
        )
        for one in document["arrays"]
    )
    return Placement(**{**document, "arrays": arrays})


def strides(shape: tuple[int, ...], itemsize: int, axes: tuple[int, int] | None, run_stride: int) -> tuple[int, ...]:
    """Of a copy for each run, the axes that count runs are `run_stride` apart; the rest lie as in an array of their
    own."""
    found, inner, runs = [0] * len(shape), itemsize, run_stride
    for axis in reversed(range(len(shape))):
        if axes is not None and axes[0] <= axis <= axes[1]:
            found[axis] = runs
            runs *= shape[axis]
        else:
            found[axis] = inner
            inner *= shape[axis]
    return tuple(found)
