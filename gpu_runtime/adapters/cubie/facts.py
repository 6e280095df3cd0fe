"""The variables that the conditions of lifetimes.json use about an integrator: its tableau, its step's options, its
outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def facts_of(run: Any, classes: Mapping[str, str]) -> dict[str, Any]:
    """`run` is CuBIE's integrator (`solver.kernel.single_integrator`); `classes` are class names by component path."""
    step = run._algo_step
    settings = step.compile_settings
    tableau = getattr(settings, "tableau", None)
    stages = getattr(tableau, "stage_count", 1)
    predicts = bool(getattr(step, "dense_prediction", False))
    return {
        "stages": int(stages),
        "adaptive": bool(run._loop.compile_settings.is_adaptive),
        "save_counters": bool(run._loop.compile_settings.compile_flags.save_counters),
        "drivers": settings.drivers_fn is not None,
        "keeps_last_stage": bool(getattr(tableau, "first_same_as_last", False)) and stages > 1,
        "accumulates_output": bool(getattr(tableau, "accumulates_output", False)),
        "accumulates_error": bool(getattr(step, "accumulates_error", False)),
        "estimates_error": step.n_error > 0,
        "output_row": getattr(tableau, "b_matches_a_row", None),
        "error_row": getattr(step, "error_row", None),
        "explicit_first_stage": bool(getattr(tableau, "explicit_first_stage", False)),
        "explicit_last_stage": bool(getattr(tableau, "explicit_last_stage", False)),
        "last_implicit_stage": getattr(tableau, "last_implicit_stage", None),
        "reuses_accepted_start": bool(getattr(tableau, "can_reuse_accepted_start", False)),
        "caches_jacobian": bool(getattr(step, "uses_cached_solve", False)),
        "predicts_stages": predicts,
        # The first stage's guess is the extrapolation itself, kept in row 0.
        "source_stages": [0, *getattr(tableau, "prediction_source_stages", ())[1:]] if predicts else [],
        "smooths_error": bool(getattr(step, "smooth_error", False)),
        "iterative": classes.get("loop/algorithm/solver") != "LUSolver",
    }
