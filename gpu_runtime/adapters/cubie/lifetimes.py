"""When the buffers of one solver are live, as far as it is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from warpack.gpu_runtime.adapters.cubie.facts import facts_of
from warpack.gpu_runtime.adapters.cubie.liveness import Liveness, find_liveness
from warpack.gpu_runtime.adapters.cubie.registry import RegisteredComponent
from warpack.gpu_runtime.adapters.cubie.script import Script, UnknownClassError, is_described


@dataclass(frozen=True)
class KnownLifetimes:
    """`liveness` is None where the solver's step is not described; `rows` are row counts by full name; `unknown` the
    full names of buffers that must count as live in every phase; `reason` says why, or is empty."""

    liveness: Liveness | None
    rows: dict[str, int]
    unknown: tuple[str, ...]
    reason: str = ""

    def live(self, full_name: str) -> Liveness | None:
        """The lifetimes that apply to this buffer; None where it counts as always live."""
        return None if full_name in self.unknown else self.liveness


def find_lifetimes(run: Any, components: tuple[RegisteredComponent, ...]) -> KnownLifetimes:
    """`run` is CuBIE's integrator. If a step or linear solver is not described, no buffer has a lifetime, since it is
    unknown what that step does to its callers' buffers."""
    buffers = [buffer for component in components for buffer in component.buffers]
    names = [buffer.full_name for buffer in buffers]
    classes = {component.path: component.class_name for component in components}
    running_sums = ["loop/state_summary", "loop/observable_summary", "loop/counters"]
    passed = {
        "zero_filled": [buffer.full_name for buffer in buffers if buffer.persistent] + running_sums,
        "initialiser": [name for name in names if name.startswith("loop/initialiser/")],
        "controller": [name for name in names if name == "loop/controller/timestep_buffer"],
        "predictor": [name for name in names if name.startswith("loop/algorithm/dense_predictor/")],
    }
    try:
        script = Script({buffer.full_name: buffer.size for buffer in buffers}, classes, facts_of(run, classes))
        liveness = find_liveness(script.moments(passed))
    except UnknownClassError as unknown:
        sized = tuple(buffer.full_name for buffer in buffers if buffer.size)
        return KnownLifetimes(None, {}, sized, f"{unknown.class_name} ({unknown.component})")
    undescribed = tuple(
        buffer.full_name
        for component in components
        for buffer in component.buffers
        if buffer.size and not is_described(component.class_name, buffer.name)
    )
    return KnownLifetimes(liveness, script.rows, undescribed)
