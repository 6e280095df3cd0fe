"""A verdict for each pair of a kernel's arrays, from what was seen and what its source says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from warpack.gpu_runtime.trace.summary.model import Summary
from warpack.gpu_runtime.trace.timeline.timeline import Timeline
from warpack.gpu_runtime.trace.verdicts import PairVerdict, Recorded, Verdict, judge, never_ran, one_trip


def judged(summary: Summary, timeline: Timeline) -> tuple[PairVerdict, ...]:
    """The verdict for each pair. Without a static analysis what was seen apart is only observed, with the reason."""
    together = frozenset(frozenset(pair) for pair in summary.pairs() if timeline.together(*pair))
    alone = timeline.threads_per_run == 1
    if summary.static is None:
        return tuple(
            PairVerdict(one, other, Verdict.TOGETHER)
            if frozenset((one, other)) in together
            else PairVerdict(one, other, Verdict.OBSERVED, summary.static_trouble or "no static analysis")
            for one, other in summary.pairs()
        )
    recorded = Recorded(
        arrays=tuple(array.site for array in summary.arrays),
        together=together,
        ran=summary.ran,
        trips=summary.trips,
        run_scoped=frozenset(site for site, scope in timeline.scopes.items() if scope.of_run and alone),
    )
    return judge(recorded, summary.static)


def sentences(verdicts: Sequence[PairVerdict]) -> Iterator[str]:
    """How many pairs have which verdict; then each that rests on the inputs alone or was not covered, with why."""
    counts = Counter(verdict.verdict for verdict in verdicts)
    yield "pairs: " + ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict if counts[verdict])
    for wanted in (Verdict.OBSERVED, Verdict.NOT_COVERED):
        for one in verdicts:
            if one.verdict is wanted:
                why = f": {one.because}" if one.because else ""
                yield f"{one.first.name} and {one.second.name} {wanted.value}{why}"


def verdicts_json(verdicts: Iterable[PairVerdict]) -> list[dict[str, str]]:
    """The verdicts of a trace file."""
    return [
        {
            "first": one.first.name,
            "second": one.second.name,
            "verdict": one.verdict.value,
            "because": one.because,
        }
        for one in verdicts
    ]


def coverage_json(summary: Summary) -> dict[str, Any] | None:
    """What the recording has not seen: lines with accesses that never ran, and loops of one trip. None: nobody knows,
    since the source could not be analysed."""
    if summary.static is None:
        return None
    return {
        "never_ran": sorted({path[-1].line for path in never_ran(summary.ran, summary.static)}),
        "one_trip": sorted({path[-1].line for path in one_trip(summary.trips, summary.static)}),
    }
