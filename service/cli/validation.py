"""Validates a layout from the command line, without a service."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from service.cli.exits import CommandFailed

if TYPE_CHECKING:
    from solver.wire.layout import Layout, Validation
    from solver.wire.manifest import Manifest

Level = Literal["static", "compiled", "simulated", "hardware", "best"]


def validated(manifest: Manifest, layout: Layout, level: Level) -> Layout:
    """The layout with the reports of every level up to `level`, or up to the first that it fails.

    Raises CommandFailed where a level cannot run here.
    """
    if level == "static":
        return layout.with_validation(_static(manifest, layout))
    if importlib.util.find_spec("numba") is None:
        raise CommandFailed(f"level {level} needs numba-cuda and the CUDA libraries: pip install 'warpack[gpu]'")
    from gpu_runtime.validation import validate_up_to

    return layout.with_validation(validate_up_to(replace(manifest, validation=level), layout, level))


def _static(manifest: Manifest, layout: Layout) -> Validation:
    from solver import verify
    from solver.wire.layout import Validation

    report = verify(manifest, layout)
    return Validation("static", "static" if report.passed else "none", (report.to_json(),))
