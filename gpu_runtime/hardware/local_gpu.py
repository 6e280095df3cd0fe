"""Level `hardware` on a GPU of this machine: the bundle is made and run here, where both the extra `gpu` and the driver
are installed."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from warpack.gpu_runtime.hardware.bundle_maker import make_bundle
from warpack.gpu_runtime.hardware.device_query import query_real_device
from warpack.gpu_runtime.hardware.errors import HardwareError
from warpack.gpu_runtime.hardware.hardware_level import run_on_hardware
from warpack.gpu_runtime.probe.backends.prepared import Prepared
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.report import Finding, ValidationReport


def validate_here(
    manifest: Manifest, layout: Layout, *, time_limit_s: float, planned: Callable[[], Prepared] | None = None
) -> ValidationReport:
    """The report. Where this machine has no real GPU of the manifest's architecture, that is its only finding.
    `planned` as for `make_bundle`; it is called only where there is a GPU."""
    began = perf_counter()
    try:
        ordinal = ordinal_of(manifest.target.compute_capability)
        bundle = make_bundle(manifest, layout, time_limit_s=time_limit_s, planned=planned)
    except HardwareError as error:
        finding = Finding(error.rule, str(error))
        return ValidationReport("hardware", False, (finding,), {"ran": False}, round(perf_counter() - began, 3))
    return run_on_hardware(manifest, layout, bundle, ordinal=ordinal, time_limit_s=time_limit_s)


def ordinal_of(compute_capability: str) -> int:
    """The number of the first GPU of this architecture. Raises HardwareError `hardware-unavailable`."""
    seen: list[str] = []
    why = ""
    while not why:
        try:
            device = query_real_device(len(seen))
        except HardwareError as error:
            why = str(error)
        else:
            if device["compute_capability"] == compute_capability:
                return int(device["ordinal"])
            seen.append(f"{device['name']} ({device['compute_capability']})")
    here = f"here are {', '.join(seen)}" if seen else why
    raise HardwareError(
        "hardware-unavailable",
        f"no GPU of compute capability {compute_capability} can be used: {here}; the best level that can be had is simulated",
    )
