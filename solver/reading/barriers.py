"""Reads the barriers of a timeline, and checks their scopes against what is around them: tracks, arms, and the calls of
the timeline."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from warpack.solver.reading.barrier_scopes import Judge
from warpack.solver.reading.clock import Clock
from warpack.solver.reading.collector import Collector, show
from warpack.solver.reading.fields import Fields
from warpack.solver.reading.surroundings import ALONE, Surroundings
from warpack.solver.wire.manifest import Barrier, BarrierScope, Launch
from warpack.solver.wire.units import Phase

_KNOWN = ("before", "after", "scope", "proxy_fence")


def add_barriers(
    collector: Collector, clock: Clock, value: Any, at: str, around: Surroundings, launch: Launch | None
) -> None:
    """Reads the value of `barriers`, at the pointer `at`, into the clock's timeline, which is called from `around`."""
    if clock.phases_sound:
        clock.timeline = replace(clock.timeline, barriers=read_barriers(collector, clock, value, at, around, launch))


def read_barriers(
    collector: Collector, clock: Clock, value: Any, at: str, around: Surroundings, launch: Launch | None
) -> tuple[Barrier, ...]:
    """Sorted, each once. `value`: the value of `barriers`, at the pointer `at`."""
    judge = Judge(collector, clock, around, launch)
    if value == "every":
        return _every(clock, at, around, judge)
    if not isinstance(value, list):
        collector.wrong_type(at, value, 'a list of barriers, or "every"')
        return ()
    found: set[tuple[Phase, bool, BarrierScope, bool]] = set()
    for index, one in enumerate(value):
        fields = Fields(collector, one, f"{at}/{index}", _KNOWN)
        barrier = _barrier(fields, clock)
        if barrier is not None:
            found.add(barrier)
            pointer = fields.pointer("scope") if "scope" in fields else fields.at
            judge.check(barrier[0], barrier[2], pointer)
    return tuple(Barrier(phase, scope, after, fence) for phase, after, scope, fence in sorted(found))


def _every(clock: Clock, at: str, around: Surroundings, judge: Judge) -> tuple[Barrier, ...]:
    """Before every phase but the first, and before the first too where it is the head of a loop."""
    tree = clock.tree
    first = 0 if any(node.start == 0 and node.structure.kind == "loop" for node in tree.nodes) else 1
    if not tree and around == ALONE:
        return tuple(Barrier(phase) for phase in range(first, clock.timeline.length))
    found: list[Barrier] = []
    for phase in range(first, clock.timeline.length):
        inside = around.in_tracks != "never" or tree.innermost(phase).track is not None
        found.append(Barrier(phase, "track" if inside else "block"))
        if not judge.check(phase, found[-1].scope, at):
            break
    return tuple(found)


def _barrier(fields: Fields, clock: Clock) -> tuple[Phase, bool, BarrierScope, bool] | None:
    collector = fields.collector
    if not fields.is_object:
        return None
    scope = _scope(fields)
    proxy_fence = fields.flag("proxy_fence", False)
    given = [key for key in ("before", "after") if key in fields]
    if len(given) == 2:
        message = "A barrier stands `before` a phase or `after` one: for both, list two barriers."
        collector.error("before-and-after", fields.pointer("after"), message)
    elif not given:
        message = "A barrier needs `before` or `after`: the phase that it stands next to."
        collector.error("missing-field", fields.pointer("before"), message)
    if len(given) != 1:
        return None
    phase = clock.phase(fields.values[given[0]], fields.pointer(given[0]))
    if phase is None or scope is None:
        return None
    return phase, given[0] == "after", scope, proxy_fence


def _scope(fields: Fields) -> BarrierScope | None:
    value = fields.values.get("scope", "block")
    if refused_scope(fields.collector, value, fields.pointer("scope"), "barrier"):
        return None
    before = len(fields.collector.problems)
    scope: BarrierScope = fields.choice("scope", "block", ("block", "run", "track"))
    return scope if len(fields.collector.problems) == before else None


def refused_scope(collector: Collector, value: Any, pointer: str, what: Literal["barrier", "buffer"]) -> bool:
    """Scopes that CUDA has and this version does not, with what to write instead."""
    if value == "warp":
        instead = "use `threads_per_run` of a warp with scope run, or scope block"
        message = f"A {what} of scope {show(value)} beside another run scope is not supported: {instead}."
    elif value == "cluster":
        instead = "keep what other blocks of the cluster access `apart` from all that may be in use then, or make it `persistent`"
        message = f"A {what} of scope {show(value)} is not supported: {instead}."
    else:
        return False
    collector.error("unsupported-field", pointer, message)
    return True
