"""How long bytes stay occupied after their contents are dead: until a barrier that all sharing threads pass.

Where several threads share a buffer, one may still read its last contents while another already runs ahead. Only a
barrier whose scope covers the sharing threads ends that, on whichever way the program takes: on to the next phase, or
from a loop's last phase back to its first.
"""

from __future__ import annotations

from bisect import bisect_left

from solver.flatten.loops import Loops
from solver.flatten.problem import FlatTimeline, Phases
from solver.flatten.spans import Span, holds, phases_of
from solver.wire.manifest import Scope
from solver.wire.units import Phase


def covering_barriers(timeline: FlatTimeline, scope: Scope) -> list[Phase]:
    """Phases before which a barrier stands that every thread sharing a buffer of this scope waits at. One of scope
    `block` covers all buffers, one of scope `run` those of scope `run` only."""
    covering = {"block"} if scope == "block" else {"block", "run"}
    return sorted(phase for phase, scopes in timeline.barriers.items() if scopes & covering)


class Tails:
    """Answers for the buffers of one scope what stays occupied after a life ends."""

    def __init__(self, timeline: FlatTimeline, loops: Loops, scope: Scope) -> None:
        self.length = timeline.length
        self.loops = loops
        self.barriers = covering_barriers(timeline, scope)
        self._known: dict[Phase, tuple[Span, ...]] = {}

    def occupied(self, live: Phases, without: Phases | None = None) -> Phases:
        """Live phases and the tails behind them, but for the tails of lives that end in a phase of `without`."""
        spans: list[Span] = []
        for last, after in self.exits(live):
            if without is None or not holds(without.spans, last):
                spans += self.after(after)
        return phases_of([*live.spans, *spans]) if spans else live

    def exits(self, live: Phases) -> list[Span]:
        """Every step of the program from a live phase into one that is not: (last live phase, phase entered)."""
        found: list[Span] = []
        for start, end in live.spans:
            if end < self.length:
                found.append((end - 1, end))
            for head, beyond in self.loops.left_behind(start, end):
                if not holds(live.spans, head):
                    found.append((beyond - 1, head))
        return found

    def next_barrier(self, phase: Phase) -> Phase:
        """The first phase from this one on with a covering barrier before it; the timeline's length if there is none."""
        index = bisect_left(self.barriers, phase)
        return self.barriers[index] if index < len(self.barriers) else self.length

    def after(self, phase: Phase) -> tuple[Span, ...]:
        """Phases reached from this one (itself included) without passing a covering barrier."""
        known = self._known.get(phase)
        if known is None:
            heads, reached = [phase], {phase}
            spans: list[Span] = []
            for head in heads:
                stop = self.next_barrier(head)
                if stop > head:
                    spans.append((head, stop))
                    fresh = {start for start, _ in self.loops.left_behind(head, stop)} - reached
                    reached |= fresh
                    heads.extend(sorted(fresh))
            known = self._known[phase] = phases_of(spans).spans
        return known
