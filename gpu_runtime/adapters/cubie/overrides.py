"""The three CuBIE objects of a solver that must give other answers while a layout is installed.

While the layout is installed, an object has a class of its own, derived from its class. So no other solver of the
process is touched, and restoring the class leaves nothing behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from warpack.gpu_runtime.adapters.cubie.table import PlacementTable


def override(solver: Any, table: PlacementTable, element_bytes: int, check: Callable[[], None]) -> Callable[[], None]:
    """Override what the layout decides; the function that is returned undoes it.

    `check` raises where the solver's buffers are no longer those of the layout; it is called when the solver was
    updated, and again before its kernel is built.
    """
    kernel = solver.kernel
    classes = [
        (solver, _solver_class(type(solver), check)),
        (kernel, _kernel_class(type(kernel), table, check)),
        (kernel.single_integrator, _run_class(type(kernel.single_integrator), table, element_bytes)),
    ]
    before = [(target, type(target)) for target, _ in classes]
    for target, derived in classes:
        target.__class__ = derived

    def undo() -> None:
        for target, original in before:
            target.__class__ = original

    return undo


def _solver_class(base: Any, check: Callable[[], None]) -> type:
    def update(self: Any, updates_dict: Any = None, silent: bool = False, **kwargs: Any) -> Any:
        recognised = base.update(self, updates_dict, silent, **kwargs)
        check()
        return recognised

    def copy(self: Any) -> Any:
        # The copy's buffers are other objects, which the installed layout does not know.
        return base(self.system.copy(), **self.settings_dict())

    return _derived(base, update=update, copy=copy)


def _kernel_class(base: Any, table: PlacementTable, check: Callable[[], None]) -> type:
    def config_hash(self: Any) -> str:
        # The key of CuBIE's compiled kernels on disk: with a layout it is another kernel.
        return hashlib.sha256(f"{base.config_hash.fget(self)} warpack {table.sha256}".encode()).hexdigest()

    def build_kernel(self: Any) -> Any:
        check()
        return base.build_kernel(self)

    def default_launch(self: Any, runs: int | None) -> tuple[int, int | None]:
        return table.threads_per_block, None

    return _derived(
        base,
        config_hash=property(config_hash),
        build_kernel=build_kernel,
        _default_launch=default_launch,
        # The layout's stride has its padding inside.
        shared_memory_needs_padding=property(lambda self: False),
    )


def _run_class(base: Any, table: PlacementTable, element_bytes: int) -> type:
    return _derived(
        base,
        shared_memory_elements=property(lambda self: table.window_bytes // element_bytes),
        persistent_local_elements=property(lambda self: table.persistent_bytes // element_bytes),
    )


def _derived(base: Any, **members: Any) -> type:
    return type(base.__name__, (base,), {"__module__": base.__module__, "__doc__": base.__doc__, **members})
