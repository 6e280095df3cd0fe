"""Lifetimes to sets of flattened phases: wrapped intervals cut at their loop, every call of a timeline laid out."""

from __future__ import annotations

from solver.flatten.loops import Loops
from solver.flatten.problem import Phases
from solver.flatten.spans import NO_PHASES, Span, holds, phases_of
from solver.flatten.timeline import Unrolled
from solver.wire.manifest import Buffer, Lifetime, Manifest
from solver.wire.units import Phase


def unwrapped(loops: Loops, lifetime: Lifetime) -> list[Span]:
    """The intervals in the timeline's own phases, a wrapped one as its two halves."""
    spans: list[Span] = []
    for interval in lifetime:
        start, end = interval
        if start < end:
            spans.append((start, end))
            continue
        loop = loops.to_wrap(start, end)
        if loop is None:
            raise ValueError(f"interval [{start}, {end}) wraps round no loop")
        spans += [(start, loop[1]), (loop[0], end)]
    return spans


class Lives:
    """Live phases of buffers and parts in the flattened timeline; equal lifetimes share one set."""

    def __init__(self, manifest: Manifest, unrolled: Unrolled) -> None:
        self._manifest = manifest
        self._unrolled = unrolled
        self._owners: dict[str, str] = {}
        self._known: dict[tuple[str, Lifetime | None], Phases] = {}
        self.every = Phases(((0, unrolled.flat.length),))

    def owner(self, component: str) -> str:
        """Whose timeline the component's lifetimes count in."""
        if component not in self._owners:
            self._owners[component] = self._manifest.timeline_owner(component)
        return self._owners[component]

    def of(self, buffer: Buffer, lifetime: Lifetime | None) -> Phases:
        """Live phases of the buffer, or of a part of it with this lifetime."""
        if buffer.persistent:
            return self.every
        owner = self.owner(buffer.component)
        key = (owner, lifetime)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._flattened(owner, lifetime)
        return known

    def written(self, buffer: Buffer, lifetime: Lifetime | None) -> frozenset[Phase]:
        """The flattened phases at whose start the buffer, or a part with this lifetime, gets new contents whichever way
        control came: where an interval starts, other than at the head of a loop that brings the contents round."""
        owner, live = self.owner(buffer.component), self.of(buffer, lifetime).spans
        sheet = self._unrolled.sheets[owner]
        begins = [0] if lifetime is None else [interval.start for interval in lifetime]
        found: set[Phase] = set()
        for call in self._unrolled.calls[owner]:
            found.update(call.start + sheet.starts[start] for start in begins)
            found.update(start for start, _ in call.beside)
        return frozenset(found.difference(head for head, end in self._unrolled.flat.loops if holds(live, end - 1)))

    def phase_name(self, phase: Phase) -> str:
        return self._unrolled.flat.names[phase]

    def of_phase(self, component: str, phase: Phase) -> list[Span]:
        """The flattened phases that a phase of the component's timeline stands for, call by call."""
        owner = self.owner(component)
        starts = self._unrolled.sheets[owner].starts
        return [(call.start + starts[phase], call.start + starts[phase + 1]) for call in self._unrolled.calls[owner]]

    def _flattened(self, owner: str, lifetime: Lifetime | None) -> Phases:
        sheet = self._unrolled.sheets[owner]
        local = [(0, sheet.timeline.length)] if lifetime is None else unwrapped(sheet.own_loops, lifetime)
        if not local:
            return NO_PHASES
        if owner == "" and not sheet.calls:
            return Phases((local[0],)) if len(local) == 1 else phases_of(local)
        starts = sheet.starts
        spans: list[Span] = []
        for call in self._unrolled.calls[owner]:
            spans += [(call.start + starts[start], call.start + starts[end]) for start, end in local]
            spans += call.beside
        return phases_of(spans)
