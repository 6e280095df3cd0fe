"""Lifetimes of a live solver's buffers from its own step code: recorded as it runs, and analysed on all ways.

Every pair of buffers gets a verdict (`warpack.gpu_runtime.trace.verdicts`). Pairs that the recording could not cover
share nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from warpack.gpu_runtime.adapters.cubie.analysed import analyse_solver
from warpack.gpu_runtime.adapters.cubie.collect import Collected
from warpack.gpu_runtime.adapters.cubie.errors import UntraceableSolverError
from warpack.gpu_runtime.adapters.cubie.recorded import record_solver
from warpack.gpu_runtime.adapters.cubie.traced_manifest import traced_manifest
from warpack.gpu_runtime.trace.errors import TraceError
from warpack.gpu_runtime.trace.judging import judged
from warpack.gpu_runtime.trace.positions import ArraySite
from warpack.gpu_runtime.trace.record.sites import Recording
from warpack.gpu_runtime.trace.static import Lifetimes, NotAnalysedError
from warpack.gpu_runtime.trace.summary.making import summary_of
from warpack.gpu_runtime.trace.summary.merging import merged
from warpack.gpu_runtime.trace.summary.model import Summary
from warpack.gpu_runtime.trace.summary.static_facts import LoopFacts, StaticFacts
from warpack.gpu_runtime.trace.summary.straight import straightened
from warpack.gpu_runtime.trace.timeline.timeline import timeline_of
from warpack.gpu_runtime.trace.verdicts import PairVerdict, kept_apart, never_ran, one_trip

MOST_UNROLLED = 16
"""Trips of a loop that are told apart: stages of a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What traced lifetimes rest on. `verdicts`: of pairs of buffers, or of rows `buffer#row2`. `never_ran`: lines that
    access buffers and did not run, `one_trip`: of loops that made no second trip, each as `file:line`."""

    verdicts: tuple[PairVerdict, ...]
    never_ran: tuple[str, ...]
    one_trip: tuple[str, ...]
    unfollowed: tuple[str, ...]


def trace_lifetimes(
    solver: Any, collected: Collected, run: Callable[[], object], *, proved: bool = False
) -> tuple[dict[str, Any], Evidence]:
    """The collected manifest with the lifetimes that `run` shows instead of its own. `proved`: what was only observed
    apart shares nothing either. Raises `UntraceableSolverError`."""
    try:
        recordings = record_solver(solver, collected, run)
        found = analyse_solver(solver, collected)
        summary, facts = _summary(recordings, found)
        timeline = timeline_of(summary)
    except (TraceError, NotAnalysedError) as error:
        raise UntraceableSolverError(f"the solver cannot be traced: {error}") from error
    verdicts = judged(summary, timeline)
    evidence = Evidence(
        verdicts=verdicts,
        never_ran=_lines(never_ran(summary.ran, facts)),
        one_trip=_lines(one_trip(summary.trips, facts)),
        unfollowed=facts.unfollowed,
    )
    return traced_manifest(collected, summary, timeline, kept_apart(verdicts, proved)), evidence


def _summary(recordings: Iterable[Recording], found: Lifetimes) -> tuple[Summary, StaticFacts]:
    fixed = {path: trips for path, trips in found.fixed_trips.items() if trips <= MOST_UNROLLED}
    summary = reduce(merged, [summary_of(straightened(one, fixed)) for one in recordings])
    facts = _of_rows(found, [array.site for array in summary.arrays])
    return replace(summary, static=facts), facts


def _of_rows(found: Lifetimes, rows: Iterable[ArraySite]) -> StaticFacts:
    """What the analysis says of buffers, said of each of their rows."""
    of: dict[str, list[ArraySite]] = {}
    for row in rows:
        of.setdefault(row.path[0].file, []).append(row)
    known = {site: tuple(of.get(site.path[0].file, ())) or (site,) for site in found.arrays}

    def spread(sites: Iterable[ArraySite]) -> frozenset[ArraySite]:
        return frozenset(row for site in sites for row in known[site])

    def pairs(pair: Iterable[ArraySite]) -> Iterable[frozenset[ArraySite]]:
        one, other = pair
        return (frozenset((first, second)) for first in known[one] for second in known[other])

    return StaticFacts(
        arrays=tuple(row for site in found.arrays for row in known[site]),
        together={rows: path for pair, path in found.together.items() for rows in pairs(pair)},
        unordered={rows: paths for pair, paths in found.unordered.items() for rows in pairs(pair)},
        private=spread(found.private),
        apart_as_runs=frozenset(rows for pair in found.apart_as_runs for rows in pairs(pair)),
        accesses={path: spread(sites) for path, sites in found.accesses.items()},
        loops=tuple(LoopFacts(loop.path, loop.trips, spread(loop.arrays)) for loop in found.loops),
        unfollowed=tuple(found.unfollowed.values()),
    )


def _lines(found: Mapping[Any, frozenset[ArraySite]]) -> tuple[str, ...]:
    return tuple(sorted({f"{path[-1].file}:{path[-1].line}" for path, arrays in found.items() if arrays}))
