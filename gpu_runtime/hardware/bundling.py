"""Makes bundles: the compiling side, which needs the extra `gpu` and no GPU."""

from __future__ import annotations

import base64

from gpu_runtime.hardware.bundle import Bundle
from gpu_runtime.hardware.errors import HardwareError
from gpu_runtime.hardware.whole_block import of_whole_block
from gpu_runtime.probe.children import ChildError, ask
from gpu_runtime.probe.prepared import NotProbedError, prepare
from gpu_runtime.probe.request import arrays
from solver.devices import DEVICES
from solver.devices.occupancy import occupancy
from solver.wire.layout import Layout
from solver.wire.manifest import Manifest


def make_bundle(manifest: Manifest, layout: Layout, *, time_limit_s: float = 600.0) -> Bundle:
    """Compiles the probe for the manifest's architecture. Raises HardwareError where there is nothing to probe or the
    compiler fails: `rule` is then the finding's that level compiled would have."""
    architecture = manifest.target.compute_capability
    try:
        prepared = prepare(manifest, layout, None)
    except NotProbedError as error:
        raise HardwareError(error.finding.rule, error.finding.message) from error
    plan = of_whole_block(prepared.plan)
    request = {
        "allocators": prepared.allocators,
        "kernel": prepared.kernel,
        "elements": list(plan.calls.elements),
        "architecture": architecture,
        "threads": plan.shape.threads,
        "with_cubin": True,
    }
    try:
        answer = ask(
            "gpu_runtime.probe.compile", request, time_limit_s=time_limit_s, environment={"NUMBA_ENABLE_CUDASIM": "0"}
        )
    except ChildError as error:
        raise HardwareError(f"compiler-{error.reason}", str(error)) from error
    if "error" in answer:
        raise HardwareError(answer["error"]["rule"], f"{answer['error']['message']}\n{answer['error']['log']}".rstrip())
    figures = answer["figures"]
    resident = occupancy(
        DEVICES[architecture],
        threads=plan.shape.threads,
        registers_per_thread=figures["registers"],
        static_shared_bytes=figures["static_shared_bytes"],
        dynamic_shared_bytes=plan.shape.dynamic_bytes,
        carveout=manifest.target.carveout,
    )
    return Bundle(
        manifest_sha256=manifest.sha256,
        layout_sha256=layout.sha256,
        architecture=architecture,
        entry=figures["entry"],
        cubin=base64.b64decode(answer["cubin"]),
        carveout=manifest.target.carveout,
        predicted={
            "registers": figures["registers"],
            "static_shared_bytes": figures["static_shared_bytes"],
            "stack_bytes": figures["stack_bytes"],
            "max_threads": figures["max_threads"],
            "blocks_per_sm": resident.blocks_per_sm,
        },
        toolchain=answer["toolchain"],
        plan=arrays(plan, manifest, layout),
    )
