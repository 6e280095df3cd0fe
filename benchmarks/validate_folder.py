"""Solves and validates every manifest of a folder, without a GPU, and prints coverage and times.

    python -m benchmarks.validate_folder FOLDER [--most N] [--with-compiled]

Levels static and simulated, with `--with-compiled` also compiled. `edges`: how many conflict edges are covered, of how
many. `checks`: how many checks of the probe ran, of how many. Times are CPU seconds, including child processes (the
levels run two at once), so a busy machine does not change them. The exit code is 1 where a layout fails a level, or an
edge is not covered.
"""

from __future__ import annotations

import argparse
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from warpack import gpu_runtime
from warpack.solver import load_manifest, optimize
from warpack.solver.wire.manifest import Level
from warpack.solver.wire.report import ValidationReport


@dataclass(frozen=True)
class Validated:
    """One manifest's reports, in the order of the levels; CPU seconds of each."""

    path: Path
    pieces: int
    phases: int
    reports: tuple[ValidationReport, ...]
    cpu_s: tuple[float, ...]

    @property
    def covered(self) -> tuple[int, int]:
        detail = self.reports[-1].detail
        return int(detail.get("conflict_edges_covered", 0)), int(detail.get("conflict_edges", 0))

    @property
    def checks(self) -> tuple[int, int]:
        told = self.reports[-1].detail.get("checks", {})
        return sum(check["ran"] for check in told.values()), len(told)

    @property
    def right(self) -> bool:
        """Every level passed, the probe ran, and no conflict edge is left."""
        ran = bool(self.reports[-1].detail.get("ran"))
        return ran and all(report.passed for report in self.reports) and self.covered[0] == self.covered[1]


def validate(path: Path, levels: Sequence[Level]) -> Validated:
    manifest = load_manifest(path)
    layout = optimize(manifest)
    reports, times = [], []
    for level in levels:
        began = _cpu_s()
        reports.append(gpu_runtime.validate(manifest, layout, level))
        times.append(_cpu_s() - began)
    detail = reports[-1].detail
    return Validated(path, detail.get("pieces", 0), detail.get("phases", 0), tuple(reports), tuple(times))


def _cpu_s() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return process_time() + children.ru_utime + children.ru_stime


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=None, help="so many manifests, spread evenly over the folder")
    parser.add_argument("--with-compiled", action="store_true")
    options = parser.parse_args(arguments)
    paths = sorted(options.folder.glob("*.json"))
    if not paths:
        print(f"no manifests in {options.folder}", file=sys.stderr)
        return 2
    most = len(paths) if options.most is None else min(options.most, len(paths))
    chosen = [paths[index * len(paths) // most] for index in range(most)]
    levels: list[Level] = ["static", "compiled", "simulated"] if options.with_compiled else ["static", "simulated"]
    done = []
    print(f"{'manifest':60} pieces phases       edges checks  cpu_s ({', '.join(levels)})")
    for path in chosen:
        one = validate(path, levels)
        done.append(one)
        times = " ".join(f"{seconds:6.2f}" for seconds in one.cpu_s)
        edges, checks = ("/".join(map(str, pair)) for pair in (one.covered, one.checks))
        state = "" if one.right else "  FAILED"
        print(f"{path.stem:60} {one.pieces:6} {one.phases:6} {edges:>11} {checks:>6}  {times}{state}", flush=True)
        for report in one.reports:
            for finding in report.findings:
                print(f"    {report.level}: {finding.rule}: {finding.message}", file=sys.stderr)
    right = sum(one.right for one in done)
    covered, wanted = (sum(one.covered[at] for one in done) for at in (0, 1))
    worst = max(one.cpu_s[-1] for one in done)
    print(
        f"{right} of {len(done)} passed; {covered} of {wanted} conflict edges covered; simulated at most {worst:.2f} s"
    )
    return 0 if right == len(done) else 1


if __name__ == "__main__":
    sys.exit(main())
