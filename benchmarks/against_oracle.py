"""The optimiser against an exhaustive oracle, on random manifests of up to seven buffers, or of eight to twelve.

    python -m benchmarks.against_oracle --count 10000 --processes 2
    python -m benchmarks.against_oracle --grown --count 1000 --processes 2
    python -m benchmarks.against_oracle --programs --count 1000 --processes 2
    python -m benchmarks.against_oracle --mixed --count 1000 --processes 2
    python -m benchmarks.against_oracle --weighed --count 1000 --processes 2

Every layout is verified, and whatever it claims as proven must agree with the oracle (tests/helpers/oracle). Prints how
many agree, each disagreement with its seed, and what could not be judged. Exits with 1 where anything disagrees.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from time import perf_counter
from typing import Any, Literal

from tests.helpers.machine.programs import program_of_one_scope
from tests.helpers.mixed_manifests import mixed_manifest
from tests.helpers.oracle import Judged, NoPacking, best_figures, compare
from tests.helpers.oracle.packing import NotSettled
from tests.helpers.small_manifests import grown_manifest, small_manifest
from tests.helpers.weighed_manifests import weighed_manifest
from warpack.solver import Layout, Manifest, ManifestError, load_manifest, optimize, verify

Make = Callable[[int], dict[str, Any]]

Verdict = Literal["agrees", "disagrees", "open", "skipped"]


@dataclass(frozen=True)
class Outcome:
    """`agrees`: verified, and every figure claimed as best is best. `open`: nothing is wrong, but not everything is
    claimed as proven. `skipped`: the oracle found no answer in its time. `kind`: the kind of result, for counting."""

    seed: int
    verdict: Verdict
    said: tuple[str, ...]
    kind: str


_ALL_JUDGED = Judged()


def outcome_of(seed: int, judged: Judged = _ALL_JUDGED, make: Make = small_manifest) -> Outcome:
    """Solves and judges the manifest that `make` makes of one seed."""
    manifest = load_manifest(make(seed))
    try:
        layout = optimize(manifest)
    except ManifestError as error:
        return _refused(seed, manifest, error, judged)
    except Exception as error:  # a crash is a finding: the other seeds still have to be judged
        return Outcome(seed, "disagrees", (f"crashed: {error!r}",), "crashed")
    kind = "infeasible" if layout.launch is None else f"{manifest.objective}, {layout.status}"
    report = verify(manifest, layout)
    if not report.passed:
        said = tuple(f"does not verify: {finding.message}" for finding in report.findings)
        return Outcome(seed, "disagrees", said, kind)
    return _compared(seed, manifest, layout, judged, kind)


def _compared(seed: int, manifest: Manifest, layout: Layout, judged: Judged, kind: str) -> Outcome:
    try:
        found = compare(manifest, layout, judged)
    except NotSettled as error:
        return Outcome(seed, "skipped", (str(error),), kind)
    if found.wrong:
        return Outcome(seed, "disagrees", found.wrong, kind)
    return Outcome(seed, "open" if found.open else "agrees", found.open, kind)


def _refused(seed: int, manifest: Manifest, error: ManifestError, judged: Judged) -> Outcome:
    kind = "no packing"
    try:
        best = best_figures(manifest, split=judged.split, promote=judged.promote)
    except NotSettled as unsettled:
        return Outcome(seed, "skipped", (str(unsettled),), kind)
    if isinstance(best, NoPacking):
        return Outcome(seed, "agrees", (), kind)
    return Outcome(seed, "disagrees", (f"refused ({error}), but there is a packing: {best}",), kind)


def outcomes(seeds: range, processes: int, judged: Judged, make: Make) -> Iterator[Outcome]:
    judge = partial(outcome_of, judged=judged, make=make)
    if processes == 1:
        yield from map(judge, seeds)
        return
    with get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(judge, seeds, chunksize=20)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.against_oracle", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="manifests (10000 takes some ten minutes of one core)")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument(
        "--grown", action="store_true", help="more buffers, wider alignments, fewer threads (a second each)"
    )
    parser.add_argument(
        "--programs", action="store_true", help="programs with every construct of time, of one scope each"
    )
    parser.add_argument("--mixed", action="store_true", help="element types that want different strides")
    parser.add_argument("--weighed", action="store_true", help="registers are known, and accesses are weighed")
    parser.add_argument("--without-splitting", action="store_true", help="hold all parts in their buffers")
    parser.add_argument("--without-promotion", action="store_true", help="judge any choice of auto buffers by itself")
    options = parser.parse_args(arguments)
    judged = Judged(split=not options.without_splitting, promote=not options.without_promotion)
    seeds = range(options.first, options.first + options.count)
    started, counted, kinds = perf_counter(), Counter[str](), Counter[str]()
    asked = (
        (options.programs, program_of_one_scope),
        (options.grown, grown_manifest),
        (options.mixed, mixed_manifest),
        (options.weighed, weighed_manifest),
    )
    make = next((make for wanted, make in asked if wanted), small_manifest)
    for outcome in outcomes(seeds, options.processes, judged, make):
        counted[outcome.verdict] += 1
        kinds[outcome.kind] += 1
        if outcome.verdict != "agrees":
            print(f"seed {outcome.seed} {outcome.verdict}: {'; '.join(outcome.said)}", flush=True)
    verdicts: tuple[Verdict, ...] = ("agrees", "disagrees", "open", "skipped")
    print(", ".join(f"{verdict} {counted[verdict]}" for verdict in verdicts), f"of {options.count}")
    print("; ".join(f"{kind}: {number}" for kind, number in sorted(kinds.items())))
    print(f"{perf_counter() - started:.0f} s")
    return 1 if counted["disagrees"] else 0


if __name__ == "__main__":
    sys.exit(main())
