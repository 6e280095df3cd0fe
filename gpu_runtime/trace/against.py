"""A kernel's trace against a manifest that somebody wrote: what it lets share and must not, and what it keeps apart for
nothing.

The two need no phases in common: what counts is which pairs of buffers may have the same bytes. Where the manifest has
the phases of the trace, single accesses outside a stated lifetime are found too.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from warpack.gpu_runtime.trace.positions import ArraySite
from warpack.gpu_runtime.trace.report import where
from warpack.gpu_runtime.trace.summary.model import Place, Summary
from warpack.gpu_runtime.trace.timeline.phases import Phase
from warpack.gpu_runtime.trace.timeline.timeline import Timeline
from warpack.solver.verifier.story import Story, StoryPiece, derive
from warpack.solver.wire.manifest import Manifest

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`lost`: pairs that the kernel needs apart and the manifest lets share, with the reason. `needless`: pairs that
    the manifest keeps apart and the kernel was not seen to need. `outside`: sentences, accesses outside a stated
    lifetime, or of another buffer's bytes. `missing`: arrays that the manifest does not have; `unknown`: buffers that
    the kernel did not make."""

    lost: Mapping[Pair, str]
    needless: tuple[Pair, ...]
    outside: tuple[str, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]

    def violations(self) -> Iterator[str]:
        for name in self.missing:
            yield f"{name} is a work array of the kernel, and the manifest does not have it"
        yield from self.outside
        for (one, other), reason in self.lost.items():
            yield f"the manifest lets {one} and {other} share bytes: {reason}"


def compared(summary: Summary, timeline: Timeline, traced: Manifest, stated: Manifest) -> Comparison:
    """`traced`: the manifest of the trace. `stated`: the one in question; its buffers go by their names, without those
    of components where these are unique."""
    ours, theirs = derive(traced), derive(stated)
    names = _names(stated)
    sites = {site.name: site for site in timeline.packed}
    common = [name for name in sites if name in names]
    lost: dict[Pair, str] = {}
    needless: list[Pair] = []
    for one, other in combinations(common, 2):
        needed, kept = _conflict(ours, one, other), _conflict(theirs, names[one], names[other])
        if needed and not kept:
            lost[one, other] = _reason(summary, timeline, sites[one], sites[other])
        elif kept and not needed:
            needless.append((one, other))
    return Comparison(
        lost=lost,
        needless=tuple(needless),
        outside=(*_outside(timeline, theirs, names), *overwritten(summary, names)),
        missing=tuple(name for name in sites if name not in names),
        unknown=tuple(
            sorted(
                set(names)
                - set(sites)
                - {one.written for one in summary.two_names}
                - {one.read for one in summary.two_names}
            )
        ),
    )


def scopes_stated(summary: Summary, stated: Manifest) -> tuple[list[str], list[str]]:
    """Names of the shared arrays that a manifest has one a run, and of those that it has one a block."""
    names = _names(stated)
    scopes = {buffer.full_name: buffer.scope for buffer in stated.buffers}
    shared = [array.site.name for array in summary.arrays if array.site.space == "shared" and array.site.name in names]
    of_run = [name for name in shared if scopes[names[name]] == "run"]
    return of_run, [name for name in shared if name not in of_run]


def _names(manifest: Manifest) -> dict[str, str]:
    """The full name of each buffer by its name."""
    return {buffer.full_name.rpartition("/")[2]: buffer.full_name for buffer in manifest.buffers}


def _conflict(story: Story, one: str, other: str) -> bool:
    return any(story.conflicts(a, b) for a in _pieces(story, one) for b in _pieces(story, other))


def _pieces(story: Story, name: str) -> Sequence[StoryPiece]:
    return story.pieces_of.get(name, ())


def _reason(summary: Summary, timeline: Timeline, one: ArraySite, other: ArraySite) -> str:
    """Why the kernel needs two arrays apart, with lines."""
    both = summary.together(one, other)
    if both:
        return f"both are needed at {where(both[0].path)}, phase {_phase(timeline, both[0])}"
    first, last = _touched(summary, one), _touched(summary, other)
    if first and last:
        earlier, later = sorted((first[-1], last[0]), key=lambda place: place.order)
        return f"no barrier that all their threads wait at lies between {where(earlier.path)} and {where(later.path)}"
    return "the kernel needs them apart"


def _touched(summary: Summary, site: ArraySite) -> list[Place]:
    return [place for place in summary.places if site in place.read | place.written]


def _phase(timeline: Timeline, place: Place) -> str:
    return next((phase.name for phase in timeline.phases if place in phase.places), "?")


def _outside(timeline: Timeline, story: Story, names: Mapping[str, str]) -> Iterator[str]:
    """Only where the manifest has the phases of the trace."""
    if story.phase_names != tuple(phase.name for phase in timeline.phases):
        return
    for site in timeline.packed:
        if site.name not in names:
            continue
        live = {
            phase
            for piece in _pieces(story, names[site.name])
            for start, end in piece.live
            for phase in range(start, end)
        }
        for index, phase in enumerate(timeline.phases):
            if site in phase.read | phase.written and index not in live:
                place = next(place for place in phase.places if site in place.read | place.written)
                yield (
                    f"{site.name} is {_verb(phase, site)} in phase {phase.name}, at {where(place.path)} (thread "
                    f"{place.threads[site]}), outside its lifetime"
                )


def overwritten(summary: Summary, names: Container[str]) -> Iterator[str]:
    """In a kernel that has its buffers from a layout. What is read under another name than it was written is no buffer
    of its own for the trace, but `names` has both."""
    for one in summary.two_names:
        if one.written in names and one.read in names:
            yield (
                f"{one.read} is read at {where(one.read_at)}: its bytes were overwritten by {one.written} at "
                f"{where(one.written_at)}"
            )


def _verb(phase: Phase, site: ArraySite) -> str:
    if site not in phase.read:
        return "written"
    return "read and written" if site in phase.written else "read"
