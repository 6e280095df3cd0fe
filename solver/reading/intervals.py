"""Which phases an interval holds (SEMANTICS §3): from its first to its last in program order. One that starts after its
end wraps round a loop. Where an end lies inside an arm of a branch, the branch's other arms are left out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from warpack.solver.reading.clock import Clock
from warpack.solver.reading.collector import spelled
from warpack.solver.reading.structures import Node, Tree
from warpack.solver.wire.manifest import Interval, Span
from warpack.solver.wire.units import Phase


class Held(NamedTuple):
    """`spans`: the phases of the interval, in the order in which the program runs them. `loop`: the loop that it wraps
    round."""

    interval: Interval
    spans: list[Span]
    loop: Node | None


def read_interval(clock: Clock, value: Any, pointer: str) -> Interval | None:
    """An interval that the structures of the timeline allow; None (and a problem) where they do not."""
    interval = clock.interval(value, pointer)
    if interval is None:
        return None
    start, end = interval
    if not clock.sound:
        return interval if start < end else None
    if start < end and not clock.timeline.branches:
        return interval
    holder = clock.tree.holder(start, end - 1)
    if holder.structure.kind == "branch":
        arms = [arm.structure.shown for arm in holder.children or () if arm.holds(start) or arm.holds(end - 1)]
        message = (
            f"The interval {spelled(value)} goes from inside the arm {arms[start >= end]} to inside the arm {arms[start < end]} of one "
            "branch, of which only one runs: give an interval for each arm, or say in `accesses_in` where it is written and read."
        )
        clock.collector.error("interval-between-arms", pointer, message)
        return None
    if start >= end and holder.loop is None:
        in_names = isinstance(value[0], str)
        turned = clock.spell(end - 1, start, value) if in_names else clock.spell(end, start - 1, value)
        message = (
            f"The interval {spelled(value)} ends before it starts, and no loop holds both its {'phases' if in_names else 'ends'} for it to "
            f"wrap round. Did you mean {turned}?"
        )
        clock.collector.error("wrap-without-loop", pointer, message)
        return None
    return interval


def held(tree: Tree, interval: Interval) -> Held:
    """What a sound interval holds."""
    start, end = interval
    if not tree:
        return Held(interval, [(start, end)], None)
    scope, loop = _scope(tree, interval)
    at, until = start, end
    before: list[Span] = []
    after: list[Span] = []
    for arm, branch in _choices(tree, start, scope):
        before.append((at, arm.end))
        at = branch.end
    for arm, branch in _choices(tree, end - 1, scope):
        after.append((arm.start, until))
        until = branch.start
    between = [(at, until)] if loop is None else [(at, loop.end), (loop.start, until)]
    return Held(interval, [span for span in (*before, *between, *reversed(after)) if span[0] < span[1]], loop)


def left_out(tree: Tree, interval: Interval) -> Iterator[tuple[Node, Span]]:
    """The arms that a sound interval leaves out, of branches in which one of its ends lies, innermost first."""
    scope, _ = _scope(tree, interval)
    for arm, branch in _choices(tree, interval.start, scope):
        if arm.end < branch.end:
            yield branch, (arm.end, branch.end)
    for arm, branch in _choices(tree, interval.end - 1, scope):
        if branch.start < arm.start:
            yield branch, (branch.start, arm.start)


def _scope(tree: Tree, interval: Interval) -> tuple[Node, Node | None]:
    """The innermost structure that holds the whole interval; and the loop that the interval wraps round, if it
    wraps."""
    scope = tree.holder(interval.start, interval.end - 1)
    loop = scope.loop if interval.start >= interval.end else None
    return loop or scope, loop


def _choices(tree: Tree, phase: Phase, scope: Node) -> Iterator[tuple[Node, Node]]:
    """The arms inside `scope` that hold the phase, of branches with more than one arm, and their branches, innermost
    first."""
    arm = tree.innermost(phase).choice
    while arm is not None and arm.parent is not None and arm.depth > scope.depth:
        yield arm, arm.parent
        arm = arm.parent.choice


def holds(spans: Sequence[Span], phase: Phase) -> bool:
    """Whether one of the sorted spans holds the phase. Where some overlap, only those that start last are looked at."""
    at = bisect_right(spans, (phase, 1 << 62)) - 1
    while at >= 0 and spans[at][0] <= phase:
        if phase < spans[at][1]:
            return True
        at -= 1
    return False
