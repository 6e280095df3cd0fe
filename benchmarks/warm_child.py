"""What it costs beside the computing itself to solve a small static manifest in a child process: a fresh or a warm one.

    python -m benchmarks.warm_child [--buffers N] [--rounds N]

Each round takes another manifest and does it three times: solved and verified here, in a warm child, and in a fresh
one. Times by the clock, because processes wait for one another: on a busy machine trust the ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from time import perf_counter
from typing import Any

from warpack.service.jobs.child_tasks.solves import solve_and_verify
from warpack.service.jobs.children.fork_server import SOLVING
from warpack.service.jobs.children.supervision import run_child
from warpack.service.jobs.children.warm import WarmChildren

_LIMIT_S = 60.0


@dataclass(frozen=True)
class Took:
    """Seconds of one round."""

    here_s: float
    warm_s: float
    fresh_s: float


def manifest_of(buffers: int, seed: int) -> dict[str, Any]:
    """Buffers of a few hundred bytes, each live for some of 40 phases."""
    rows = [
        {
            "name": f"b{number}",
            "size": (number * 37 + seed) % 200 + 1,
            "dtype": "float32",
            "lifetime": [[number % 30, number % 30 + 1 + number % 9]],
        }
        for number in range(buffers)
    ]
    return {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "8.6"},
        "launch": {"max_threads_per_block": 256},
        "timeline": {"length": 40},
        "buffers": rows,
        "validation": "static",
    }


async def measured(buffers: int, rounds: int) -> list[Took]:
    """Raises RuntimeError where a layout did not pass."""
    children = WarmChildren(SOLVING, size=1)
    try:
        await children.prepare()
        took = [await _round(children, manifest_of(buffers, seed)) for seed in range(rounds)]
    finally:
        await children.close()
    return took[1:]  # the first loads modules here


async def _round(children: WarmChildren, document: dict[str, Any]) -> Took:
    request = json.dumps({"manifest": json.dumps(document), "time_limit_s": 5.0}).encode()
    times = [perf_counter()]
    answers = [solve_and_verify(request, lambda: False)]
    times.append(perf_counter())
    answers.append((await children.ask(solve_and_verify, request, _LIMIT_S)).answer or b"{}")
    times.append(perf_counter())
    fresh = await run_child(solve_and_verify, request, limit_s=_LIMIT_S, wanted=lambda: True, server=SOLVING)
    answers.append(fresh.answer or b"{}")
    times.append(perf_counter())
    if not all(json.loads(answer).get("validated", {}).get("passed") for answer in answers):
        raise RuntimeError("a manifest was not solved and verified three times")
    return Took(*(later - sooner for sooner, later in pairwise(times)))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--buffers", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=30)
    asked = parser.parse_args()
    took = asyncio.run(measured(asked.buffers, asked.rounds + 1))
    print(f"{len(took)} manifests of {asked.buffers} buffers, solved, verified, emitted; medians")
    here = median(one.here_s for one in took)
    for name in ("here", "warm", "fresh"):
        times = sorted(getattr(one, f"{name}_s") for one in took)
        ratio = median(getattr(one, f"{name}_s") / one.here_s for one in took)
        print(
            f"{name:6} {median(times) * 1000:8.1f} ms   p95 {times[int(len(times) * 0.95)] * 1000:8.1f} ms   x {ratio:.2f}"
        )
    print(f"beside the computing: {(median(one.warm_s for one in took) - here) * 1000:.1f} ms in a warm child")


if __name__ == "__main__":
    main()
