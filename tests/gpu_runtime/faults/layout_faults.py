"""Faults in where the layout puts things, and in its launch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.gpu_runtime.faults.planted import Fault, Planted
from tests.gpu_runtime.faults.subjects import (
    SUBJECTS,
    TEAM,
    launched,
    offset,
    placed,
    read,
    shares_made_true,
    solved,
    solved_for,
)
from warpack.solver.wire.layout import PlacedPart


def _moved(subject: str, name: str, offset_bytes: int, **launch: Any) -> Planted:
    manifest, layout = solved(subject)
    return Planted(manifest, launched(placed(layout, name, offset_bytes=offset_bytes), **launch))


def _launch(subject: str, **figures: Any) -> Planted:
    manifest, layout = solved(subject)
    return Planted(manifest, launched(layout, **figures))


def _one_element() -> Planted:
    return _moved("plain", "b", offset(solved("plain")[1], "b") - 4)


def _one_byte() -> Planted:
    return _moved("plain", "g", offset(solved("plain")[1], "g") - 1)


def _swapped() -> Planted:
    manifest, layout = solved("plain")
    state, a = offset(layout, "state"), offset(layout, "a")
    return Planted(manifest, placed(placed(layout, "state", offset_bytes=a), "a", offset_bytes=state))


def _part() -> Planted:
    manifest, layout = solved("parts")
    start = offset(layout, "store")
    parts = (PlacedPart("r0", start, 8), PlacedPart("r1", start + 4, 8))
    return Planted(manifest, placed(layout, "store", offset_bytes=None, parts=parts))


def _no_barrier() -> Planted:
    manifest = read(TEAM, timeline={"length": 5})
    return Planted(manifest, replace(solved_for(TEAM, manifest), handoffs=()))


def _other_manifest() -> Planted:
    manifest, layout = solved("plain")
    return Planted(manifest, replace(layout, manifest_sha256=read(SUBJECTS["carried"]).sha256))


def _local() -> Planted:
    manifest, layout = solved("local")
    buffers = tuple(replace(item, offset_bytes=0) if item.name == "k2" else item for item in layout.buffers)
    return Planted(manifest, shares_made_true(replace(layout, buffers=buffers)))


LAYOUT_FAULTS = (
    Fault("two buffers overlap by one element", "layout", _one_element),
    Fault("two buffers overlap by one byte", "layout", _one_byte),
    Fault("two buffers of different size are swapped", "layout", _swapped),
    Fault("a part is shifted by one element", "layout", _part),
    Fault("a buffer lies over contents that are carried round the loop", "layout", lambda: _moved("carried", "carried", 0)),
    Fault("an in-place pair shares bytes at another offset than its own", "layout", lambda: _moved(
        "in place", "y", 4, run_bytes=20, padding_bytes=0)),
    Fault("two aliases of one target are laid over one another", "layout", lambda: _moved("aliased", "b", 0)),
    Fault("two persistent local buffers overlap", "layout", _local),
    Fault("a view is misaligned", "layout", lambda: _moved("plain", "a", 14)),
    Fault("the stride is one word short", "layout", lambda: _launch(
        "plain", stride_bytes=56, padding_bytes=0, dynamic_shared_bytes=336)),
    Fault("all runs share one window", "layout", lambda: _launch("plain", stride_bytes=0, padding_bytes=0)),
    Fault("the region is one element short", "layout", lambda: _launch("plain", dynamic_shared_bytes=356)),
    Fault("the block region lies inside a run's window", "layout", lambda: _launch(
        "block", block_region_bytes=0, dynamic_shared_bytes=120)),
    Fault("bytes change hands without the barrier that the layout counts on", "layout", _no_barrier),
    Fault("more shared memory than the architecture has", "layout", lambda: _launch(
        "plain", dynamic_shared_bytes=120_000, opt_in=True)),
    Fault("the layout answers another manifest", "layout", _other_manifest),
)  # fmt: skip
