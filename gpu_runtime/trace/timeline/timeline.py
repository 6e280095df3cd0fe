"""The timeline of a kernel, with the scope of each array: all that a manifest is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from warpack.gpu_runtime.trace.positions import ArraySite
from warpack.gpu_runtime.trace.summary.model import Summary
from warpack.gpu_runtime.trace.timeline.in_place import InPlace, candidates, pairs_of
from warpack.gpu_runtime.trace.timeline.loops import Span, spans_of
from warpack.gpu_runtime.trace.timeline.phases import Phase, phases_of
from warpack.gpu_runtime.trace.timeline.scopes import Scope, scopes_of, threads_per_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """`packed`: the arrays that a manifest can have; local ones of runs of several threads it cannot."""

    phases: tuple[Phase, ...]
    loops: tuple[Span, ...]
    in_place: tuple[InPlace, ...]
    scopes: Mapping[ArraySite, Scope]
    threads_per_run: int
    packed: tuple[ArraySite, ...]

    def together(self, one: ArraySite, other: ArraySite) -> tuple[Phase, ...]:
        """The phases in which two arrays are needed at once."""
        return tuple(phase for phase in self.phases if one in phase.live and other in phase.live)


def timeline_of(summary: Summary, run_scope: Iterable[str] = (), block_scope: Iterable[str] = ()) -> Timeline:
    """`run_scope`: names of arrays that the user says are one copy for each run, `block_scope`: one for the block.
    Raises TraceError where an array is not a run's."""
    told = tuple(run_scope)
    threads, scopes = threads_per_run(summary, told), scopes_of(summary, told, block_scope)
    sizes = {array.site.dtype: np.dtype(array.site.dtype).itemsize for array in summary.arrays}
    pairs = candidates(summary, scopes, sizes)
    phases = phases_of(summary, threads, pairs)
    alone = frozenset(site for site, scope in scopes.items() if scope.of_run and threads == 1)
    return Timeline(
        phases=tuple(phases),
        loops=tuple(spans_of(summary, phases)),
        in_place=tuple(pairs_of(phases, pairs, alone)),
        scopes=scopes,
        threads_per_run=threads,
        packed=tuple(site for site in scopes if threads == 1 or site.space != "local"),
    )
