"""Level `hardware`, the parent's side: has a bundle run on the device, and makes a report of the outcome.

`run_on_hardware` is the only place where reports of this level are made, and a device that is not real never gets one
that passed. `walk_host_path` runs the same code on a stand-in for the driver, for tests; what it returns is not a
report.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal

from warpack.gpu_runtime.child_process import ChildError
from warpack.gpu_runtime.hardware.bundle import Bundle
from warpack.gpu_runtime.hardware.device_query import refusal
from warpack.gpu_runtime.hardware.driver_process import ask
from warpack.gpu_runtime.hardware.errors import HardwareError
from warpack.gpu_runtime.hardware.sanitizer import TOOLS, find_sanitizer, sanitize
from warpack.gpu_runtime.hardware.whole_block import of_whole_block
from warpack.gpu_runtime.probe.checks.catalogue import CHECKS, by_check
from warpack.gpu_runtime.probe.plan.plan_as_json import arrays
from warpack.gpu_runtime.probe.plan.probe_plan import Plan, plan_probe
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.report import Finding, ValidationReport

_CHILD = "warpack.gpu_runtime.hardware.execute_child"
_SLOWER_UNDER_SANITIZER = 10.0
CHECKED = (
    "completed", "coverage", "lengths", "numbering", "contents", "zeros", "image", "guards", "finished", "words"
)  # fmt: skip
"""The checks of the probe that a device takes part in. The others are of the text, the plan, or other back ends."""

_DID_NOT_RUN = ("load-failed", "out-of-memory", "wrong-architecture")
"""What prevents a device from running the probe, and says nothing about the layout."""

_CHECKS = [check for check in CHECKS if check.name in CHECKED]

NOTE = "registers, local bytes and occupancy are those of the probe kernel, not of the kernel that uses the layout"


@dataclass(frozen=True)
class HostPathTest:
    """What the host's side did with a device that may not be real. It is evidence about this program, never about a
    layout."""

    findings: tuple[Finding, ...]
    detail: dict[str, Any]
    level: Literal["none"] = "none"
    kind: Literal["host-path test"] = "host-path test"


def run_on_hardware(
    manifest: Manifest,
    layout: Layout,
    bundle: Bundle,
    *,
    ordinal: int = 0,
    sanitizer: bool = False,
    time_limit_s: float = 600.0,
) -> ValidationReport:
    """Runs the probe on device `ordinal`, in a process of its own; whatever goes wrong is a finding. With `sanitizer`,
    three times more under compute-sanitizer, each with ten times the limit.

    `detail`: `device` (name, UUID, driver), `kernel` (predicted, measured, differences), what was checked, `sanitizer`.
    """
    began = perf_counter()
    findings, detail = _run(manifest, layout, bundle, ordinal, sanitizer, time_limit_s, host_path_test=False)
    return ValidationReport("hardware", not findings, findings, detail, round(perf_counter() - began, 3))


def walk_host_path(
    manifest: Manifest,
    layout: Layout,
    bundle: Bundle,
    *,
    ordinal: int = 0,
    sanitizer: bool = False,
    time_limit_s: float = 600.0,
) -> HostPathTest:
    """The same on whatever libcuda is loaded. For tests of this program, which have no GPU."""
    return HostPathTest(*_run(manifest, layout, bundle, ordinal, sanitizer, time_limit_s, host_path_test=True))


def _run(
    manifest: Manifest, layout: Layout, bundle: Bundle, ordinal: int, sanitizer: bool, time_limit_s: float, *,
    host_path_test: bool,
) -> tuple[tuple[Finding, ...], dict[str, Any]]:  # fmt: skip
    detail: dict[str, Any] = {"ran": False, "architecture": bundle.architecture}
    try:
        plan = _plan_of(manifest, layout, bundle)
        if sanitizer:
            find_sanitizer()
        request = {
            "bundle": bundle.to_text(),
            "ordinal": ordinal,
            "host_path_test": host_path_test,
            "time_limit_s": time_limit_s,
        }
        _, answer = ask(_CHILD, request, time_limit_s=time_limit_s)
        if answer["error"] is not None:
            raise HardwareError(answer["error"]["rule"], answer["error"]["message"])
        detail["device"] = answer["device"]
        if not host_path_test and (answer["objections"] or not answer["real"]):
            raise HardwareError("device-not-real", refusal(answer["device"]["name"], tuple(answer["objections"])))
        ran = answer["ran"]
        checked = _checked(plan, bundle, ran)
        detail |= _seen(plan, bundle, ran, checked)
        findings = tuple(_findings(ran, checked))
        if sanitizer and not findings:
            detail["sanitizer"] = [
                sanitize(_CHILD, _longer(request), tool, time_limit_s=time_limit_s * _SLOWER_UNDER_SANITIZER)
                for tool in TOOLS
            ]
            findings = tuple(_sanitized(detail["sanitizer"]))
    except HardwareError as error:
        return (Finding(error.rule, str(error)),), detail
    except ChildError as error:
        return (Finding(f"device-{error.reason}", str(error)),), detail
    return findings, detail


def _plan_of(manifest: Manifest, layout: Layout, bundle: Bundle) -> Plan:
    """The plan, made anew: findings are worded with it, and a bundle that was made for anything else is refused."""
    if (bundle.manifest_sha256, bundle.layout_sha256) != (manifest.sha256, layout.sha256):
        raise HardwareError("bundle-mismatch", "the bundle was made for another manifest or another layout")
    if layout.launch is None:
        raise HardwareError("nothing-to-probe", "the layout is infeasible: it places nothing")
    plan = of_whole_block(plan_probe(manifest, layout))
    if json.dumps(arrays(plan, manifest, layout)) != json.dumps(bundle.plan):
        raise HardwareError("bundle-mismatch", "the bundle's plan is not this version's: make the bundle anew")
    return plan


def _longer(request: dict[str, Any]) -> dict[str, Any]:
    return request | {"time_limit_s": request["time_limit_s"] * _SLOWER_UNDER_SANITIZER}


def _checked(plan: Plan, bundle: Bundle, ran: dict[str, Any]) -> dict[str, tuple[Finding, ...]]:
    """What each check found, by the same code as for the simulator."""
    asked = bundle.plan["passes"] if ran["error"] is None else None
    answer = {"error": None, "views": None, "passes": ran["passes"], "asked": asked}
    return {check.name: found for check, found in by_check(plan, answer, _CHECKS)}


def _findings(ran: dict[str, Any], checked: dict[str, tuple[Finding, ...]]) -> Iterator[Finding]:
    if ran["error"] is not None:
        yield Finding(ran["error"]["rule"], ran["error"]["message"])
    for found in checked.values():
        yield from found
    if ran["threads_unfinished"]:
        yield Finding("threads-unfinished", f"{ran['threads_unfinished']} threads did not come to their end")
    if ran["guards_broken"]:
        yield Finding("guards-broken", f"bytes beside the arrays {', '.join(ran['guards_broken'])} were overwritten")


def _sanitized(results: list[dict[str, Any]]) -> Iterator[Finding]:
    for result in results:
        if result["errors"]:
            yield Finding("sanitizer-errors", f"{result['tool']} found {result['errors']} errors\n{result['log']}")


def _seen(plan: Plan, bundle: Bundle, ran: dict[str, Any], checked: dict[str, tuple[Finding, ...]]) -> dict[str, Any]:
    done = ran["passes"]
    images = [one["image"] for one in done if one["image"] is not None]
    launches = sum(one["launches"] for one in done)
    shape = plan.shape
    return {
        "ran": ran["error"] is None or ran["error"]["rule"] not in _DID_NOT_RUN,
        "kernel": ran["kernel"],
        "note": NOTE,
        "toolchain": dict(bundle.toolchain),
        "checks": {
            check.name: {"what": check.what, "ran": True, "findings": len(checked[check.name])} for check in _CHECKS
        },
        "conflict_edges": plan.edges.count,
        "conflict_edges_covered": plan.edges_covered,
        "passes": len(done),
        "passes_planned": len(bundle.plan["passes"]),
        "launches": launches,
        "blocks": len(shape.active),
        "threads_per_block": shape.threads,
        "runs_probed": len(shape.slots),
        "runs_in_last_block": shape.active[-1],
        "threads_probed_per_run": shape.lanes,
        "dynamic_shared_bytes": shape.dynamic_bytes,
        "threads_started": launches * len(shape.active) * shape.threads,
        "threads_unfinished": ran["threads_unfinished"],
        "words_checked": sum(one["words"] for one in done),
        "words_planned": sum(plan.words_per_pass[one["script"]] * one["launches"] for one in done),
        "image_bytes_checked": sum(image["bytes"] for image in images),
        "image_bytes_wrong": sum(image["wrong"] for image in images),
        "guard_bytes_checked": sum(one["guards"]["bytes"] for one in done if one["guards"] is not None),
    }
