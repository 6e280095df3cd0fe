"""What a probe's child saw, as findings that name buffers, bytes and phases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from gpu_runtime.probe.plan import Plan
from gpu_runtime.probe.rows import Op, Row
from gpu_runtime.probe.script import Script
from solver.wire.layout import Region
from solver.wire.report import Finding
from solver.wire.units import Bytes

_MOST_OF_A_RULE = 6


def findings_of(plan: Plan, answer: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Every kind of fault; of many findings by one rule the first ones."""
    seen: Counter[str] = Counter()
    kept = []
    for finding in _every(plan, answer):
        seen[finding.rule] += 1
        if seen[finding.rule] <= _MOST_OF_A_RULE:
            kept.append(finding)
    return tuple(kept)


def _every(plan: Plan, answer: Mapping[str, Any]) -> Iterator[Finding]:
    if answer["error"] is not None:
        yield _error(plan, answer["error"])
    if answer["views"] is not None:
        yield from _views(plan, answer["views"])
    for one in answer["passes"]:
        yield from _pass(plan, one)


def _error(plan: Plan, error: Mapping[str, Any]) -> Finding:
    during = error["during"]
    where = "while the getters were called" if during < 0 else f"in pass {during + 1}"
    return Finding("simulator-error", f"{error['message']} ({where})\n{''.join(error['trace'])}")


def _views(plan: Plan, views: Mapping[str, Any]) -> Iterator[Finding]:
    for view in views["examples"]:
        getter = plan.calls.getters[plan.calls.names[view["ref"]]]
        size = plan.calls.itemsize(view["ref"]) * getter.count
        want = view["want"]
        yield Finding(
            "view-misplaced",
            f"{getter.name} of run {view['run']}: its getter returns {view['count']} elements from byte {view['start']} of "
            f"dynamic shared memory on, the layout says {getter.count} from byte {want} on "
            f"({views['wrong']} such views)",
            (getter.name,),
            getter.region,
            *_in_region(plan, getter.region, want, want + size),
        )


def _pass(plan: Plan, one: Mapping[str, Any]) -> Iterator[Finding]:
    script: Script = plan.scripts[one["script"]]
    name = f"{'lingering ' if one['lingering'] else ''}pass {one['kind']}"
    for fault in one["faults"]:
        if fault["row"] >= 0:
            yield _contents(plan, script, name, fault)
        if fault["misfits"]:
            yield Finding(
                "view-length", f"{name}: {_who(fault)} was handed views of a wrong length {fault['misfits']} times"
            )
        if fault["numbering"]:
            yield Finding(
                "thread-numbering",
                f"{name}: thread_in_block, run_in_block or lane_in_run is wrong in {_who(fault)}",
            )
    if one["image"] is not None:
        for example in one["image"]["examples"]:
            yield _image(plan, name, example, one["image"]["wrong"])
    threads = len(plan.shape.started) * len(plan.shape.active) * one["launches"]
    if one["finished"] != threads:
        yield Finding("threads-unfinished", f"{name}: {one['finished']} of {threads} threads came to their end")
    words = plan.words_per_pass[one["script"]] * one["launches"]
    if one["words"] != words:
        yield Finding("words-missed", f"{name}: {one['words']} elements were checked, the plan has {words}")


def _contents(plan: Plan, script: Script, name: str, fault: Mapping[str, int]) -> Finding:
    row = _row(script, fault["row"])
    cell = plan.cells[row.cell]
    phase = _phase(plan, fault["step"])
    start = row.address + fault["element"] * row.itemsize
    what = (
        f"element {row.first + fault['element']} of {cell.name} does not read zero"
        if row.op == Op.CHECK_ZERO
        else f"element {row.first + fault['element']} of {cell.name} does not hold what was written"
    )
    others = [other.name for other in plan.cells if other is not cell and other.overlaps(cell)]
    return Finding(
        "zero-missing" if row.op == Op.CHECK_ZERO else "contents-lost",
        f"{name}: {what} in phase {plan.story.phase_names[phase]!r} ({_who(fault)}; {fault['wrong']} elements of this thread)",
        (cell.name, *others),
        cell.region,
        start,
        start + row.itemsize,
        phase,
        plan.story.phase_names[phase],
    )


def _image(plan: Plan, name: str, example: Mapping[str, int], count: int) -> Finding:
    region, byte = _region_of(plan, example["byte"])
    cells = [cell.name for cell in plan.cells if cell.region == region and cell.offset_bytes <= byte < cell.end_bytes]
    phase = _phase(plan, example["step"])
    return Finding(
        "image-differs",
        f"{name}: byte {example['byte']} of block {example['block']} is {example['got']:#04x} after phase "
        f"{plan.story.phase_names[phase]!r}, by the layout it must be {example['want']:#04x} ({count} such bytes in all)",
        tuple(cells),
        region,
        byte,
        byte + 1,
        phase,
        plan.story.phase_names[phase],
    )


def _row(script: Script, index: int) -> Row:
    return [row for rows in script.steps for row in rows][index]


def _phase(plan: Plan, step: int) -> int:
    """The phase in which a step begins; the closing check belongs to the last one."""
    return plan.steps[min(step, len(plan.steps) - 1)].phase


def _who(fault: Mapping[str, int]) -> str:
    return f"block {fault['block']}, thread {fault['thread']}"


def _in_region(plan: Plan, region: Region, start: Bytes, end: Bytes) -> tuple[Bytes, Bytes]:
    """Bytes of a block's memory as bytes of the region."""
    if region != "run":
        return start, end
    shape = plan.shape
    into = (start - shape.run_base_bytes) % shape.stride_bytes if shape.stride_bytes else start
    return into, into + end - start


def _region_of(plan: Plan, byte: Bytes) -> tuple[Region, Bytes]:
    """The region that a byte of a block's memory belongs to, and which of its bytes it is."""
    shape = plan.shape
    if byte < shape.run_base_bytes or not shape.stride_bytes:
        return "block", byte
    return "run", (byte - shape.run_base_bytes) % shape.stride_bytes
