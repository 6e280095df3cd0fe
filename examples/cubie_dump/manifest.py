"""A CuBIE solver's registered buffers as a Warpack manifest."""

from __future__ import annotations

from typing import Any

from cubie_dump.liveness import Liveness, find_liveness
from cubie_dump.registry import RegisteredBuffer, RegisteredComponent, read_components
from cubie_dump.script import Script, UnknownStepError

Stretch = tuple[int, int]


def make_manifest(solver: Any, *, name: str, compute_capability: str, budget: int | str) -> dict[str, Any]:
    """Every buffer of the solver, those of no elements included; what CuBIE keeps local stays local.

    CuBIE's declared aliases are left out: lifetimes say the same and more, and `stage_base`'s alias of `accumulator`
    only holds for one row of it.
    """
    run = solver.kernel.single_integrator
    components = read_components(run._loop)
    rows, liveness = _liveness_of(run, components)
    buffers = [buffer for component in components for buffer in component.buffers]
    phases = list(liveness.phases) if liveness else ["step"]
    return {
        "schema": "warpack/manifest/1",
        "name": name,
        "target": {"compute_capability": compute_capability, "shared_budget_bytes": budget},
        "launch": {"threads_per_run": 1, "max_threads_per_block": 256},
        "timeline": {"phases": phases, "loops": [[liveness.loop_start, len(phases)]] if liveness else []},
        "components": [{"path": component.path} for component in components],
        "buffers": [_buffer(buffer, rows, liveness) for buffer in buffers],
        "in_place": [
            {"phase": phase, "read": _part_name(read), "write": _part_name(write)}
            for phase, read, write in (liveness.in_place if liveness else ())
        ],
    }


def facts_of(run: Any, classes: dict[str, str]) -> dict[str, Any]:
    """What the conditions of lifetimes.json ask about an integrator: its tableau, its step's choices, its outputs."""
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


def _liveness_of(run: Any, components: tuple[RegisteredComponent, ...]) -> tuple[dict[str, int], Liveness | None]:
    """Rows by buffer, and the lifetimes; None for a step class that is not known."""
    buffers = [buffer for component in components for buffer in component.buffers]
    classes = {component.path: component.class_name for component in components}
    names = [buffer.full_name for buffer in buffers]
    try:
        script = Script({buffer.full_name: buffer.size for buffer in buffers}, classes, facts_of(run, classes))
    except UnknownStepError:
        return {}, None
    running_sums = ["loop/state_summary", "loop/observable_summary", "loop/counters"]
    passed = {
        "zero_filled": [buffer.full_name for buffer in buffers if buffer.persistent] + running_sums,
        "initialiser": [name for name in names if name.startswith("loop/initialiser/")],
        "controller": [name for name in names if name == "loop/controller/timestep_buffer"],
        "predictor": [name for name in names if name.startswith("loop/algorithm/dense_predictor/")],
    }
    return script.rows, find_liveness(script.moments(passed))


def _buffer(buffer: RegisteredBuffer, rows: dict[str, int], liveness: Liveness | None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": buffer.name,
        "component": buffer.component,
        "size": buffer.size,
        "dtype": buffer.dtype,
        "location": "shared" if buffer.in_shared else "local",
    }
    if liveness is None or not buffer.size:
        return document | ({"persistent": True} if buffer.persistent and buffer.size else {})
    if buffer.full_name in rows:
        count = rows[buffer.full_name]
        size = buffer.size // count
        live = [liveness.live.get(f"{buffer.full_name}#{row}", ()) for row in range(count)]
        document["parts"] = [
            {"name": f"row{row}", "offset": row * size, "size": size, "lifetime": _intervals(live[row], liveness)}
            for row in range(count)
        ]
        starts = {stretches[0][0] for stretches in live if stretches}
    else:
        stretches = liveness.live.get(buffer.full_name, ())
        starts = {stretches[0][0]} if stretches else set()
        # CuBIE keeps registered persistence in one array per thread; in shared memory the lifetime says what is needed.
        if stretches == ((0, len(liveness.phases) - 1),) or (buffer.persistent and not buffer.in_shared):
            document["persistent"] = True
        else:
            document["lifetime"] = _intervals(stretches, liveness)
    # CuBIE zeroes every window before it starts; the zeros count where a value lives from the first phase on.
    return document | ({"zero": "entry"} if 0 in starts else {})


def _intervals(stretches: tuple[Stretch, ...], liveness: Liveness) -> list[list[str]]:
    return [[liveness.phases[first], liveness.phases[last]] for first, last in stretches]


def _part_name(buffer: str) -> str:
    name, mark, row = buffer.partition("#")
    return f"{name}#row{row}" if mark else name
