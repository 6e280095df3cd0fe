"""Manifests that take the solver longer than any test waits, by what they are and not by how it searches."""

from __future__ import annotations

import random
from typing import Any

BOX_BYTES = 10_000


def hard_manifest(seed: int = 1, *, boxes: int = 20, time_limit_s: float = 25.0) -> dict[str, Any]:
    """Bin packing, all in one phase: walls of one byte are pinned so that there is a row of boxes between them, and
    three times as many buffers, each between a quarter and half of a box, have as many bytes as all the boxes together.

    A packing can be had at once. Whether some packing leaves no byte free is the 3-partition problem, strongly
    NP-complete, and no bound tells: with 20 boxes neither such a packing nor the proof that there is none comes in
    time.
    """
    source = random.Random(seed)
    sizes = [size for _ in range(boxes) for size in _three(source)]
    for _ in range(len(sizes)):  # what was cut out of one box no longer fits it
        gives, takes = source.sample(range(len(sizes)), 2)
        moved = source.randrange(1, BOX_BYTES // 50)
        if sizes[gives] - moved > BOX_BYTES // 4 and sizes[takes] + moved < BOX_BYTES // 2:
            sizes[gives] -= moved
            sizes[takes] += moved
    source.shuffle(sizes)
    walls = [(f"wall{box}", 1, {"pinned_offset_bytes": box * (BOX_BYTES + 1) + BOX_BYTES}) for box in range(boxes)]
    loose = [(f"b{number}", size, {}) for number, size in enumerate(sizes)]
    return {
        "schema": "warpack/manifest/1",
        "name": f"hard {seed}",
        "target": {"compute_capability": "9.0", "shared_budget_bytes": "opt-in"},
        "timeline": {"length": 1},
        "buffers": [
            {"name": name, "size": size, "dtype": "uint8", "lifetime": [[0, 1]], **pin}
            for name, size, pin in (*walls, *loose)
        ],
        "solver": {"time_limit_s": time_limit_s},
        "validation": "static",
    }


def _three(source: random.Random) -> tuple[int, int, int]:
    """Three sizes that fill a box, each above a quarter and below half of it."""
    quarter, half = BOX_BYTES // 4, BOX_BYTES // 2
    first = source.randrange(quarter + 1, half)
    second = source.randrange(max(quarter + 1, half - first + 1), min(half, 3 * quarter - first))
    return first, second, BOX_BYTES - first - second
