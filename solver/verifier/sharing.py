"""The lists `shares_bytes_with` of a layout must be exactly what the offsets give."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence

from warpack.solver.verifier.findings import Findings
from warpack.solver.verifier.over import RunWindows, Taken, sharing
from warpack.solver.verifier.placement import PlacedRange
from warpack.solver.verifier.spans import Span
from warpack.solver.wire.layout import MOST_SHARES_LISTED

SPELLED_OUT = 20
"""The most wrong lists that are compared name by name; for further ones only the lengths are reported."""


def check_shares(
    matched: Sequence[PlacedRange], windows: RunWindows, findings: Findings, *, left_out: bool = False
) -> None:
    """Compares every list. A list also names buffers of the other scope, if bytes of some window are shared. Counts are
    compared first, so long correct lists cost no more than their length. `left_out`: the layout says that its lists are
    too long. That is allowed where it is true and none is given."""
    if left_out and _may_be_left_out(matched):
        return
    across = _across(matched, windows)
    for region in ("block", "run", "pool"):
        here = {one.buffer.full_name: one for one in matched if one.placed.region == region and one.ranges}
        whole = [one.ranges[0] for one in here.values() if len(one.ranges) == 1]
        starts, ends = sorted(start for start, _ in whole), sorted(end for _, end in whole)
        in_pieces = [one for one in here.values() if len(one.ranges) > 1]
        for one in here.values():
            listed = one.placed.shares_bytes_with
            others = across.get(one.buffer.full_name, frozenset())
            true_names = list(listed) == sorted(set(listed)) and all(
                name in others
                or (name != one.buffer.full_name and name in here and _meet(one.ranges, here[name].ranges))
                for name in listed
            )
            if len(one.ranges) == 1:
                ((start, end),) = one.ranges
                count = bisect_left(starts, end) - bisect_right(ends, start) - 1
                count += sum(_meet(one.ranges, other.ranges) for other in in_pieces)
            else:
                count = sum(_meet(one.ranges, other.ranges) for other in here.values()) - 1
            count += len(others)
            if not true_names or len(listed) != count:
                _report(one, here, others, count, findings)
    for one in matched:
        if (one.placed.region not in ("block", "run", "pool") or not one.ranges) and one.placed.shares_bytes_with:
            name = one.buffer.full_name
            message = f"{name} shares bytes with nothing, but lists {', '.join(one.placed.shares_bytes_with[:8])}"
            findings.add("shares-list", message, name, region=one.placed.region)


def _may_be_left_out(matched: Sequence[PlacedRange]) -> bool:
    """Every list is empty, and together they would hold more names than a layout lists."""
    if any(one.placed.shares_bytes_with for one in matched):
        return False
    total = 0
    for region in ("block", "run", "pool"):
        hulls = [(one.ranges[0][0], one.ranges[-1][1]) for one in matched if one.placed.region == region and one.ranges]
        starts, ends = sorted([start for start, _ in hulls]), sorted([end for _, end in hulls])
        for start, end in hulls:
            total += bisect_left(starts, end) - bisect_right(ends, start) - 1
            if total > MOST_SHARES_LISTED:
                return True
    return False


def _meet(first: tuple[Span, ...], second: tuple[Span, ...]) -> bool:
    if len(first) == len(second) == 1:
        return first[0][0] < second[0][1] and second[0][0] < first[0][1]
    return any(a[0] < b[1] and b[0] < a[1] for a in first for b in second)


def _across(matched: Sequence[PlacedRange], windows: RunWindows) -> dict[str, frozenset[str]]:
    """For each buffer, the names of the buffers of the other scope with which it shares bytes in any window."""
    of_block = [
        Taken(number, *span)
        for number, one in enumerate(matched)
        if one.placed.region == "block"
        for start, end in one.ranges
        for span in windows.inside(start, end)
    ]
    if not of_block:
        return {}
    of_run = [
        Taken(number, *span) for number, one in enumerate(matched) if one.placed.region == "run" for span in one.ranges
    ]
    found: dict[str, set[str]] = defaultdict(set)
    for first, second in sharing(of_block, of_run):
        names = matched[first].buffer.full_name, matched[second].buffer.full_name
        found[names[0]].add(names[1])
        found[names[1]].add(names[0])
    return {name: frozenset(others) for name, others in found.items()}


def _report(
    one: PlacedRange, here: dict[str, PlacedRange], across: frozenset[str], count: int, findings: Findings
) -> None:
    name, listed, region = one.buffer.full_name, one.placed.shares_bytes_with, one.placed.region
    if findings.count("shares-list") >= SPELLED_OUT:
        message = f"{name} lists {len(listed)} buffers, not exactly the {count} that it shares bytes with"
        findings.add("shares-list", message, name, region=region)
        return
    right = {other for other in here if other != name and _meet(one.ranges, here[other].ranges)} | across
    missing, extra = sorted(right - set(listed))[:8], sorted(set(listed) - right)[:8]
    said = [f"does not list {', '.join(missing)}"] if missing else []
    said += [f"lists {', '.join(extra)}, whose bytes are others"] if extra else []
    said = said or ["lists a name twice or out of order"]
    findings.add("shares-list", f"{name} {' and '.join(said)}", name, *missing, *extra, region=region)
