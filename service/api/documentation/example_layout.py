"""The example manifest of the API's documentation, and its layout. Both are complete, so that readers can send them."""

from __future__ import annotations

from typing import Any

from warpack.solver import load_manifest, read_layout

MANIFEST: dict[str, Any] = {
    "schema": "warpack/manifest/1",
    "name": "two buffers",
    "target": {"compute_capability": "8.6"},
    "launch": {"max_threads_per_block": 256},
    "timeline": {"phases": ["load", "work", "store"]},
    "buffers": [
        {"name": "input", "size": 8, "dtype": "float32", "lifetime": [["load", "work"]]},
        {"name": "output", "size": 8, "dtype": "float32", "lifetime": [["store", "store"]]},
    ],
    "validation": "static",
}

_SIDE_BY_SIDE: dict[str, Any] = {
    "run_bytes": 64,
    "threads_per_block": 256,
    "block_region_bytes": 0,
    "dynamic_shared_bytes": 17408,
    "blocks_per_sm": 5,
    "resident_threads": 1280,
    "threads_by": "threads_per_block",
    "over_budget": False,
    "pool_bytes": 0,
    "broken": [],
}
"""The launch of both baselines. In neither of them the two buffers may share storage."""

_WITHOUT_HASH: dict[str, Any] = {
    "schema": "warpack/layout/1",
    "name": "two buffers",
    "manifest_sha256": load_manifest(MANIFEST).sha256,
    "status": "optimal",
    "launch": {
        "threads_per_block": 256,
        "runs_per_block": 256,
        "run_bytes": 32,
        "padding_bytes": 4,
        "stride_bytes": 36,
        "block_region_bytes": 0,
        "region_gap_bytes": 0,
        "base_alignment_bytes": 16,
        "dynamic_shared_bytes": 9216,
        "opt_in": False,
        "bank_conflict_degree": {"4": 1},
        "threads_if_conflicts_ignored": 256,
        "occupancy": {
            "blocks_per_sm": 6,
            "resident_threads": 1536,
            "limited_by": "warps",
            "assumes_no_register_limit": True,
        },
    },
    "pool": None,
    "buffers": [
        {
            "component": "",
            "name": "input",
            "location": "shared",
            "region": "run",
            "offset_bytes": 0,
            "size_bytes": 32,
            "parts": None,
            "shares_bytes_with": ["output"],
        },
        {
            "component": "",
            "name": "output",
            "location": "shared",
            "region": "run",
            "offset_bytes": 0,
            "size_bytes": 32,
            "parts": None,
            "shares_bytes_with": ["input"],
        },
    ],
    "components": [],
    "handoffs": [],
    "local": {"local_bytes": 0, "persistent_local_bytes": 0},
    "bank_conflicts": [],
    "proof": {
        "threads_per_block": {
            "status": "optimal",
            "upper_bound": 256,
            "certificate": {
                "kind": "bytes-bounds",
                "run_bytes_at_least": 32,
                "block_region_bytes_at_least": 0,
                "resident_threads_upper_bound": 1536,
            },
        },
        "run_bytes": {
            "status": "optimal",
            "lower_bound_bytes": 32,
            "certificate": {
                "kind": "max-live",
                "phase": 0,
                "phase_name": "load",
                "buffers": [{"name": "input", "bytes": 32}],
            },
        },
        "block_region_bytes": {"status": "optimal", "lower_bound_bytes": 0, "certificate": {"kind": "empty"}},
        "resident_threads": {
            "status": "optimal",
            "upper_bound": 1536,
            "certificate": {"kind": "bytes-bounds", "run_bytes_at_least": 32, "block_region_bytes_at_least": 0},
        },
        "accesses_on_chip": None,
        "stride_bytes": {
            "status": "optimal",
            "lower_bound_bytes": 36,
            "certificate": {"kind": "bytes-bounds", "run_bytes_at_least": 32},
        },
        "pool_bytes": None,
    },
    "minimum_budget_bytes": None,
    "baselines": {
        "no_sharing": _SIDE_BY_SIDE,
        "declared_aliases": _SIDE_BY_SIDE,
    },
    "advice": {},
    "frontier": None,
    "warnings": [],
    "validation": {"required": "static", "level": "none", "reports": []},
    "run_info": {
        "seconds": 0.002,
        "seed": 0,
        "versions": {},
        "search": [
            {
                "strategy": "first fit",
                "steps": 1,
                "effort": 0.0,
                "seconds": 0.000056,
                "packings": 1,
                "saved_bytes": 0,
                "bounds": 0,
                "raised_bytes": 0,
                "proofs": 1,
            }
        ],
    },
}

LAYOUT: dict[str, Any] = {**_WITHOUT_HASH, "layout_sha256": read_layout(_WITHOUT_HASH).sha256}
