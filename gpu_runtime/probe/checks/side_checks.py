"""The checks outside a probe's passes: of the text, the getters' addresses and the plan, and on the CPU target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from warpack.gpu_runtime.probe.checks.messages import Answer, cells_at, in_region, phase_at, region_of, row_at
from warpack.gpu_runtime.probe.kernel.abi import KINDS
from warpack.gpu_runtime.probe.kernel.instructions import Op, Sharing
from warpack.gpu_runtime.probe.plan.conflict_edges import bits
from warpack.gpu_runtime.probe.plan.probe_plan import Plan
from warpack.gpu_runtime.probe.plan.script import Script, uncovered
from warpack.solver.wire.report import Finding


def completed(plan: Plan, answer: Answer) -> Iterator[Finding]:
    """The back end ended without an exception, and ran as many passes as it was asked for."""
    told, asked = answer["error"], answer.get("asked")
    if told is not None:
        where = "while the getters were called" if told["during"] < 0 else f"in pass {told['during'] + 1}"
        yield Finding("simulator-error", f"{told['message']} ({where})\n{''.join(told['trace'])}")
    elif asked is not None and len(answer["passes"]) != len(asked):
        yield Finding("passes-missed", f"{len(answer['passes'])} of {len(asked)} passes were run")


def coverage(plan: Plan, answer: Answer) -> Iterator[Finding]:
    """Every conflict edge is covered by scripts that are run in each of the three ways."""
    asked = answer.get("asked")
    if asked is None:
        return
    whole = [
        script
        for number, script in enumerate(plan.scripts)
        if {one["kind"] for one in asked if one["script"] == number} == set(KINDS)
    ]
    left = uncovered(plan.edges.conflicts, whole)
    pairs = [(index, other) for index, mask in enumerate(left) for other in bits(mask) if index < other]
    if pairs or len(whole) != len(plan.scripts):
        names = tuple(plan.cells[index].name for pair in pairs[:4] for index in pair)
        yield Finding(
            "edges-uncovered",
            f"{len(plan.scripts) - len(whole)} groups of buffers are not run in every way; {len(pairs)} of {plan.edges.count} "
            "conflict edges are not covered",
            tuple(dict.fromkeys(names)),
        )


def constants(plan: Plan, answer: Answer) -> Iterator[Finding]:
    for one in answer.get("constants") or ():
        yield Finding(
            "constant-differs", f"{one['name']} is {one['said']} in the emitted text, {one['right']} by the layout"
        )


def limits(plan: Plan, answer: Answer) -> Iterator[Finding]:
    for message in answer.get("limits") or ():
        yield Finding("over-limit", message)


def addresses(plan: Plan, answer: Answer) -> Iterator[Finding]:
    if answer["views"] is not None:
        yield from _views(plan, answer["views"])


def _views(plan: Plan, views: Mapping[str, Any]) -> Iterator[Finding]:
    for view in views["examples"]:
        getter = plan.calls.getters[plan.calls.names[view["ref"]]]
        size = plan.calls.itemsize(view["ref"]) * getter.count
        want = view["want"]
        start, end = in_region(plan, getter.region, want, want + size)
        yield Finding(
            "view-misplaced",
            f"{getter.name} of run {view['run']}: its getter returns {view['count']} elements from byte {view['start']} of "
            f"dynamic shared memory on, the layout says {getter.count} from byte {want} on "
            f"({views['wrong']} such views)",
            buffers=(getter.name,),
            region=getter.region,
            start_bytes=start,
            end_bytes=end,
        )


def shadow(plan: Plan, answer: Answer) -> Iterator[Finding]:
    seen = answer.get("shadow")
    if not seen:
        return
    for example in seen["examples"]:
        region, byte = region_of(plan, example["byte"])
        phase = phase_at(plan, plan.scripts[example["script"]], example["step"])
        names = {plan.cells[index].name for index in (example["cell"], example["other_cell"]) if index >= 0}
        other = "several others" if example["other_thread"] < 0 else f"thread {example['other_thread']}"
        yield Finding(
            "unordered-access",
            f"thread {example['thread']} and {other} touch byte {example['byte']} in phase {plan.story.phase_names[phase]!r} "
            f"with no barrier between that covers both (elements shared out {example['order']}; {seen['wrong']} in all)",
            buffers=tuple(sorted(names)),
            region=region,
            start_bytes=byte,
            end_bytes=byte + 1,
            phase=phase,
            phase_name=plan.story.phase_names[phase],
        )


def cpu_target(plan: Plan, answer: Answer) -> Iterator[Finding]:
    seen = answer.get("cpu")
    if not seen:
        return
    if seen["error"] is not None:
        yield Finding("cpu-target-error", f"{seen['error']['message']}\n{''.join(seen['error']['trace'])}")
        return
    for example in seen["examples"]:
        yield _on_cpu(plan, example)
    for what in ("wrong", "misfits", "image_wrong"):
        if seen[what] and not seen["examples"]:
            yield Finding("cpu-target-differs", f"on the CPU target: {what.replace('_', ' ')} {seen[what]} times")
    words = sum(_words_of_block(plan, script) for script in plan.scripts)
    if seen["words"] != words:
        yield Finding(
            "cpu-target-differs", f"on the CPU target {seen['words']} elements were checked, the plan has {words}"
        )


def _on_cpu(plan: Plan, example: Mapping[str, int]) -> Finding:
    if "byte" in example:
        region, byte = region_of(plan, example["byte"])
        cells = cells_at(plan, example["byte"])
        name = plan.story.phase_names[phase_at(plan, plan.scripts[example["script"]], example["step"])]
        message = (
            f"on the CPU target, byte {example['byte']} is {example['got']:#04x} after phase {name!r}, by the layout it must "
            f"be {example['want']:#04x}"
        )
        return Finding("cpu-target-differs", message, cells, region, byte, byte + 1)
    row = row_at(plan.scripts[example["script"]], example["row"])
    cell = plan.cells[row.cell]
    message = f"on the CPU target, element {example['element']} of {cell.name} is lost (thread {example['thread']})"
    return Finding("cpu-target-differs", message, (cell.name,), cell.region)


def _words_of_block(plan: Plan, script: Script) -> int:
    """Elements of shared memory that a whole block checks in one pass."""
    return sum(
        row.count * (len(plan.teams.runs(row.team)) if row.sharing == Sharing.RUN else 1)
        for rows in script.steps
        for row in rows
        if row.op == Op.CHECK and row.sharing != Sharing.THREAD
    )
