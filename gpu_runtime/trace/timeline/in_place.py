"""Pairs of buffers of which one may be written where the other is read: elementwise, and only then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from warpack.gpu_runtime.trace.positions import ArraySite
from warpack.gpu_runtime.trace.summary.model import Array, Summary, alike
from warpack.gpu_runtime.trace.timeline.phases import Pairs, Phase, intervals
from warpack.gpu_runtime.trace.timeline.scopes import Scope


@dataclass(frozen=True, slots=True)
class InPlace:
    phase: str
    read: ArraySite
    written: ArraySite


def candidates(summary: Summary, scopes: Mapping[ArraySite, Scope], sizes: Mapping[str, int]) -> Pairs:
    """Pairs of which no element is needed of both at once, though the arrays are. `sizes`: bytes of each type."""
    zeroed = {array.site for array in summary.arrays if array.unwritten}
    sites = [array.site for array in summary.arrays if _may_take_part(array, scopes)]
    met = {
        frozenset((one, other))
        for place in summary.places
        for one in place.written & frozenset(sites)
        for other in place.live
        if one != other
    }
    return frozenset(
        (read, written)
        for read in sites
        for written in sites
        if alike(read, written, sizes) and scopes[read].axes == scopes[written].axes
        if scopes[read].kind == scopes[written].kind and written not in zeroed
        if frozenset((read, written)) not in summary.clashes and frozenset((read, written)) in met
    )


def _may_take_part(array: Array, scopes: Mapping[ArraySite, Scope]) -> bool:
    return scopes[array.site].of_run or array.site.space == "shared"


def pairs_of(phases: Sequence[Phase], pairs: Pairs, alone: frozenset[ArraySite]) -> list[InPlace]:
    """Those of the candidates that meet in no phase but where the read one ends and the written one begins. `alone`:
    arrays whose copies one thread has for itself; others change hands behind a barrier only."""
    found = []
    for read, written in sorted(pairs, key=lambda pair: (pair[0].name, pair[1].name)):
        meeting = [phase for phase in phases if read in phase.live and written in phase.live]
        ends = {last for first, last in intervals(phases, read) if first < last}
        begins = {first for first, _ in intervals(phases, written)}
        handing = [phases[index] for index in sorted(ends & begins)]
        ordered = read in alone or all(phase.barrier is not None for phase in meeting)
        used = all(read in phase.read and written in phase.written for phase in meeting)
        if meeting and ordered and used and all(phase in handing for phase in meeting):
            found += [InPlace(phase.name, read, written) for phase in meeting]
    return found
