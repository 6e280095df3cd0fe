"""The equations and solver settings of the CuBIE examples. Import it where CuBIE is installed only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def lorenz_1963() -> Any:
    """Three states in float32, and an explicit Runge-Kutta method: few buffers, nearly all live at once."""
    return _solver(
        "dormand-prince-54",
        np.float32,
        dxdt=["dx = s*(y-x)", "dy = x*(r-z)-y", "dz = x*y-b*z"],
        states={"x": 1.0, "y": 0.0, "z": 0.0},
        parameters={"s": 10.0, "r": 28.0, "b": 2.6},
        swept_parameters=["s", "r"],
    )


def reaction_diffusion() -> Any:
    """Twenty cells of a reacting and diffusing substance in float64, by the implicit Crank-Nicolson method."""
    cells = 20
    return _solver(
        "crank_nicolson",
        np.float64,
        dxdt=[
            f"dx{i} = D*(x{max(i - 1, 0)}-2*x{i}+x{min(i + 1, cells - 1)}) + k*x{i}*(1-x{i})*(x{i}-a)"
            for i in range(cells)
        ],
        states={f"x{i}": 0.9 if i < cells // 2 else 0.1 for i in range(cells)},
        parameters={"D": 5.0, "k": 2.0, "a": 0.3},
        swept_parameters=["D", "k"],
    )


def driven_lorenz_1996() -> Any:
    """Eight states of a driven atmosphere model by the stiff method kvaerno5, with two observables and running
    summaries of everything: each of CuBIE's buffers that this method can use is in use."""
    from cubie.array_interpolator import DriverSamples

    states = [f"x{i}" for i in range(8)]
    time = np.linspace(0.0, 1.0, 11)
    return _solver(
        "kvaerno5",
        np.float32,
        dxdt=[
            *(f"d{x} = ({states[(i + 1) % 8]}-{states[i - 2]})*{states[i - 1]}-{x}+F+u" for i, x in enumerate(states)),
            f"energy = {'+'.join(f'{x}*{x}' for x in states)}",
            f"total = {'+'.join(states)}",
        ],
        states={x: 1.0 + 0.01 * i for i, x in enumerate(states)},
        parameters={"F": 8.0},
        drivers=["u"],
        observables=["energy", "total"],
        swept_parameters=["F"],
        settings={
            "drivers": DriverSamples({"u": np.cos(2 * np.pi * time)}, time=time),
            "output_types": ["state", "observables", "time", "iteration_counters", "mean", "max"],
            "save_every": 0.1,
            "summarise_every": 0.5,
            "sample_summaries_every": 0.1,
        },
    )


SOLVERS: dict[str, tuple[str, Callable[[], Any]]] = {
    "05-dormand-prince": ("CuBIE: dormand-prince-54 on the Lorenz 1963 system, float32", lorenz_1963),
    "06-crank-nicolson-float64": (
        "CuBIE: crank_nicolson on twenty reaction-diffusion cells, float64",
        reaction_diffusion,
    ),
    "07-kvaerno5": ("CuBIE: kvaerno5 on a driven Lorenz 1996 system, float32", driven_lorenz_1996),
}
"""By the name of the example that each makes: its manifest's label, and the solver."""


def _solver(algorithm: str, precision: type, *, settings: dict[str, Any] | None = None, **system: Any) -> Any:
    """A built solver with every buffer whose place can be chosen in shared memory."""
    import attrs
    import cubie
    from cubie.batchsolving.solver_settings import SolverSettings

    places = {field.name: "shared" for field in attrs.fields(SolverSettings) if field.name.endswith("_location")}
    equations = cubie.create_ODE_system(name=algorithm.replace("-", "_"), precision=precision, **system)
    return cubie.Solver(
        equations, algorithm=algorithm, cache_enabled=False, auto_performance=False, **places, **(settings or {})
    )
