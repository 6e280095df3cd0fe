"""Twelve manifests that got a wrong answer, or a wrong proof, before what a manifest means was made exact. The right
bytes and threads."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.solving import solved
from warpack.solver import load_manifest

BLOCK = {"scope": "block"}


def of(name: str, *lifetime: list[int], **fields: Any) -> dict[str, Any]:
    return {"name": name, "size": 4, "dtype": "float32", "lifetime": list(lifetime)} | fields


def program(length: int, *buffers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    timeline = {"length": length}
    for key in ("loops", "barriers", "branches"):
        if key in fields:
            timeline[key] = fields.pop(key)
    head = {"schema": "warpack/manifest/1", "target": {"compute_capability": "8.6"}, "timeline": timeline}
    return head | {"buffers": list(buffers)} | fields


def step(phase: int, read: str = "a", write: str = "b") -> dict[str, Any]:
    return {"phase": phase, "read": read, "write": write}


def called(path: str, *phases: int, **timeline: Any) -> dict[str, Any]:
    return {"path": path, "timeline": timeline, "called_in": list(phases)}


WAITS = called("A", 1, length=1, barriers=[{"before": 0}])
PLAIN = called("B", 1, length=1)
EITHER = [{"arms": [[0, 1], [1, 2]], "uniform": "block"}]


def twelve(**fields: Any) -> dict[str, Any]:
    z, w = of("z", [0, 3], size=4096, **BLOCK), of("w", [1, 2], size=4096, **BLOCK)
    return program(3, z, w, **({"branches": EITHER, "barriers": [{"before": 2}]} | fields))


ROWS = {
    "1": (32, program(3, of("a", [0, 2]), of("b", [1, 2]), loops=[[1, 2]], in_place=[step(1)])),
    "2": (32, program(3, of("a", [0, 3]), of("b", [1, 2], [2, 3]), in_place=[step(1), step(2)])),
    "3": (32, program(3, of("a", [0, 2]), of("b", [1, 3], zero="interval"), in_place=[step(1)])),
    "3, zeroed at the start": (32, program(2, of("a", [0, 1]), of("b", [0, 2], zero="entry"), in_place=[step(0)])),
    "4": (32, program(2, of("x", [0, 1], **BLOCK), of("y", [1, 2], **BLOCK), components=[WAITS])),
    "5": (
        32,
        program(
            2,
            of("u", [0, 1], component="A", **BLOCK),
            of("v", [1, 2], component="A", **BLOCK),
            barriers=[{"before": 1}],
            components=[called("A", 1, length=2, loops=[[0, 2]], barriers=[{"before": 1}])],
        ),
    ),
    **{
        f"6, {order} first": (
            32,
            program(3, of("x", [0, 1], **BLOCK), of("y", [0, 1], component="B", **BLOCK), components=components),
        )
        for order, components in (("A", [WAITS, PLAIN]), ("B", [PLAIN, WAITS]))
    },
    "7": (
        32,
        program(
            4,
            of("prefetch", [0, 1], **BLOCK),
            of("stage", [3, 4], **BLOCK),
            loops=[[1, 3]],
            barriers=[{"before": 2}],
        ),
    ),
    "7, at least one trip": (
        16,
        program(
            4,
            of("prefetch", [0, 1], **BLOCK),
            of("stage", [3, 4], **BLOCK),
            loops=[{"span": [1, 3], "at_least": 1}],
            barriers=[{"before": 2}],
        ),
    ),
    "8": (
        32,
        program(
            2,
            of("x", [0, 1], **BLOCK),
            of("y", [1, 2], **BLOCK),
            barriers=[{"before": 0}],
            in_place=[step(0, "x", "y")],
        ),
    ),
    "10": (
        6144,
        program(
            1,
            *(
                of(name, life, component=path, size=size)
                for name, path, life, size in (
                    ("a", "p0", [0, 1], 256),
                    ("b", "p0", [1, 2], 512),
                    ("a", "p1", [0, 1], 128),
                    ("b", "p1", [1, 2], 1024),
                )
            ),
            components=[called(path, 0, phases=["x", "y"]) for path in ("p0", "p1")],
        ),
    ),
    "11": (32, program(3, of("weights", [0, 2]), of("scratch", [2, 3]), loops=[[1, 3]])),
    "11, dropped": (16, program(3, of("weights", [0, 2], reentry="dropped"), of("scratch", [2, 3]), loops=[[1, 3]])),
    "12": (16384, twelve()),
    "12, in a loop": (32768, twelve(loops=[[0, 3]])),
    "12, each thread for itself": (32768, twelve(branches=[{"arms": [[0, 1], [1, 2]]}])),
    "12, without the barrier": (32768, twelve(barriers=[])),
}


@pytest.mark.parametrize(("right", "document"), ROWS.values(), ids=ROWS)
def test_bytes_are_right(right: int, document: dict[str, Any]) -> None:
    layout = solved(load_manifest(document))
    assert layout.launch is not None
    assert layout.launch.run_bytes + layout.launch.block_region_bytes == right
    assert layout.status == "optimal"


def test_scratch_of_the_block_lies_over_the_windows_of_runs_that_are_done() -> None:
    """Row 9."""
    mine, scratch = of("mine", [0, 1], size=64), of("scratch", [1, 2], size=8192, **BLOCK)
    manifest = program(2, mine, scratch, barriers=[{"before": 1}], launch={"max_threads_per_block": 128})
    layout = solved(load_manifest(manifest))
    assert layout.launch is not None
    assert (layout.launch.threads_per_block, layout.launch.block_region_bytes) == (128, 0)
    assert layout.proof.threads_per_block.status == "optimal"
    assert {(one.source, one.destination, one.region) for one in layout.handoffs} == {("mine", "scratch", "block")}
