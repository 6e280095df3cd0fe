"""Runs manifests of very many buffers through all of Warpack: load, optimise, write, verify.

    python -m benchmarks.crowded --count 62000 --seed 1

prints one line for each kind of lifetimes (`benchmarks.instances.crowds`): CPU seconds of each step, wall-clock seconds
of the first three together, the run bytes above the proven lower bound, the peak memory, and whether the verifier
passed the layout. Every kind is solved in a process of its own, with the manifest's default time limit, from JSON bytes
to JSON bytes. Exits with 1 where a layout did not pass or a manifest has no layout.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context

from benchmarks.instances.crowds import KINDS, crowd
from warpack.solver import load_manifest, optimize, verify


@dataclass(frozen=True)
class Crowded:
    """The figures of one manifest. `cpu_s`: load, optimise, write, verify. `clock_s`: the first three together.
    `run_bytes` None: it does not fit. `peak_bytes`: the most memory that the process held."""

    kind: str
    cpu_s: tuple[float, ...]
    clock_s: float
    status: str
    run_bytes: int | None
    bound_bytes: int
    peak_bytes: int
    verified: bool

    def line(self) -> str:
        above = "-" if self.run_bytes is None else f"{100 * (self.run_bytes / max(1, self.bound_bytes) - 1):.2f} %"
        steps = " ".join(f"{seconds:6.2f}" for seconds in self.cpu_s)
        passed = "verified" if self.verified else "NOT verified"
        memory = self.peak_bytes / 2**20
        return f"{self.kind:12} {steps}  {self.clock_s:6.2f}  {above:>7}  {memory:4.0f} MiB  {self.status}, {passed}"


def measure(count: int, kind: str, seed: int) -> Crowded:
    source = json.dumps(crowd(count, kind, seed).document).encode()
    clock, marks = time.monotonic(), [time.process_time()]
    manifest = load_manifest(source)
    marks.append(time.process_time())
    layout = optimize(manifest)
    marks.append(time.process_time())
    layout.model_dump_json()
    marks.append(time.process_time())
    clock_s = time.monotonic() - clock
    report = verify(manifest, layout)
    marks.append(time.process_time())
    steps = tuple(after - before for before, after in pairwise(marks))
    run_bytes = None if layout.launch is None else layout.launch.run_bytes
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    bound = layout.proof.run_bytes.lower_bound_bytes
    return Crowded(kind, steps, clock_s, layout.status, run_bytes, bound, peak_bytes, report.passed)


def main() -> int:
    parser = argparse.ArgumentParser(description="Manifests of very many buffers, from JSON to a verified layout.")
    parser.add_argument("--count", type=int, default=62_000, help="buffers")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--kind", action="append", choices=sorted(KINDS), help="more than one may be given; default: all"
    )
    options = parser.parse_args()
    print(
        f"{'lifetimes':12} {'load':>6} {'solve':>6} {'write':>6} {'verify':>6}  {'clock':>6}  above bound", flush=True
    )
    failed = False
    for kind in options.kind or KINDS:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
            found = alone.submit(measure, options.count, kind, options.seed).result()
        print(found.line(), flush=True)
        failed = failed or not found.verified or found.run_bytes is None
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
