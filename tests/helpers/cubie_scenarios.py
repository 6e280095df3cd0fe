"""What happens to live CuBIE solvers, told as JSON: `python -m tests.helpers.cubie_scenarios` in a folder of its own.

CuBIE's simulator is chosen when CuBIE is imported, and its warnings are not ours to fix: so all of it runs in one
child.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from warpack.gpu_runtime.adapters import cubie as packing
from warpack.gpu_runtime.adapters.cubie.cases import SHORT, Case, build_solver, initial_values
from warpack.gpu_runtime.adapters.cubie.trial import run_case

SMALL = {"system": "diffusion", "states": 4}


def solved(solver: Any, runs: int = 2, **more: Any) -> list[str]:
    """Bytes of the trajectories and status codes, as text that compares."""
    result = solver.solve(initial_values(solver, runs), {}, duration=0.04, **{"fix_constant_parameters": False, **more})
    return [np.array(result.time_domain_array).tobytes().hex(), np.array(result.status_codes).tobytes().hex()]


def error_of(action: Callable[[], Any]) -> list[str]:
    try:
        action()
    except Exception as error:
        return [type(error).__name__, str(error)]
    return []


def registry_method() -> Any:
    from cubie.buffer_registry import BufferRegistry

    return BufferRegistry.get_allocator


def installing() -> dict[str, Any]:
    solver, other = build_solver(Case("", "kvaerno3", **SMALL)), build_solver(Case("", "euler", **SMALL))
    own, others = solved(solver), solved(other)
    method = registry_method()
    before = [solver.kernel.config_hash, solver.kernel.shared_memory_bytes, type(solver).__module__]
    packed = packing.pack(solver, compute_capability="8.6")
    with packing.installed(solver, packed) as installation:
        inside = [solver.kernel.config_hash, solver.kernel.shared_memory_bytes, type(solver).__module__]
        trajectories, launch = solved(solver), solver.kernel.launch_geometry()
        explicit = solver.kernel.launch_geometry(32)
        untouched = solved(other)
        with packing.installed(other, packing.pack(other, compute_capability="8.6")):
            together = [solved(solver), solved(other)]
        twice = error_of(lambda: packing.installed(solver, packed))
        copied = type(solver.copy()) is type(other)
        hooked = registry_method() is not method
    after = [solver.kernel.config_hash, solver.kernel.shared_memory_bytes, type(solver).__module__]
    installation.close()
    assert packed.layout.launch is not None
    return {
        "same": own == trajectories == solved(solver),
        "untouched": others == untouched == solved(other),
        "together": together == [own, others],
        "before": before,
        "inside": inside,
        "after": after,
        "launch": launch,
        "explicit": explicit,
        "stride_bytes": packed.layout.launch.stride_bytes,
        "threads": packed.layout.launch.threads_per_block,
        "twice": twice,
        "copied": copied,
        "hooked": hooked,
        "unhooked": registry_method() is method,
    }


def updating() -> dict[str, Any]:
    solver = build_solver(Case("", "dormand-prince-54", **SMALL))
    solved(solver)
    packed = packing.pack(solver, compute_capability="8.6")
    with packing.installed(solver, packed) as installation:
        solver.update(dt=0.005)
        kept = installation.is_active
        inside = solved(solver)
        changed = error_of(lambda: solver.update(algorithm="kvaerno3"))
        active = installation.is_active
        reverted = solved(solver)
    fresh = build_solver(Case("", "kvaerno3", **SMALL, settings={"dt": 0.005}))
    same = build_solver(Case("", "dormand-prince-54", **SMALL, settings={"dt": 0.005}))
    return {
        "kept": kept,
        "inside": inside == solved(same),
        "changed": changed,
        "active": active,
        "reverted": reverted == solved(fresh),
        "old_layout": error_of(lambda: packing.installed(solver, packed)),
        "faults": [str(fault) for fault in packing.find_solver_faults(solver)],
    }


def updating_behind_the_solver() -> dict[str, Any]:
    solver = build_solver(Case("", "euler", **SMALL))
    with packing.installed(solver, packing.pack(solver, compute_capability="8.6")):
        solver.kernel.update({"algorithm": "classical-rk4"})
        return {"error": error_of(solver.kernel.compile)}


def closing_inside() -> dict[str, Any]:
    solver = build_solver(Case("", "euler", **SMALL))
    with packing.installed(solver, packing.pack(solver, compute_capability="8.6")) as installation:
        solver.close()
    return {"active": installation.is_active, "class": type(solver).__name__}


def fixing_parameters() -> dict[str, Any]:
    solver = build_solver(Case("", "euler", **SMALL))
    with packing.installed(solver, packing.pack(solver, compute_capability="8.6")):
        return {"error": error_of(lambda: solved(solver, fix_constant_parameters=True))}


def stale_window() -> dict[str, Any]:
    solver = build_solver(Case("", "euler", **SMALL))
    solved(solver)
    solver.update(algorithm="ros3p")
    faults = [[fault.type, fault.window, fault.wrong_bytes] for fault in packing.find_solver_faults(solver)]
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        packed = packing.pack(solver, compute_capability="8.6")
    own = error_of(lambda: solved(solver))
    with packing.installed(solver, packed):
        packed_run = solved(solver)
    fresh = build_solver(Case("", "ros3p", **SMALL))
    return {
        "faults": faults,
        "own": own,
        "warned": [str(warning.message) for warning in warned if warning.category is packing.CubieWarning],
        "cured": packed_run == solved(fresh) == solved(solver),
        "missing_elements": fresh.kernel.shared_memory_elements - packed.collected.own.run_bytes // 4,
    }


def doubled_window() -> dict[str, Any]:
    solver = build_solver(Case("", "backwards_euler_pc", **SMALL))
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        collected = packing.collect(solver, compute_capability="8.6")
    return {
        "faults": [[fault.type, fault.window, fault.wrong_bytes] for fault in collected.findings],
        "warned": [str(warning.message) for warning in warned if warning.category is packing.CubieWarning],
        "components": [component.path for component in collected.components],
        "own_bytes": collected.own.run_bytes,
    }


def unknown_step() -> dict[str, Any]:
    solver = build_solver(Case("", "bogacki-shampine-32", **SMALL))
    own = solved(solver)
    step = solver.kernel.single_integrator._algo_step
    step.__class__ = type("TheirStep", (type(step),), {})
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        packed = packing.pack(solver, compute_capability="8.6")
    with packing.installed(solver, packed):
        same = solved(solver) == own
    return {
        "warned": [str(warning.message) for warning in warned if warning.category is packing.CubieWarning],
        "same": same,
        "shares": [
            buffer.full_name for buffer in packed.layout.buffers if buffer.size_bytes and buffer.shares_bytes_with
        ],
    }


def traced_unknown_step() -> dict[str, Any]:
    """A step class that the table does not know, with lifetimes from its own code; then with other settings."""
    solver = build_solver(Case("", "bogacki-shampine-32", **SMALL))
    solved(solver)
    step = solver.kernel.single_integrator._algo_step
    step.__class__ = type("TheirStep", (type(step),), {})
    nothing = error_of(lambda: packing.pack(solver, compute_capability="8.6", trace=lambda: None))
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        packed = packing.pack(solver, compute_capability="8.6", trace=lambda: solved(solver, 1))
    own = solved(solver, 3)
    with packing.installed(solver, packed):
        same = solved(solver, 3) == own
        changed = error_of(lambda: solver.update(dt=0.005))
    refused = error_of(lambda: packing.installed(solver, packed))
    strict = packing.pack(solver, compute_capability="8.6", trace=lambda: solved(solver, 1), proved=True)
    return {
        "nothing": nothing,
        "warned": [str(warning.message) for warning in warned if warning.category is packing.CubieWarning],
        "same": same,
        "changed": changed,
        "refused": refused,
        "own_bytes": packed.collected.own.run_bytes,
        "run_bytes": packed.layout.launch.run_bytes,
        "strict_bytes": strict.layout.launch.run_bytes,
        "never_ran": packed.collected.evidence.never_ran,
    }


def traced_in_poison() -> dict[str, Any]:
    return run_case(SHORT[3], traced=True).to_json()


def nothing_shared() -> dict[str, Any]:
    import attrs
    from cubie.batchsolving.solver_settings import SolverSettings

    local = {field.name: "local" for field in attrs.fields(SolverSettings) if field.name.endswith("_location")}
    solver = build_solver(Case("", "kvaerno3", **SMALL, settings=local))
    own = solved(solver)
    with packing.installed(solver, packing.pack(solver, compute_capability="8.6")) as installation:
        return {
            "same": solved(solver) == own,
            "window_bytes": installation.table.window_bytes,
            "persistent_bytes": installation.table.persistent_bytes,
        }


def unaligned_words() -> dict[str, Any]:
    """In double precision with nothing but a 4-byte flag in shared memory, and with one between the doubles."""
    import attrs
    from cubie.batchsolving.solver_settings import SolverSettings

    local = {field.name: "local" for field in attrs.fields(SolverSettings) if field.name.endswith("_location")}
    alone = local | {"proposed_counters_location": "shared"}
    found: dict[str, Any] = {}
    for name, places in {"alone": alone, "between": {}}.items():
        solver = build_solver(Case("", "kvaerno3", **SMALL, precision="float64", settings=places))
        own = solved(solver)
        with packing.installed(solver, packing.pack(solver, compute_capability="8.6")) as installation:
            odd = [
                place for place in installation.table.places.values() if place.offset_bytes % 8 or place.size_bytes % 8
            ]
            found[name] = [solved(solver) == own, installation.table.window_bytes, len(odd)]
    return found


SCENARIOS = (
    installing,
    updating,
    updating_behind_the_solver,
    closing_inside,
    fixing_parameters,
    stale_window,
    doubled_window,
    unknown_step,
    traced_unknown_step,
    traced_in_poison,
    nothing_shared,
    unaligned_words,
)

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for scenario in SCENARIOS:
        json.dump({scenario.__name__: scenario()}, sys.stdout)
        print(flush=True)
