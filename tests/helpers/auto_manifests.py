"""Manifests with more `auto` buffers than free bytes, of which no choice is obvious."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.helpers.processes import PATIENCE_S

PHASES = 32


def auto_manifest(
    seed: int, *, shared: int = 13, autos: int = 40, time_limit_s: float = PATIENCE_S, **fields: Any
) -> dict[str, Any]:
    """Random lifetimes; every `auto` buffer has accesses. `fields` go into the document."""
    random = Random(seed)
    buffers: list[dict[str, Any]] = []
    for number in range(shared + autos):
        start = random.randrange(PHASES - 4)
        end = min(PHASES, start + random.randint(3, 12))
        buffer = {
            "name": f"b{number}",
            "size": random.randint(5, 200),
            "dtype": "float32",
            "location": "shared" if number < shared else "auto",
            "lifetime": [[start, end]],
        }
        buffers.append(buffer if number < shared else {**buffer, "accesses": random.randint(1, 100)})
    document: dict[str, Any] = {
        "schema": "warpack/manifest/1",
        "name": f"auto {seed}",
        "target": {"compute_capability": "8.6"},
        "timeline": {"length": PHASES},
        "buffers": buffers,
        "solver": {"time_limit_s": time_limit_s},
    }
    return document | fields
