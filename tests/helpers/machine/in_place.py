"""Section 6: which in-place steps of a pair hold, as far as single pieces and single phases say; the rest the judge
runs."""

from __future__ import annotations

from warpack.solver.wire.manifest import InPlace

from .graph import Runner
from .judge import Judge
from .pieces import Piece
from .threads import sharings
from .tree import Instance, Wait


def steps_that_hold(judge: Judge, one: str, other: str) -> dict[int, tuple[str, str, bool]]:
    """The flattened phases of the in-place steps between two pieces that section 6 grants."""
    handed: dict[int, tuple[str, str, bool]] = {}
    for step in judge.manifest.in_place:
        if {step.read, step.write} == {one, other}:
            for spans in judge.program.spans[judge.pieces[step.read].owner]:
                here = spans[step.phase]
                if _holds(judge, step, here):
                    handed |= {phase: (step.read, step.write, phase == here.start) for phase in here}
    return handed


def disturbs_at_equal_offset(judge: Judge, one: str, other: str) -> bool:
    """Whether two pieces with the very same first byte disturb each other, those in-place steps granted that hold."""
    return judge.disturbs(one, other, steps_that_hold(judge, one, other))


def _holds(judge: Judge, step: InPlace, here: range) -> bool:
    read, write = judge.pieces[step.read], judge.pieces[step.write]
    inside = set(here)
    if not (inside <= read.accesses and inside <= write.accesses and read.owner == write.owner):
        return False
    if read.buffer.scope != write.buffer.scope or write.buffer.zero != "none":
        return False
    if begins(judge, read, here.start) or not begins(judge, write, here.start) or here[-1] not in read.ends:
        return False
    if write.buffer.asynchronous and not read.buffer.asynchronous:
        return False
    track = judge.program.track_of[here.start]
    if track is not None and not read.track == write.track == track:
        return False
    for sharing in sharings(judge.manifest, judge.program, read, write):
        if sharing.several and (
            read.buffer.zero == "interval"
            or not fenced_off(judge.runner(sharing, "ordered"), here.start, judge.program.instance_of)
        ):
            return False
    return True


def begins(judge: Judge, piece: Piece, phase: int) -> bool:
    """Whether an interval begins at a phase. Of a piece that is dropped a phase of return counts as a beginning."""
    if phase not in piece.needs:
        return True
    return piece.drops and any(
        phase in phases_of_return(judge, judge.runner(sharing, "alone"), piece)
        for sharing in sharings(judge.manifest, judge.program, piece, piece)
    )


def phases_of_return(judge: Judge, runner: Runner, piece: Piece) -> set[int]:
    """Where a way that has left the stated lifetime comes back without a beginning; what runs beside it does not
    count."""
    instance_of = judge.program.instance_of
    homes = {instance_of[phase] for phase in piece.accesses if phase < len(instance_of)}
    found: set[int] = set()
    seen, waiting = {(runner.start, "never")}, [(runner.start, "never")]
    while waiting:
        point, state = waiting.pop()
        for event, to in runner.moves[point]:
            assert not isinstance(event, Wait)
            phase, after = event[0], state
            if phase in piece.accesses:
                after = "in"
                if state == "left" and phase in piece.needs:
                    found.add(phase)
            elif state == "in" and any(_on_the_way(instance_of[phase], home) for home in homes):
                after = "left"
            if (to, after) not in seen:
                seen.add((to, after))
                waiting.append((to, after))
    return found


def fenced_off(runner: Runner, phase: int, instance_of: list[Instance]) -> bool:
    """Whether a barrier stands directly before a phase on every way into it; what runs beside it is no part of the
    way."""
    home = instance_of[phase]
    seen, waiting = {(runner.start, False)}, [(runner.start, False)]
    while waiting:
        point, waited = waiting.pop()
        for event, to in runner.moves[point]:
            after = waited
            if isinstance(event, Wait):
                after = waited or _on_the_way(event.instance, home)
            elif event[0] == phase and not waited:
                return False
            elif event[0] == len(instance_of) or _on_the_way(instance_of[event[0]], home):
                after = False
            if (to, after) not in seen:
                seen.add((to, after))
                waiting.append((to, after))
    return True


def _on_the_way(instance: Instance, home: Instance) -> bool:
    shared = min(len(instance), len(home))
    return instance[:shared] == home[:shared]
