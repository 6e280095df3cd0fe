"""The two tasks of a child process, as functions from a JSON request to a JSON answer.

Heavy packages are imported inside: this module is loaded by the worker too, which must stay free of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from warpack.service.jobs.device_tasks import bundle_for

Request = dict[str, Any]


def solve(request: bytes, cancelled: Callable[[], bool]) -> bytes:
    """Request: `manifest` (text) and `time_limit_s`. Answer: the layout, unnamed, and the figures the store keeps of
    it; or `problems`, where the search finds that the manifest asks for what no layout can give."""
    from warpack.solver import ManifestError, load_manifest, optimize

    asked: Request = json.loads(request)
    manifest = load_manifest(asked["manifest"].encode())
    options = replace(manifest.solver, time_limit_s=asked["time_limit_s"])
    try:
        layout = optimize(replace(manifest, name="", solver=options), cancelled=cancelled)
    except ManifestError as error:
        return _to_json(problems=[problem.to_json() for problem in error.problems])
    return _to_json(
        status=layout.status,
        layout_sha256=layout.sha256,
        minimum_budget_bytes=layout.minimum_budget_bytes,
        document=layout.model_dump_json(),
    )


def validate(request: bytes, cancelled: Callable[[], bool]) -> bytes:
    """Request: `manifest`, `layout` (texts), `required` and `with_bundle`. Answer: the verdict, and where it passed the
    layout with it and the allocators. Level hardware is left to a worker that has the GPU: `with_bundle` asks for the
    `bundle` that it needs. Cancelling is left to a signal: compilers cannot be asked to stop."""
    from warpack.gpu_runtime.emitters import emit_files
    from warpack.gpu_runtime.validation import validate_up_to
    from warpack.solver import load_manifest, read_layout

    asked: Request = json.loads(request)
    manifest = replace(load_manifest(asked["manifest"].encode()), name="", validation=asked["required"])
    layout = read_layout(asked["layout"].encode())
    here: Any = "simulated" if asked["required"] == "hardware" else asked["required"]
    validation = replace(validate_up_to(manifest, layout, here), required=asked["required"])
    bundle = None
    if asked["with_bundle"] and all(report["passed"] for report in validation.reports):
        bundle, refusal = bundle_for(manifest, layout)
        if refusal is not None and asked["required"] == "hardware":
            validation = replace(validation, reports=(*validation.reports, refusal.to_json()))
    passed = all(report["passed"] for report in validation.reports)
    validated = layout.with_validation(validation)
    return _to_json(
        level=validation.level,
        passed=passed,
        bundle=bundle,
        reports=list(validation.reports),
        document=validated.model_dump_json() if passed else None,
        artefacts=emit_files(validated, manifest) if passed else {},
    )


def _to_json(**values: Any) -> bytes:
    return json.dumps(values, ensure_ascii=False).encode()
