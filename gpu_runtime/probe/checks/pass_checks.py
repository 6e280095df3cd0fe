"""The checks that a probe's passes make, each as findings that name buffers, bytes and phases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from warpack.gpu_runtime.probe.checks.messages import Answer, cells_at, phase_at, region_of, row_at, who
from warpack.gpu_runtime.probe.kernel.instructions import Op
from warpack.gpu_runtime.probe.plan.probe_plan import Plan
from warpack.gpu_runtime.probe.plan.script import Script
from warpack.solver.wire.report import Finding


def contents(plan: Plan, answer: Answer) -> Iterator[Finding]:
    yield from _of_rows(plan, answer, zero=False)


def zeros(plan: Plan, answer: Answer) -> Iterator[Finding]:
    yield from _of_rows(plan, answer, zero=True)


def _of_rows(plan: Plan, answer: Answer, *, zero: bool) -> Iterator[Finding]:
    for one, name in _passes(answer):
        script = plan.scripts[one["script"]]
        for fault in one["faults"]:
            if fault["row"] >= 0 and (row_at(script, fault["row"]).op == Op.CHECK_ZERO) == zero:
                yield _contents(plan, script, name, fault)


def lengths(plan: Plan, answer: Answer) -> Iterator[Finding]:
    for one, name in _passes(answer):
        for fault in one["faults"]:
            if fault["misfits"]:
                message = f"{name}: {who(fault)} was handed views of a wrong length {fault['misfits']} times"
                yield Finding("view-length", message)


def numbering(plan: Plan, answer: Answer) -> Iterator[Finding]:
    for one, name in _passes(answer):
        for fault in one["faults"]:
            if fault["numbering"]:
                message = f"{name}: thread_in_block, run_in_block or lane_in_run is wrong in {who(fault)}"
                yield Finding("thread-numbering", message)


def image(plan: Plan, answer: Answer) -> Iterator[Finding]:
    for one, name in _passes(answer):
        if one["image"] is not None:
            for example in one["image"]["examples"]:
                yield _image(plan, plan.scripts[one["script"]], name, example, one["image"]["wrong"])


def guards(plan: Plan, answer: Answer) -> Iterator[Finding]:
    for one, name in _passes(answer):
        for example in (one.get("guards") or {}).get("examples", ()):
            yield Finding(
                "guard-overwritten",
                f"{name}: guard byte {example['byte']} of block {example['block']}, behind the layout's "
                f"{plan.shape.dynamic_bytes} bytes, is {example['got']:#04x} instead of {example['want']:#04x}",
            )


def finished(plan: Plan, answer: Answer) -> Iterator[Finding]:
    for one, name in _passes(answer):
        threads = len(plan.shape.started) * len(plan.shape.active) * one["launches"]
        if one["finished"] != threads:
            message = f"{name}: {one['finished']} of {threads} threads came to their end"
            yield Finding("threads-unfinished", message)


def words(plan: Plan, answer: Answer) -> Iterator[Finding]:
    for one, name in _passes(answer):
        right = plan.words_per_pass[one["script"]] * one["launches"]
        if one["words"] != right:
            yield Finding("words-missed", f"{name}: {one['words']} elements were checked, the plan has {right}")


def _passes(answer: Answer) -> Iterator[tuple[Mapping[str, Any], str]]:
    for one in answer["passes"]:
        yield one, f"lingering pass {one['kind']}" if one["lingering"] else f"pass {one['kind']}, way {one['way']}"


def _contents(plan: Plan, script: Script, name: str, fault: Mapping[str, int]) -> Finding:
    row = row_at(script, fault["row"])
    cell = plan.cells[row.cell]
    phase = phase_at(plan, script, fault["step"])
    start = row.address + fault["element"] * row.itemsize
    what = (
        f"element {row.first + fault['element']} of {cell.name} does not read zero"
        if row.op == Op.CHECK_ZERO
        else f"element {row.first + fault['element']} of {cell.name} does not hold what was written"
    )
    others = [other.name for other in plan.cells if other is not cell and plan.windows.overlap(other, cell)]
    return Finding(
        "zero-missing" if row.op == Op.CHECK_ZERO else "contents-lost",
        f"{name}: {what} in phase {plan.story.phase_names[phase]!r} ({who(fault)}; {fault['wrong']} elements of this thread)",
        buffers=(cell.name, *others),
        region=cell.region,
        start_bytes=start,
        end_bytes=start + row.itemsize,
        phase=phase,
        phase_name=plan.story.phase_names[phase],
    )


def _image(plan: Plan, script: Script, name: str, example: Mapping[str, int], count: int) -> Finding:
    region, byte = region_of(plan, example["byte"])
    phase = phase_at(plan, script, example["step"])
    return Finding(
        "image-differs",
        f"{name}: byte {example['byte']} of block {example['block']} is {example['got']:#04x} after phase "
        f"{plan.story.phase_names[phase]!r}, by the layout it must be {example['want']:#04x} ({count} such bytes in all)",
        buffers=cells_at(plan, example["byte"]),
        region=region,
        start_bytes=byte,
        end_bytes=byte + 1,
        phase=phase,
        phase_name=plan.story.phase_names[phase],
    )
