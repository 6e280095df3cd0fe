"""Makes bundles: the compiling side, which needs the extra `gpu` and no GPU."""

from __future__ import annotations

import base64
from collections.abc import Callable

from warpack.gpu_runtime.child_process import ChildError
from warpack.gpu_runtime.compiler.architectures import chosen
from warpack.gpu_runtime.emitters import EmitError
from warpack.gpu_runtime.hardware.bundle import Bundle
from warpack.gpu_runtime.hardware.errors import HardwareError
from warpack.gpu_runtime.hardware.whole_block import of_whole_block
from warpack.gpu_runtime.probe.backends.compiled_level import compile_answer, compile_request
from warpack.gpu_runtime.probe.backends.prepared import NotProbedError, Prepared, prepare
from warpack.gpu_runtime.probe.plan.plan_as_json import arrays
from warpack.solver.devices import DEVICES
from warpack.solver.devices.occupancy import occupancy
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest


def make_bundle(
    manifest: Manifest,
    layout: Layout,
    *,
    time_limit_s: float = 600.0,
    planned: Callable[[], Prepared] | None = None,
) -> Bundle:
    """Compiles the probe for the manifest's architecture; after level compiled its machine code is in the cache.
    `planned` returns the probe of this manifest and layout, which another level may have planned already
    (NotProbedError as from `prepare`). Raises HardwareError where there is nothing to probe or the compiler fails:
    `rule` is then the one that level compiled would report."""
    architecture = manifest.target.compute_capability
    try:
        prepared = planned() if planned is not None else prepare(manifest, layout, None)
        request = compile_request(manifest, layout, prepared, chosen("own", architecture))
    except NotProbedError as error:
        raise HardwareError(error.finding.rule, error.finding.message) from error
    except EmitError as error:
        raise HardwareError("emit-refused", str(error)) from error
    plan = of_whole_block(prepared.plan)
    try:
        answer = compile_answer(request | {"with_cubin": True}, time_limit_s)
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
