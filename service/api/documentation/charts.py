"""What the call for a chart answers."""

from __future__ import annotations

from typing import Any

CHART: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The chart",
        "content": {
            "application/json": {
                "schema": {"type": "object"},
                "example": {
                    "phases": ["gather", "smooth", "rank", "emit"],
                    "regions": [
                        {
                            "region": "run",
                            "size_bytes": 256,
                            "peak": {"phase": 0, "used_bytes": 256},
                            "pieces": [
                                {
                                    "buffer": "samples",
                                    "name": "samples",
                                    "start_bytes": 0,
                                    "end_bytes": 256,
                                    "persistent": False,
                                    "above": False,
                                    "stretches": [[0, 2, "stated"]],
                                }
                            ],
                        }
                    ],
                    "advice": [["peak", "256 bytes must lie apart in phase 0 (gather): samples 256"]],
                    "compared": [["against no sharing", "512 -> 256 run bytes, 256 bytes a run saved (50.0%)"]],
                    "validation": [["level reached", "simulated (asked for: best)"]],
                },
            }
        },
    }
}
