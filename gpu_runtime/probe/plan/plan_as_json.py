"""A plan as JSON values: the input of a back end in another process, or on another machine."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from warpack.gpu_runtime.probe.kernel.abi import KINDS
from warpack.gpu_runtime.probe.kernel.instructions import flat
from warpack.gpu_runtime.probe.plan.expected_views import views_of
from warpack.gpu_runtime.probe.plan.launch_shape import places_of
from warpack.gpu_runtime.probe.plan.probe_plan import Plan
from warpack.gpu_runtime.probe.plan.script import Script
from warpack.gpu_runtime.probe.ways.thread_teams import EVERYBODY
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest


def passes(plan: Plan) -> list[dict[str, Any]]:
    """What a back end runs, in order: the rows of a script in one of the three ways."""
    return [
        {"script": number, "kind": kind, "way": script.way + 1, "lingering": script.group.lingering}
        for number, script in enumerate(plan.scripts)
        for kind in KINDS
    ]


def arrays(plan: Plan, manifest: Manifest, layout: Layout) -> dict[str, Any]:
    """The plan as JSON values: what `simulate` reads."""
    shape, teams = plan.shape, plan.teams
    return {
        "scripts": [_script(plan, script) for script in plan.scripts],
        "passes": passes(plan),
        "shape": asdict(shape),
        "started": list(shape.started),
        "slot_of_run": shape.slot_of_run(),
        "windows": [list(window) for window in shape.windows],
        "teams": [sorted(teams.members(team)) for team in range(len(teams))],
        "places": [number for team in range(len(teams)) for number in places_of(teams, shape.workers, team)],
        "prime": plan.prime,
        "multipliers": list(plan.multipliers),
        "elements": list(plan.calls.elements),
        "entry_zeros": _entry_zeros(plan),
        "asynchronous": [cell.index for cell in plan.cells if cell.piece.asynchronous],
        "views": views_of(plan.calls, manifest, layout),
    }


def _script(plan: Plan, script: Script) -> dict[str, Any]:
    """`waits`: for each step the barriers before it, each as [scope, team, whether fenced]; after the last step the
    probe's own barrier."""
    offsets = [0]
    for rows in script.steps:
        offsets.append(offsets[-1] + len(rows))
    waits = [list(map(list, step.waits)) for step in plan.ways[script.way]]
    return {
        "rows": flat(row for rows in script.steps for row in rows),
        "offsets": offsets,
        "waits": [*waits, [["block", EVERYBODY, True]]],
    }


def _entry_zeros(plan: Plan) -> list[list[int]]:
    """[1 for block scope, address, bytes] of all that `init` zeroes in shared memory, as the layout places it."""
    return [
        [int(cell.region == "block"), start, end - start]
        for cell in plan.cells
        if cell.region in ("run", "block") and any(plan.getters[name].at_entry for name, _ in cell.getters)
        for start, end in cell.slot_bytes
    ]
