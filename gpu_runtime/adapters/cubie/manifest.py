"""A CuBIE solver's registered buffers as a Warpack manifest."""

from __future__ import annotations

from typing import Any

from warpack.gpu_runtime.adapters.cubie.lifetimes import KnownLifetimes
from warpack.gpu_runtime.adapters.cubie.liveness import Liveness
from warpack.gpu_runtime.adapters.cubie.registry import RegisteredBuffer, RegisteredComponent

Stretch = tuple[int, int]


def make_manifest(
    components: tuple[RegisteredComponent, ...],
    known: KnownLifetimes,
    *,
    name: str,
    target: dict[str, Any],
    max_threads_per_block: int,
    element_bytes: int,
) -> dict[str, Any]:
    """Every buffer of the solver, those of no elements included; what CuBIE keeps local stays local.

    `element_bytes` is the size of the kernel's precision; CuBIE counts a run's window in whole elements of it. CuBIE's
    declared aliases are left out: lifetimes say the same and more, and `stage_base`'s alias of `accumulator` holds for
    one row only. Lifetimes have `"reentry": "dropped"`: they state everything that is read again, and runs with all
    other bytes poisoned gave the same trajectories bit for bit.
    """
    liveness = known.liveness
    phases = list(liveness.phases) if liveness else ["step"]
    documents = [_buffer(buffer, known) for component in components for buffer in component.buffers]
    _align_window(documents, element_bytes)
    return {
        "schema": "warpack/manifest/1",
        "name": name,
        "target": target,
        "launch": {"threads_per_run": 1, "max_threads_per_block": max_threads_per_block},
        "timeline": {"phases": phases, "loops": [[liveness.loop_start, len(phases)]] if liveness else []},
        "components": [{"path": component.path} for component in components],
        "buffers": documents,
        "in_place": [
            {"phase": phase, "read": _part_name(read), "write": _part_name(write)}
            for phase, read, write in (liveness.in_place if liveness else ())
            if not {read.partition("#")[0], write.partition("#")[0]} & set(known.unknown)
        ],
    }


def _buffer(buffer: RegisteredBuffer, known: KnownLifetimes) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": buffer.name,
        "component": buffer.component,
        "size": buffer.size,
        "dtype": buffer.dtype,
        "location": "shared" if buffer.in_shared else "local",
    }
    if not buffer.size:
        return document
    liveness = known.live(buffer.full_name)
    if liveness is None:
        return document | _always_live(buffer)
    if buffer.full_name in known.rows:
        count = known.rows[buffer.full_name]
        size = buffer.size // count
        live = [liveness.live.get(f"{buffer.full_name}#{row}", ()) for row in range(count)]
        document["parts"] = [
            {"name": f"row{row}", "offset": row * size, "size": size, "lifetime": _intervals(live[row], liveness)}
            for row in range(count)
        ]
        document["reentry"] = "dropped"
        starts = {stretches[0][0] for stretches in live if stretches}
    else:
        stretches = liveness.live.get(buffer.full_name, ())
        starts = {stretches[0][0]} if stretches else set()
        # CuBIE keeps registered persistence in one array per thread; in shared memory the lifetime says what is needed.
        if stretches == ((0, len(liveness.phases) - 1),) or (buffer.persistent and not buffer.in_shared):
            document["persistent"] = True
        else:
            document |= {"lifetime": _intervals(stretches, liveness), "reentry": "dropped"}
    # CuBIE zeroes every window before it starts; the zeros count where a value lives from the first phase on.
    return document | ({"zero": "entry"} if 0 in starts else {})


def _always_live(buffer: RegisteredBuffer) -> dict[str, Any]:
    """A buffer about which nothing is known: it shares no storage, and starts from zero as all of CuBIE's storage
    does."""
    return {"persistent": True, "zero": "entry"} if buffer.in_shared or buffer.persistent else {}


def _align_window(documents: list[dict[str, Any]], element_bytes: int) -> None:
    """CuBIE counts a run's window in elements of its precision. Where no shared buffer has elements of that size, one
    buffer gets that alignment, and with it the stride does."""
    shared = [document for document in documents if document["location"] == "shared" and document["size"]]
    if shared and all(_itemsize_bytes(document["dtype"]) < element_bytes for document in shared):
        shared[0]["alignment_bytes"] = element_bytes


def _itemsize_bytes(dtype: str) -> int:
    import numpy as np

    return np.dtype(dtype).itemsize


def _intervals(stretches: tuple[Stretch, ...], liveness: Liveness) -> list[list[str]]:
    return [[liveness.phases[first], liveness.phases[last]] for first, last in stretches]


def _part_name(buffer: str) -> str:
    name, mark, row = buffer.partition("#")
    return f"{name}#row{row}" if mark else name
