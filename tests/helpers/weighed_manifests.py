"""Small random manifests in which accesses are weighed against resident threads, for the oracle.

    weighed_manifest(7)           # the same document on every machine

Registers are known, and up to six `auto` buffers have sizes at which each costs threads.
"""

from __future__ import annotations

from random import Random
from typing import Any

from tests.helpers.processes import PATIENCE_S

PHASES = 6


def weighed_manifest(seed: int) -> dict[str, Any]:
    """The document of this seed."""
    random = Random(seed)
    autos = random.randint(1, 6)
    buffers = [_buffer(random, number, auto=number < autos) for number in range(autos + random.randint(0, 2))]
    return {
        "schema": "warpack/manifest/1",
        "name": f"weighed {seed}",
        "target": {
            "compute_capability": random.choice(["7.5", "8.0", "8.6", "9.0"]),
            "shared_budget_bytes": random.choice(["default", "opt-in", 20_000]),
            "registers_per_thread": random.choice([16, 32, 40, 64, 128, 255]),
        },
        "launch": {
            "max_threads_per_block": random.choice([64, 128, 256, 1024]),
            "threads_multiple": random.choice([32, 32, 48]),
            "bank_conflicts": random.choice(["avoid", "avoid", "ignore"]),
        },
        "timeline": {"length": PHASES},
        "buffers": buffers,
        "objective": random.choice(["threads_per_block", "threads_per_block", "resident_threads"]),
        "solver": {"time_limit_s": PATIENCE_S},
    }


def _buffer(random: Random, number: int, *, auto: bool) -> dict[str, Any]:
    start = random.randrange(PHASES)
    return {
        "name": f"b{number}",
        "size": random.choice([1, 4, 10, 20, 50, 120]),
        "dtype": random.choice(["float32", "float32", "float32", "float64"]),
        "location": "auto" if auto else "shared",
        "accesses": random.choice([0, 3, 10, 40, 40, 200]),
        "lifetime": [[start, random.randint(start + 1, PHASES)]],
    }
