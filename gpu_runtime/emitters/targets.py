"""The languages that allocators can be emitted in. A new target is one module with `emit_text` and one entry here."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from warpack.gpu_runtime.emitters.errors import EmitError
from warpack.gpu_runtime.emitters.offsets import OFFSETS_FILE, offsets_csv
from warpack.gpu_runtime.emitters.plan import AllocatorPlan
from warpack.gpu_runtime.emitters.planning import plan_allocators
from warpack.solver.wire.given import check_given
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Target:
    """`module` has `emit_text(plan: AllocatorPlan) -> str`, and is imported when first used. `file`: the name of the
    file that users get, from the command line and from the service. `what`: its description in the API's
    documentation."""

    module: str
    file: str
    what: str
    media_type: str = "text/plain"


TARGETS: dict[str, Target] = {
    "numba-cuda": Target(
        module="warpack.gpu_runtime.emitters.numba_cuda",
        file="allocators.py",
        what="a Python module for numba-cuda",
        media_type="text/x-python",
    ),
    "cuda-c++": Target(
        module="warpack.gpu_runtime.emitters.cuda_cpp",
        file="allocators.cuh",
        what="a CUDA C++17 header",
    ),
}
"""By the name that `emit` takes."""

FILES: dict[str, str] = {target.file: name for name, target in TARGETS.items()}
"""The files that every user gets, and the target that each is emitted for."""


def emit_files(layout: Layout, manifest: Manifest) -> dict[str, str]:
    """The text of each of FILES by its name; of a pool its offsets alone. Raises EmitError where `emit` does."""
    check_given("emit_files", layout=layout, manifest=manifest)
    if manifest.of_pool and layout.pool is not None:
        return {OFFSETS_FILE: offsets_csv(layout, manifest)}
    plan = plan_allocators(layout, manifest)
    return {name: _write(plan, target) for name, target in FILES.items()}


def emit(layout: Layout, manifest: Manifest, target: str = "numba-cuda") -> str:
    """The source text of the layout's allocators: the same text for the same layout, always.

    Raises EmitError for an unknown target, a layout that is infeasible, a pool or of another manifest, a name that is
    no identifier, and any offset, base or stride that is no multiple of an element's size and alignment.
    """
    check_given("emit", layout=layout, manifest=manifest)
    if target not in TARGETS:
        raise EmitError(f"the target {target!r} is none of {', '.join(sorted(TARGETS))}")
    return _write(plan_allocators(layout, manifest), target)


def _write(plan: AllocatorPlan, target: str) -> str:
    text: str = import_module(TARGETS[target].module).emit_text(plan)
    return text
