"""Registrations as CuBIE would hold them, without CuBIE: a loop, an explicit step and a controller."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from warpack.gpu_runtime.adapters.cubie.collect import Collected, OwnFigures
from warpack.gpu_runtime.adapters.cubie.findings import find_faults
from warpack.gpu_runtime.adapters.cubie.lifetimes import find_lifetimes
from warpack.gpu_runtime.adapters.cubie.manifest import make_manifest
from warpack.gpu_runtime.adapters.cubie.registry import RegisteredBuffer, RegisteredComponent

STEP = object()


def buffer(component: str, name: str, size: int, dtype: str = "float32", **more: Any) -> RegisteredBuffer:
    given = {"location": "shared", "persistent": False, "alias_of": None, "in_shared": True} | more
    return RegisteredBuffer(component=component, name=name, size=size, dtype=dtype, **given)


def local(
    component: str, name: str, size: int, dtype: str = "float32", *, persistent: bool = False
) -> RegisteredBuffer:
    return buffer(component, name, size, dtype, location="local", in_shared=False, persistent=persistent)


def components(
    *loop: RegisteredBuffer, step: tuple[RegisteredBuffer, ...] = (), step_class: str = "ExplicitEulerStep"
) -> tuple[RegisteredComponent, ...]:
    return (
        RegisteredComponent("loop", "IVPLoop", loop, owner=None),
        RegisteredComponent("loop/algorithm", step_class, step, owner=STEP),
    )


def integrator() -> Any:
    """As much of CuBIE's integrator as the facts are read from: one stage, fixed steps, nothing optional."""
    flags = SimpleNamespace(save_counters=False)
    return SimpleNamespace(
        _algo_step=SimpleNamespace(n_error=0, compile_settings=SimpleNamespace(drivers_fn=None)),
        _loop=SimpleNamespace(compile_settings=SimpleNamespace(is_adaptive=False, compile_flags=flags)),
    )


def collected(parts: tuple[RegisteredComponent, ...], element_bytes: int = 4, **target: Any) -> Collected:
    known = find_lifetimes(integrator(), parts)
    manifest = make_manifest(
        parts,
        known,
        name="a solver",
        target={"compute_capability": "8.6", "shared_budget_bytes": "default"} | target,
        max_threads_per_block=256,
        element_bytes=element_bytes,
    )
    return Collected(
        manifest=manifest,
        components=parts,
        findings=find_faults(parts),
        unknown=known.unknown,
        unknown_class=known.reason,
        own=OwnFigures(400, 4),
        element_bytes=element_bytes,
        settings="as they are",
    )
