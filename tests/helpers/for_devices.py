"""Jobs that a GPU has to go on with, and what a worker finds of them, without one."""

from __future__ import annotations

import json
from typing import Any

from warpack.service.api.documentation.example_layout import LAYOUT, MANIFEST
from warpack.service.store import Store
from warpack.service.store.records import Order, Task
from warpack.service.store.solves import SolvedLayout
from warpack.service.store.validations import Verdict
from warpack.solver import load_manifest, read_layout

ARCHITECTURE = load_manifest(MANIFEST).target.compute_capability
BUNDLE = "a bundle"


def report(level: str, *, passed: bool = True, ran: bool = True) -> dict[str, Any]:
    findings = [] if passed else [{"rule": "contents", "message": "one byte is wrong", "buffers": []}]
    return {"level": level, "passed": passed, "findings": findings, "detail": {"ran": ran}, "seconds": 0.1}


def found_on_device(*, passed: bool = True, ran: bool = True) -> dict[str, Any]:
    """The answer of `child_tasks.devices.validate_on_device`."""
    return {
        "level": "hardware" if passed else "simulated",
        "passed": passed,
        "ran": ran,
        "reports": [report("hardware", passed=passed, ran=ran)],
        "document": None,
        "artefacts": {},
    }


def posted(store: Store, required: str, *, time_limit_s: float = 5.0) -> tuple[str, Task]:
    """A job of the example. With a longer limit than the one before it has a solve of its own."""
    manifest = load_manifest(MANIFEST)
    document = json.dumps(MANIFEST | {"validation": required})
    order = Order("n", manifest.sha256, document, required, time_limit_s, compute_capability=ARCHITECTURE)
    taken = store.jobs.take(order)
    assert taken.task is not None
    return taken.job_id, taken.task


def solved(store: Store, task: Task) -> Task:
    """The validation that follows."""
    claim = store.solves.claim(task, "w")
    assert claim is not None
    layout = SolvedLayout("feasible", read_layout(LAYOUT).sha256, None, json.dumps(LAYOUT))
    follows = store.solves.deliver(claim, layout)
    assert follows
    return follows[0]


def left_to_a_device(store: Store, task: Task) -> Task:
    """Once the validation has passed what needs no GPU."""
    claim = store.validations.claim(task, "w")
    assert claim is not None
    reports = tuple(report(level) for level in ("static", "compiled", "simulated"))
    follows = store.validations.hand_over(claim, Verdict("simulated", reports, "{}", {"allocators.py": "code"}), BUNDLE)
    assert follows is not None
    return follows
