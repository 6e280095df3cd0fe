"""Warpack itself."""

from __future__ import annotations

import time

from benchmarks.attempt import Attempt
from warpack.solver import Layout, Manifest, SearchOptions, optimize, verify
from warpack.solver.recipe import Progress

NAME = "Warpack"


def solve(manifest: Manifest, search: SearchOptions | None = None) -> tuple[Attempt, Layout]:
    """`seconds` is wall-clock time around `optimize` alone, without the verification."""
    curve: list[tuple[float, int]] = []

    def note(progress: Progress) -> None:
        if not curve or progress.run_bytes < curve[-1][1]:
            curve.append((progress.seconds, progress.run_bytes))

    started = time.perf_counter()
    layout = optimize(manifest, on_progress=note, search=search)
    seconds = time.perf_counter() - started
    report = verify(manifest, layout)
    proof = layout.proof.run_bytes
    run_bytes = layout.launch.run_bytes if layout.launch else curve[-1][1] if curve else None
    if run_bytes is not None and (not curve or run_bytes != curve[-1][1]):
        curve.append((seconds, run_bytes))
    attempt = Attempt(
        solver=NAME,
        run_bytes=run_bytes,
        seconds=seconds,
        lower_bound_bytes=proof.lower_bound_bytes,
        proven=layout.status == "optimal" or proof.lower_bound_bytes == run_bytes,
        curve=tuple(curve),
        threads_per_block=layout.launch.threads_per_block if layout.launch else 0,
        fault=None if report.passed else report.findings[0].message,
        detail=str(proof.certificate.get("method", proof.certificate.get("kind", ""))),
    )
    return attempt, layout
