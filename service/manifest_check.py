"""What is known of a manifest without solving it: warnings, lower bounds, whether it can fit, and derived lifetimes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from warpack.service.derived import Derived, derived_of, to_json
from warpack.service.problems import MOST_ERRORS, shortened
from warpack.solver.answer.shortfall import ruled_out
from warpack.solver.baselines import broken_by_hand
from warpack.solver.flatten import flatten
from warpack.solver.search.bounds.max_live import lower_bound
from warpack.solver.search.core.packing import LowerBound
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.problems import Problem


@dataclass(frozen=True, slots=True)
class Examined:
    """`bounds` are the lower bounds by region. `fits` is False if the bounds or the number of threads rule out every
    layout; a warning then says why. `phase_names` are those of the flattened program; bounds and derived lifetimes
    count its phases."""

    manifest: Manifest
    warnings: tuple[Problem, ...]
    bounds: dict[str, LowerBound]
    fits: bool
    derived: tuple[Derived, ...]
    phase_names: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "valid": True,
            "fits": self.fits,
            "manifest_sha256": self.manifest.sha256,
            "warnings": [shortened(warning) for warning in self.warnings[:MOST_ERRORS]],
            "warning_count": len(self.warnings),
            "lower_bound": {
                region: asdict(bound) | {"phase_name": None if bound.phase is None else self.phase_names[bound.phase]}
                for region, bound in self.bounds.items()
            },
            "derived": [to_json(one, self.phase_names) for one in self.derived],
        }


def examine(manifest: Manifest) -> Examined:
    """Flattens and checks a manifest, without solving it."""
    flat = flatten(manifest)
    why = None if manifest.of_pool else ruled_out(manifest, flat)
    broken = broken_by_hand(manifest)
    warnings = dict.fromkeys((*manifest.warnings, *flat.warnings, *broken, *((why,) if why else ())))
    regions = (("pool", flat.run),) if manifest.of_pool else (("run", flat.run), ("block", flat.block))
    bounds = {name: lower_bound(region) for name, region in regions}
    derived, names = derived_of(manifest)
    return Examined(manifest, tuple(warnings), bounds, why is None, derived, names or tuple(flat.timeline.names))
