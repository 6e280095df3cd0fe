"""The program's structures in a picture: loops, branches, tracks and barriers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from warpack.solver.wire.manifest import BarrierScope
from warpack.solver.wire.units import Phase

if TYPE_CHECKING:
    from warpack.solver.verifier.story import Story

Kind = Literal["loop", "branch", "tracks"]


@dataclass(frozen=True, slots=True)
class Structure:
    """A loop, a branch or tracks over phases. `lanes` are the spans of its arms or tracks; a loop has its own span.
    `note` describes it. `names`
    are those of its tracks."""

    kind: Kind
    start: Phase
    end: Phase
    lanes: tuple[tuple[Phase, Phase], ...]
    note: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BarrierMark:
    """A barrier: all threads of `scope` wait just before `phase`, or just after it."""

    phase: Phase
    after: bool
    scope: BarrierScope
    note: str


def structures_of(story: Story) -> tuple[Structure, ...]:
    """All structures of a program. Outer ones come before inner ones."""
    from warpack.solver.verifier import tree

    found: set[Structure] = set()
    waiting = list(story.tree)
    while waiting:
        item = waiting.pop()
        if isinstance(item, tree.Loop):
            breaks = [story.phase_names[phase] for phase in item.breaks]
            ends = f", may end after {', '.join(breaks)}" if breaks else ""
            kind = "endless loop" if item.endless else "loop, at least once" if item.at_least else "loop"
            note = f"{kind}, {_over(story, item.start, item.end)}{ends}"
            found.add(Structure("loop", item.start, item.end, ((item.start, item.end),), note))
        elif isinstance(item, tree.Branch):
            skips = ", may be skipped" if item.may_skip else ""
            choice = f", chosen by the {item.uniform} together" if item.uniform else ", chosen by each thread"
            note = f"branch of {len(item.arms)}, {_over(story, item.start, item.end)}{skips}{choice}"
            found.add(Structure("branch", item.start, item.end, item.arm_spans, note))
        elif isinstance(item, tree.Tracks):
            named = ", ".join(
                f"{name} ({'the other' if threads is None else threads} threads)"
                for name, threads in zip(item.names, item.threads, strict=True)
            )
            note = f"tracks at once: {named}, {_over(story, item.start, item.end)}"
            found.add(Structure("tracks", item.start, item.end, item.track_spans, note, tuple(item.names)))
        for sequence in tree.children(item):
            waiting.extend(sequence)
    return tuple(sorted(found, key=lambda one: (one.start, -one.end, one.kind, one.note)))


def barriers_of(story: Story) -> tuple[BarrierMark, ...]:
    """All barriers of a program."""
    marks = []
    for fence in story.fences:
        side = "after" if fence.after else "before"
        proxy = ", behind a proxy fence" if fence.proxy_fence else ""
        note = f"{fence.scope} barrier {side} {story.phase_names[fence.phase]}{proxy}"
        marks.append(BarrierMark(fence.phase, fence.after, fence.scope, note))
    return tuple(sorted(set(marks), key=lambda one: (one.phase, one.after, one.scope, one.note)))


def _over(story: Story, start: Phase, end: Phase) -> str:
    names = story.phase_names
    return f"phase {names[start]}" if end - start == 1 else f"phases {names[start]} to {names[end - 1]}"
