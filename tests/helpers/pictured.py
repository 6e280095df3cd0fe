"""Layouts to draw: of 2, 36 and 300 buffers, and one with every kind of structure."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from tests.helpers.solving import solved
from warpack.solver import Layout, Manifest, load_manifest

EXAMPLES = Path(__file__).parents[2] / "examples"
KVAERNO5 = EXAMPLES / "07-kvaerno5.json"


@cache
def pictured(buffers: int) -> tuple[Manifest, Layout]:
    """The first example, CuBIE's kvaerno5, or random buffers of six components."""
    if buffers == 2:
        manifest = load_manifest(EXAMPLES / "01-two-buffers.json")
    elif buffers == 36:
        manifest = load_manifest(KVAERNO5)
    else:
        manifest = load_manifest(crowd(buffers))
    assert len(manifest.buffers) == buffers
    return manifest, solved(manifest)


@cache
def every_structure() -> tuple[Manifest, Layout]:
    manifest = load_manifest(structured(frontier=True))
    return manifest, solved(manifest)


def crowd(count: int, phases: int = 120, **fields: Any) -> dict[str, Any]:
    random = Random(1)
    buffers: list[dict[str, Any]] = []
    for number in range(count):
        start = random.randrange(phases - 1)
        end = min(phases, start + random.randint(1, phases // 5))
        one = {"name": f"buffer_{number}", "size": random.randint(1, 40), "lifetime": [[start, end]]}
        if number % 25 == 0:
            one = {"name": f"keep_{number}", "size": 4, "persistent": True}
        buffers.append({"component": f"kernel/part{number % 6}", "dtype": "float32", **one})
    return {
        "schema": "warpack/manifest/1",
        "name": f"{count} buffers",
        "target": {"compute_capability": "9.0", "shared_budget_bytes": "opt-in"},
        "timeline": {
            "phases": [f"stage{phase // 10}.step{phase % 10}" for phase in range(phases)],
            "loops": [[phases // 4, phases - 2]],
        },
        "components": [{"path": "kernel"}, *({"path": f"kernel/part{number}"} for number in range(6))],
        "buffers": buffers,
        **fields,
    }


def structured(**fields: Any) -> dict[str, Any]:
    """A loop, a branch, tracks, barriers, a buffer in parts, an in-place pair, and buffers of the block that are handed
    over at a barrier."""
    return {
        "schema": "warpack/manifest/1",
        "name": "every kind of structure",
        "target": {"compute_capability": "8.6"},
        "launch": {"threads_per_run": 32, "max_threads_per_block": 256},
        "timeline": {
            "phases": ["load", "left", "right", "copy", "math", "sum", "out"],
            "loops": [{"span": [0, 3], "at_least": 1}],
            "branches": [{"arms": [[1, 2], [2, 3]], "uniform": "block"}],
            "tracks": [
                [
                    {"name": "mover", "span": [3, 4], "threads": 32},
                    {"name": "worker", "span": [4, 5], "threads": "rest"},
                ]
            ],
            "barriers": [{"before": phase} for phase in ("load", "sum", "out")],
        },
        "buffers": [
            {"name": "tile", "size": 256, "dtype": "float32", "scope": "block", "lifetime": [["load", "left"]]},
            {"name": "sums", "size": 256, "dtype": "float32", "scope": "block", "lifetime": [["sum", "out"]]},
            {"name": "seen", "size": 8, "dtype": "float32", "scope": "block", "persistent": True},
            {"name": "before", "size": 64, "dtype": "float32", "lifetime": [["load", "sum"]]},
            {"name": "after", "size": 64, "dtype": "float32", "lifetime": [["sum", "out"]]},
            {
                "name": "rows",
                "size": 64,
                "dtype": "float32",
                "splittable": True,
                "parts": [
                    {"name": "first", "offset": 0, "size": 32, "lifetime": [["load", "left"]]},
                    {"name": "second", "offset": 32, "size": 32, "lifetime": [["sum", "out"]]},
                ],
            },
        ],
        "in_place": [{"phase": "sum", "read": "before", "write": "after"}],
        **fields,
    }


@cache
def contiguous() -> tuple[Manifest, Layout]:
    """Two components with contiguous windows, one inside the other, beside buffers that have none."""
    components = [
        {"path": "kernel"},
        {"path": "kernel/solver", "window": "contiguous"},
        {"path": "kernel/solver/linear", "window": "contiguous"},
    ]
    lifetimes = {"kernel": (0, 12), "kernel/solver": (2, 9), "kernel/solver/linear": (4, 7)}
    buffers = [
        {
            "name": f"b{number}",
            "component": path,
            "size": 4 + 3 * number,
            "dtype": "float32",
            "lifetime": [[start + number % 2, end - number % 2]],
        }
        for path, (start, end) in lifetimes.items()
        for number in range(4)
    ]
    manifest = load_manifest(
        crowd(0, 12, name="contiguous windows", components=components, buffers=buffers, timeline={"length": 12})
    )
    return manifest, solved(manifest)


@cache
def grown() -> tuple[Manifest, Layout]:
    """A scan whose sizes depend on the threads of the block."""
    manifest = load_manifest(EXAMPLES / "getters" / "scan.json")
    return manifest, solved(manifest)
