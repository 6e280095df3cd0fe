"""Small manifests, solved and verified in one call."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.helpers.processes import PATIENCE_S
from warpack.solver import Layout, Manifest, load_manifest, optimize, verify

PHASES = 8


def manifest_of(*buffers: dict[str, Any], **fields: Any) -> Manifest:
    document = {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "8.6"},
        "timeline": {"length": PHASES},
        "buffers": [{"dtype": "float32", "location": "shared", **buffer} for buffer in buffers],
    }
    return load_manifest(document | fields)


def solved(manifest: Manifest) -> Layout:
    layout = optimize(manifest)
    report = verify(manifest, layout)
    assert report.passed, [finding.message for finding in report.findings]
    return layout


def run_bytes(layout: Layout) -> int:
    assert layout.launch is not None
    return layout.launch.run_bytes


def scattered_manifest(count: int = 90, limit_s: float = PATIENCE_S) -> Manifest:
    """Random lifetimes and odd sizes. Of 90 buffers the first packing is not the best, which is found and proven within
    a second or so; up to 60 are no work. For one that no search proves in time see `tests.helpers.hard_manifest`."""
    random = Random(5)
    buffers: list[dict[str, Any]] = []
    for number in range(count):
        start = random.randrange(50)
        end = min(60, start + random.randint(4, 25))
        buffers.append(
            {"name": f"b{number}", "size": random.randint(50, 400), "dtype": "int8", "lifetime": [[start, end]]}
        )
    return manifest_of(
        *buffers,
        timeline={"length": 60},
        solver={"time_limit_s": limit_s},
        target={"compute_capability": "9.0", "shared_budget_bytes": "opt-in"},
    )
