"""The tasks of a child process, as functions from a JSON request to a JSON answer.

Heavy packages are imported inside the functions, because the worker loads this module too and must not load them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from warpack.service.jobs.child_tasks.devices import bundle_for
from warpack.service.jobs.child_tasks.no_verdict import no_verdict
from warpack.service.jobs.children.main import Line

if TYPE_CHECKING:
    from warpack.solver.recipe import Progress
    from warpack.solver.wire.manifest import Manifest

Request = dict[str, Any]
Cancelled = Callable[[], bool]


def solve(request: bytes, cancelled: Cancelled) -> bytes:
    """Request: `manifest` (text) and `time_limit_s`. Answer: the layout without a name, and the figures of it that the
    store keeps; or `problems`, if the search finds that no layout can give what the manifest asks for. Each better
    packing is told on the way."""
    asked: Request = json.loads(request)
    return _to_json(_solved(_manifest(asked), asked["time_limit_s"], cancelled, _teller(cancelled)))


def validate(request: bytes, _cancelled: Cancelled) -> bytes:
    """Request: `manifest`, `layout` (texts), `required` and `with_bundle`. Answer: the verdict; if it passed, also the
    layout with the verdict in it, and the allocators. Level hardware is left to a worker with the GPU; `with_bundle`
    asks for the `bundle` that such a worker needs. A signal cancels it, because compilers cannot be asked to stop."""
    asked: Request = json.loads(request)
    return _to_json(_validated(_manifest(asked), asked["layout"], asked["required"], asked["with_bundle"]))


def solve_and_verify(request: bytes, cancelled: Cancelled) -> bytes:
    """Both at once for level static. Request: that of `solve`. Answer: `solved`, the answer of `solve`, and
    `validated`, the answer of `validate`, or None if there is no layout to validate."""
    asked: Request = json.loads(request)
    manifest = _manifest(asked)
    solved = _solved(manifest, asked["time_limit_s"], cancelled)
    no_layout = "problems" in solved or solved["status"] == "infeasible"
    validated = None if no_layout else _validated(manifest, solved["document"], "static", False)
    return _to_json({"solved": solved, "validated": validated})


def _manifest(asked: Request) -> Manifest:
    from warpack.solver import load_manifest

    return replace(load_manifest(asked["manifest"].encode()), name="")


def _teller(line: Cancelled) -> Callable[[Progress], None] | None:
    """A function that tells the worker each better packing and bound, as JSON; None if nobody listens."""
    if not isinstance(line, Line):
        return None
    return lambda progress: line.tell(json.dumps(asdict(progress)).encode())


def _solved(
    manifest: Manifest,
    time_limit_s: float,
    cancelled: Cancelled,
    on_progress: Callable[[Progress], None] | None = None,
) -> dict[str, Any]:
    from warpack.solver import ManifestError, optimize

    options = replace(manifest.solver, time_limit_s=time_limit_s)
    try:
        layout = optimize(replace(manifest, solver=options), cancelled=cancelled, on_progress=on_progress)
    except ManifestError as error:
        return {"problems": [problem.to_json() for problem in error.problems]}
    return {
        "status": layout.status,
        "layout_sha256": layout.sha256,
        "minimum_budget_bytes": layout.minimum_budget_bytes,
        "document": layout.model_dump_json(),
    }


def _validated(manifest: Manifest, document: str, required: Any, with_bundle: bool) -> dict[str, Any]:
    """Validates the layout as it is handed out: it is read from its text."""
    from warpack.gpu_runtime.emitters import emit_files
    from warpack.gpu_runtime.validation import validate_up_to
    from warpack.solver import read_layout

    manifest = replace(manifest, validation=required)
    layout = read_layout(document.encode())
    here: Any = "simulated" if required == "hardware" else required
    validation = replace(validate_up_to(manifest, layout, here), required=required)
    no_verdict(*validation.reports)
    bundle = None
    if with_bundle and all(report["passed"] for report in validation.reports):
        bundle, refusal = bundle_for(manifest, layout)
        if refusal is not None:
            no_verdict(refusal.to_json())
        if refusal is not None and required == "hardware":
            validation = replace(validation, reports=(*validation.reports, refusal.to_json()))
    passed = all(report["passed"] for report in validation.reports)
    validated = layout.with_validation(validation)
    return {
        "level": validation.level,
        "passed": passed,
        "bundle": bundle,
        "reports": list(validation.reports),
        "document": validated.model_dump_json() if passed else None,
        "artefacts": emit_files(validated, manifest) if passed else {},
    }


def _to_json(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False).encode()
