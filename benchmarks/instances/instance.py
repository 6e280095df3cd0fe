"""One problem of the suite: a manifest with the family that it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from warpack.solver import Manifest, load_manifest


@dataclass(frozen=True)
class Instance:
    """`document` is a manifest as JSON values. `optimum_bytes`: the fewest possible run bytes, where the instance was
    made from an optimal layout."""

    family: str
    name: str
    document: Mapping[str, Any]
    optimum_bytes: int | None = None

    def manifest(self, limit_s: float) -> Manifest:
        """Reads the manifest anew, so that nothing is cached from one solver to the next. Raises ManifestError for a
        bad one."""
        solver = {**self.document.get("solver", {}), "time_limit_s": limit_s}
        return load_manifest({**self.document, "solver": solver})


def region_manifest(name: str, phases: int, buffers: list[dict[str, Any]]) -> dict[str, Any]:
    """A manifest that asks for nothing but the least bytes of one region: no bank rule, the largest budget there is."""
    return {
        "schema": "warpack/manifest/1",
        "name": name,
        "target": {"compute_capability": "9.0", "shared_budget_bytes": "opt-in"},
        "launch": {"threads_multiple": 1, "bank_conflicts": "ignore"},
        "timeline": {"length": phases},
        "buffers": buffers,
        "objective": "shared_bytes",
        "validation": "static",
    }
