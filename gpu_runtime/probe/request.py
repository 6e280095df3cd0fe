"""A plan as JSON values: what a back end in another process, or on another machine, is handed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from gpu_runtime.probe.abi import KINDS
from gpu_runtime.probe.plan import Plan
from gpu_runtime.probe.rows import flat
from gpu_runtime.probe.views import views_of
from solver.wire.layout import Layout
from solver.wire.manifest import Manifest


def passes(plan: Plan) -> list[dict[str, Any]]:
    """What a back end runs, in order: the rows of a script in one of the three ways."""
    return [
        {"script": number, "kind": kind, "lingering": script.group.lingering}
        for number, script in enumerate(plan.scripts)
        for kind in KINDS
    ]


def arrays(plan: Plan, manifest: Manifest, layout: Layout) -> dict[str, Any]:
    """The plan as JSON values: what `simulate` reads."""
    scripts = []
    for script in plan.scripts:
        offsets = [0]
        for rows in script.steps:
            offsets.append(offsets[-1] + len(rows))
        scripts.append({"rows": flat(row for rows in script.steps for row in rows), "offsets": offsets})
    return {
        "scripts": scripts,
        "passes": passes(plan),
        "barriers": plan.barrier_codes(),
        "shape": asdict(plan.shape),
        "started": list(plan.shape.started),
        "slot_of_run": plan.shape.slot_of_run(),
        "windows": [list(window) for window in plan.shape.windows],
        "prime": plan.prime,
        "multipliers": list(plan.multipliers),
        "elements": list(plan.calls.elements),
        "entry_zeros": _entry_zeros(plan),
        "views": views_of(plan.calls, manifest, layout),
    }


def _entry_zeros(plan: Plan) -> list[list[int]]:
    """[1 for block scope, address, bytes] of all that `init` zeroes in shared memory, as the layout places it."""
    return [
        [int(cell.region == "block"), cell.offset_bytes, cell.end_bytes - cell.offset_bytes]
        for cell in plan.cells
        if cell.region in ("run", "block") and any(plan.calls.getters[name].at_entry for name, _ in cell.getters)
    ]
