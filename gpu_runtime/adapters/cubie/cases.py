"""What the proof runs: equations, methods and settings, each a solver of CuBIE's with all its buffers in shared memory.

Import it anywhere: CuBIE is imported only when a solver is built.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

DRIVEN_OUTPUTS: dict[str, Any] = {
    "output_types": ["state", "observables", "time", "iteration_counters", "mean", "max"],
    "save_every": 0.02,
    "summarise_every": 0.04,
    "sample_summaries_every": 0.02,
}
PLAIN_OUTPUTS: dict[str, Any] = {"output_types": ["state", "time", "iteration_counters"], "save_every": 0.02}


@dataclass(frozen=True)
class Case:
    """`family` is the kind of method; `system` one of `SYSTEMS`; `settings` go to `cubie.Solver`."""

    family: str
    algorithm: str
    system: str = "lorenz96"
    states: int = 10
    precision: str = "float32"
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        extras = "".join(f", {key}={value}" for key, value in self.settings.items())
        return f"{self.algorithm} on {self.system}({self.states}), {self.precision}{extras}"


def _methods(family: str, *algorithms: str, **more: Any) -> list[Case]:
    return [Case(family, algorithm, **more) for algorithm in algorithms]


CASES: tuple[Case, ...] = (
    *_methods("ERK", "euler", "classical-rk4", "bogacki-shampine-32", "dormand-prince-54", "dormand-prince-853"),
    *_methods("backwards Euler", "backwards_euler", "backwards_euler_pc", system="diffusion"),
    *_methods("Crank-Nicolson", "crank_nicolson", system="diffusion"),
    *_methods("DIRK", "trapezoidal_dirk", "sdirk_2_2", "kvaerno3", "kvaerno5", "l_stable_sdirk_4"),
    *_methods("FIRK", "firk_gauss_legendre_2", "radau_iia_3", "radau_iia_5"),
    *_methods("Rosenbrock", "ros3p", "rosenbrock23", "rodas3p", "rodas4", "rodas5p"),
    *_methods("ERK", "dormand-prince-54", system="driven", states=4, precision="float64"),
    *_methods("backwards Euler", "backwards_euler", system="driven", states=4, precision="float64"),
    *_methods("Crank-Nicolson", "crank_nicolson", system="driven", states=4, precision="float64"),
    *_methods("DIRK", "kvaerno5", system="driven", states=4, precision="float64"),
    *_methods("FIRK", "radau_iia_5", system="driven", states=4, precision="float64"),
    *_methods("Rosenbrock", "rodas4", system="driven", states=4, precision="float64"),
    Case("DIRK", "kvaerno5", settings={"linear_correction_type": "bicgstab", "use_smoothed_error": True}),
    Case("DIRK", "l_stable_sdirk_4", settings={"attempt_dense_prediction": True, "use_smoothed_error": True}),
    Case("FIRK", "radau_iia_5", settings={"linear_correction_type": "minimal_residual", "use_smoothed_error": True}),
    Case("Rosenbrock", "rodas4", settings={"linear_correction_type": "bicgstab"}),
    Case("DIRK", "l_stable_sdirk_4", system="constrained", states=3, precision="float64"),
    Case("FIRK", "radau_iia_5", system="constrained", states=3),
)
SHORT: tuple[Case, ...] = (
    Case("ERK", "dormand-prince-54", system="diffusion", states=4),
    Case("backwards Euler", "backwards_euler_pc", system="diffusion", states=4),
    Case("DIRK", "kvaerno3", system="driven", states=3, precision="float64"),
    Case("Rosenbrock", "ros3p", states=4),
)
"""Small enough for a test suite."""


def build_solver(case: Case) -> Any:
    """The solver, built, with every buffer whose place can be chosen in shared memory."""
    import attrs
    import cubie
    from cubie.batchsolving.solver_settings import SolverSettings

    places = {field.name: "shared" for field in attrs.fields(SolverSettings) if field.name.endswith("_location")}
    arguments = SYSTEMS[case.system](case.states)
    settings = arguments.pop("settings", PLAIN_OUTPUTS)
    name = f"{case.system}_{case.states}_{case.precision}"
    equations = cubie.create_ODE_system(name=name, precision=getattr(np, case.precision), **arguments)
    return cubie.Solver(
        equations,
        algorithm=case.algorithm,
        cache_enabled=False,
        auto_performance=False,
        **{"dt": 0.01, **places, **settings, **case.settings},
    )


def initial_values(solver: Any, runs: int) -> dict[str, np.ndarray[Any, Any]]:
    """Different values for each run, so that a run that reads its neighbour's window gives wrong results."""
    values = solver.system.initial_values
    defaults = values.defaults_array(np.float64)
    return {
        name: np.array([float(default) * (1 + 0.02 * run) for run in range(runs)])
        for name, default in zip(values.names, defaults, strict=True)
    }


def _lorenz96(states: int) -> dict[str, Any]:
    x = [f"x{i}" for i in range(states)]
    return {
        "dxdt": [f"d{x[i]} = ({x[(i + 1) % states]}-{x[i - 2]})*{x[i - 1]}-{x[i]}+F" for i in range(states)],
        "states": {name: 1.0 + 0.01 * i for i, name in enumerate(x)},
        "parameters": {"F": 8.0},
        "swept_parameters": ["F"],
    }


def _diffusion(states: int) -> dict[str, Any]:
    last = states - 1
    return {
        "dxdt": [
            f"dx{i} = D*(x{max(i - 1, 0)}-2*x{i}+x{min(i + 1, last)}) + k*x{i}*(1-x{i})*(x{i}-a)" for i in range(states)
        ],
        "states": {f"x{i}": 0.9 if i < states // 2 else 0.1 for i in range(states)},
        "parameters": {"D": 5.0, "k": 2.0, "a": 0.3},
        "swept_parameters": ["D", "k"],
    }


def _driven(states: int) -> dict[str, Any]:
    """Oscillators with two drivers, an observable each, and running summaries of everything."""
    from cubie.array_interpolator import DriverSamples

    time = np.linspace(0.0, 1.0, 11)
    waves = {"u": np.cos(2 * np.pi * time), "w": np.sin(2 * np.pi * time)}
    return {
        "dxdt": [
            *(f"dx{i} = -k*x{i} + u*{1 + i} + w*x{(i + 1) % states}" for i in range(states)),
            *(f"o{i} = x{i}*x{(i + 1) % states} + u" for i in range(states)),
        ],
        "states": {f"x{i}": 1.0 + 0.1 * i for i in range(states)},
        "parameters": {"k": 2.0},
        "drivers": ["u", "w"],
        "observables": [f"o{i}" for i in range(states)],
        "swept_parameters": ["k"],
        "settings": DRIVEN_OUTPUTS | {"drivers": DriverSamples(waves, time=time)},
    }


def _constrained(states: int) -> dict[str, Any]:
    """A differential-algebraic system: the start-up has to solve for y3."""
    return {
        "dxdt": ["dy1 = -y1 + y3", "dy2 = y1 - y2*y3", "0 = y3**5 + y3*exp(y3) - y1 - y2"],
        "states": {"y1": 1.0, "y2": 0.5, "y3": 0.3},
    }


SYSTEMS = {"lorenz96": _lorenz96, "diffusion": _diffusion, "driven": _driven, "constrained": _constrained}
