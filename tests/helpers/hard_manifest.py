"""Manifests that take the solver longer than any test waits."""

from __future__ import annotations

import random
from typing import Any


def hard_manifest(seed: int = 1, *, buffers: int = 200, phases: int = 60, time_limit_s: float = 25.0) -> dict[str, Any]:
    """Many buffers of sizes without a common measure, whose lifetimes cross: a packing can be had at once, but neither one
    at the bound of the fullest phase nor the proof that there is none."""
    source = random.Random(seed)
    made = []
    for number in range(buffers):
        start = source.randrange(phases - 1)
        end = min(phases, start + 1 + source.randrange(1, phases // 3))
        made.append(
            {"name": f"b{number}", "size": source.randrange(37, 997), "dtype": "uint8", "lifetime": [[start, end]]}
        )
    return {
        "schema": "warpack/manifest/1",
        "name": f"hard {seed}",
        "target": {"compute_capability": "9.0", "shared_budget_bytes": "opt-in"},
        "timeline": {"length": phases},
        "buffers": made,
        "solver": {"time_limit_s": time_limit_s},
        "validation": "static",
    }
