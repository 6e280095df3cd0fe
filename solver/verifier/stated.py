"""What a manifest states about the accesses of a buffer or part, as phases of the flattened program."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from warpack.solver.verifier.program import Call, Program
from warpack.solver.verifier.spans import Span, Spans, covers, merged, without
from warpack.solver.wire.manifest import Accesses, Branch, Interval, Lifetime, Manifest, Timeline
from warpack.solver.wire.units import Phase


class Stated(NamedTuple):
    """`accesses`: where the sharing threads may access it. `begins`: the first phases of intervals, or of phases that
    write every element. With `accesses_in`, `brings` are the phases that leave contents, `wants` those that need
    contents on entry, `kills` those that overwrite everything first. With a lifetime they are empty."""

    accesses: Spans
    begins: tuple[Phase, ...]
    by_access: bool = False
    brings: Spans = ()
    wants: Spans = ()
    kills: Spans = ()

    def leaving_out(self, closed: Spans) -> Stated:
        """What is left of it where no way enters some phases."""
        if not closed:
            return self
        begins = tuple(phase for phase in self.begins if not covers(closed, phase))
        spans = (without(part, closed) for part in (self.accesses, self.brings, self.wants, self.kills))
        accesses, brings, wants, kills = spans
        return Stated(accesses, begins, self.by_access, brings, wants, kills)


@dataclass(frozen=True)
class Clock:
    """The timeline in which the lifetimes of a component count, and its runs in the program."""

    owner: str
    timeline: Timeline
    calls: tuple[Call, ...]
    _arms: dict[Phase, list[tuple[Branch, int]]] = field(default_factory=dict)

    @classmethod
    def of(cls, manifest: Manifest, component: str, program: Program) -> Clock:
        owner = manifest.timeline_owner(component)
        timeline = manifest.component_by_path[owner].timeline if owner else None
        return cls(owner, manifest.timeline if timeline is None else timeline, program.calls[owner])

    @cached_property
    def always(self) -> Lifetime:
        """For a buffer that states nothing."""
        return (Interval(0, self.timeline.length),)

    @cached_property
    def all_along(self) -> Stated:
        """The same as phases: all of them, in whatever arm the first or the last lies."""
        spans = merged(call.span(0, self.timeline.length) for call in self.calls)
        return Stated(spans, tuple(sorted(call.starts[0] for call in self.calls)))

    def lifetime(self, lifetime: Lifetime) -> Stated:
        """The phases of every interval, in every call."""
        local = [span for interval in lifetime for span in self.phases_of(interval)]
        accesses = merged(call.span(*span) for call in self.calls for span in local)
        begins = {call.starts[interval.start] for call in self.calls for interval in lifetime}
        return Stated(accesses, tuple(sorted(begins)))

    def accesses_in(self, accesses: Accesses) -> Stated:
        """The phases of every access, in every call. A phase that also writes everything first needs nothing and leaves
        contents."""
        writes = set(accesses.writes)
        wants = (set(accesses.updates) | set(accesses.reads)) - writes
        return Stated(
            accesses=self._spans(writes | wants),
            begins=tuple(sorted(call.starts[phase] for call in self.calls for phase in writes)),
            by_access=True,
            brings=self._spans(writes | set(accesses.updates)),
            wants=self._spans(wants),
            kills=self._spans(writes),
        )

    def _spans(self, phases: set[Phase]) -> Spans:
        return merged(call.span(phase, phase + 1) for call in self.calls for phase in phases)

    def phases_of(self, interval: Interval) -> list[Span]:
        """The phases of the timeline from an interval's first to its last, on a way from one to the other. Where an end
        lies in an arm of a branch, the branch's other arms are left out."""
        start, end = interval
        if start < end:
            if not self.timeline.branches:
                return [(start, end)]
            return self._on_the_way((start, end), (start, end - 1))
        head, beyond = self._loop_around(start, end)
        if not self.timeline.branches:
            return [(start, beyond), (head, end)]
        return self._on_the_way((start, beyond), (start,)) + self._on_the_way((head, end), (end - 1,))

    def _on_the_way(self, span: Span, ends: tuple[Phase, ...]) -> list[Span]:
        """The phases of a span, without the arms of branches in which the way starts or ends in another arm."""
        beside = []
        for phase in ends:
            for branch, number in self._arms_around(phase):
                beside += [
                    arm
                    for other, arm in enumerate(branch.arms)
                    if other != number and span[0] <= arm[0] and arm[1] <= span[1]
                ]
        return list(without((span,), merged(beside)))

    def _arms_around(self, phase: Phase) -> list[tuple[Branch, int]]:
        found = self._arms.get(phase)
        if found is None:
            found = self._arms[phase] = [
                (branch, number)
                for branch in self.timeline.branches
                for number, arm in enumerate(branch.arms)
                if arm[0] <= phase < arm[1]
            ]
        return found

    def _loop_around(self, start: Phase, end: Phase) -> Span:
        """The innermost loop round which `[start, end)` wraps."""
        loops = self.timeline.loops
        around = [loop.span for loop in loops if loop.start <= start < loop.end and loop.start < end <= loop.end]
        if not around:
            raise ValueError(f"interval [{start}, {end}) wraps, but no loop holds both ends")
        return min(around, key=lambda loop: loop[1] - loop[0])
