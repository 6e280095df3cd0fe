"""CuBIE's components built anew, so that they ask the registry again for their allocators."""

from __future__ import annotations

from typing import Any

from warpack.gpu_runtime.adapters.cubie.registry import read_components


def rebuild(solver: Any) -> None:
    """Builds every component anew, and passes the results up as CuBIE's own update does.

    The children are registered after the step is built: CuBIE's update does it before, with sizes that may be those
    of the step before it. So CuBIE's own layout has no stale window either when it is in force again.
    """
    kernel = solver.kernel
    run = kernel.single_integrator
    for component in read_components(run._loop):
        component.owner._invalidate_cache()
    run._algo_step.update(run._step_inputs(), silent=True)
    initialiser = run._dae_initialiser
    initialiser.update(type(initialiser).system_inputs(run._system), silent=True)
    inputs = run._loop_inputs()
    run._register_loop_children()
    run._loop.update(inputs, silent=True)
    run._loop._invalidate_cache()
    run.update_compile_settings(loop_fn=run._loop.device_function, silent=True)
    kernel.update_compile_settings(loop_fn=run.device_function, silent=True)
    kernel._invalidate_cache()
