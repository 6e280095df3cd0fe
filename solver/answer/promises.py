"""What a promise of the user's would save: `"reentry": "dropped"` where contents are carried, and `"at_least": 1` for a
loop.

A promise frees phases or orders accesses, so a layout that is right without it stays right with it. Each is tried (see
`trying`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from warpack.solver.answer.barriers import UNORDERED, MissingBarrier, between
from warpack.solver.answer.trying import Trying
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.problems import Problem
from warpack.solver.wire.timelines import with_timeline

MOST_WORDS = 16
"""How many promises of each kind are tried: the first of the manifest."""

_MENDED = ("carried", UNORDERED)
"""Warnings about bytes that a promise may free."""


def with_savings(manifest: Manifest, trying: Trying, barriers: Sequence[MissingBarrier] = ()) -> tuple[Problem, ...]:
    """The warnings of the flattened program: `carried` with what `dropped` would save, `no_barrier_no_sharing` with the
    barrier of `barriers` that saves the most between the buffers it names, and `at_least` for each loop where it would
    save bytes."""
    warnings = trying.packed.flat.warnings
    if not any(warning.type in _MENDED for warning in warnings) or not trying.worthwhile:
        return warnings
    words = _Promises(manifest, trying)
    carried = [warning for warning in warnings if warning.type == "carried"]
    saved = words.dropped(carried) if carried else {}
    mended = (
        replace(
            one, message=one.message + (between(barriers, one) if one.type == UNORDERED else saved.get(one.pointer, ""))
        )
        for one in warnings
    )
    return (*mended, *words.loops())


@dataclass(frozen=True)
class _Promises:
    """Tries promises on a manifest and its packing."""

    manifest: Manifest
    trying: Trying

    def dropped(self, carried: Sequence[Problem]) -> dict[str, str]:
        """By the warning's pointer, what the promise saves by itself; where no saving is found, what it saves if made
        for all."""
        alone = {one.pointer: self._saved(_with_dropped(self.manifest, [one])) for one in carried[:MOST_WORDS]}
        told = {pointer: f" It saves {saved}." for pointer, saved in alone.items() if saved}
        if len(carried) > 1 and len(told) < len(carried):
            saved = self._saved(_with_dropped(self.manifest, carried))
            if saved:
                on_all = f" On all {len(carried)} that are carried it saves {saved}."
                told = {one.pointer: told.get(one.pointer, on_all) for one in carried}
        return told

    def loops(self) -> Iterator[Problem]:
        for pointer, name, always in islice(_always_run(self.manifest), MOST_WORDS):
            saved = self._saved(always)
            if saved:
                message = (
                    f'The loop {name} may be skipped. If every way runs it at least once, "at_least": 1 saves {saved}.'
                )
                yield Problem("at_least", pointer, message)

    def _saved(self, changed: Manifest) -> str:
        """The bytes that the changed manifest saves in both regions, as a phrase; empty where first fit finds none."""
        return self.trying.phrase(self.trying.saved(changed))


def _with_dropped(manifest: Manifest, carried: Sequence[Problem]) -> Manifest:
    """The manifest with the promise on each buffer or part that a warning is about."""
    buffers = list(manifest.buffers)
    for warning in carried:
        _, _, number, what, *part = warning.pointer.split("/")  # /buffers/3/lifetime or /buffers/3/parts/1
        buffer = buffers[int(number)]
        if what == "parts":
            parts = list(buffer.parts)
            parts[int(part[0])] = replace(parts[int(part[0])], reentry="dropped")
            buffers[int(number)] = replace(buffer, parts=tuple(parts))
        else:
            buffers[int(number)] = replace(buffer, reentry="dropped")
    return replace(manifest, buffers=tuple(buffers))


def _always_run(manifest: Manifest) -> Iterator[tuple[str, str, Manifest]]:
    """For each loop that may be skipped: its pointer, its phases by name, and the manifest where it may not."""
    owners = [("", "", manifest.timeline)]
    for number, component in enumerate(manifest.components):
        if component.timeline is not None:
            owners.append((component.path, f"/components/{number}", component.timeline))
    for owner, at, timeline in owners:
        for number, loop in enumerate(timeline.loops):
            if loop.at_least or loop.endless:
                continue
            loops = (*timeline.loops[:number], replace(loop, at_least=1), *timeline.loops[number + 1 :])
            name = f"[{timeline.phase_name(loop.start)}, {timeline.phase_name(loop.end - 1)}]"
            always = with_timeline(manifest, owner, replace(timeline, loops=loops))
            yield f"{at}/timeline/loops/{number}", name, always
