"""The task of a GPU worker's child, and the bundle that a compiling worker's child makes for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from warpack.service.jobs.child_tasks.no_verdict import no_verdict
from warpack.solver.wire.layout import Layout, Validation
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.report import Finding, ValidationReport


def bundle_for(manifest: Manifest, layout: Layout) -> tuple[str | None, ValidationReport | None]:
    """The bundle as text, or a report of level hardware that says why there is none."""
    from warpack.gpu_runtime.hardware.bundle_maker import make_bundle
    from warpack.gpu_runtime.hardware.errors import HardwareError

    try:
        return make_bundle(manifest, layout).to_text(), None
    except HardwareError as error:
        return None, ValidationReport("hardware", False, (Finding(error.rule, str(error)),), {"ran": False}, 0.0)


def validate_on_device(request: bytes, cancelled: Callable[[], bool]) -> bytes:
    """Request: `manifest`, `layout`, `bundle` (texts), `required`, `reports` of the levels below, `ordinal` of the
    device, `sanitizer` and `time_limit_s`. Answer: that of `solves.validate`, with the one new report, and with `ran`:
    whether the device could run the probe at all. A signal cancels it."""
    from warpack.gpu_runtime.hardware.bundle import BundleFormatError, read_bundle
    from warpack.gpu_runtime.hardware.hardware_level import run_on_hardware
    from warpack.solver import load_manifest, read_layout

    asked: dict[str, Any] = json.loads(request)
    manifest = replace(load_manifest(asked["manifest"].encode()), name="", validation=asked["required"])
    layout = read_layout(asked["layout"].encode())
    try:
        report = run_on_hardware(
            manifest,
            layout,
            read_bundle(asked["bundle"]),
            ordinal=asked["ordinal"],
            sanitizer=asked["sanitizer"],
            time_limit_s=asked["time_limit_s"],
        )
    except BundleFormatError as error:
        report = ValidationReport("hardware", False, (Finding("bad-bundle", str(error)),), {"ran": False}, 0.0)
    no_verdict(report.to_json())
    reports = (*asked["reports"], report.to_json())
    validated = layout.with_validation(Validation(asked["required"], "hardware", reports))
    answer = {
        "level": "hardware" if report.passed else "simulated",
        "passed": report.passed,
        "ran": report.detail["ran"],
        "reports": [report.to_json()],
        "document": validated.model_dump_json() if report.passed else None,
        "artefacts": {},
    }
    return json.dumps(answer, ensure_ascii=False).encode()
