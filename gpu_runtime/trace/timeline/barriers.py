"""Which barriers a manifest may count on."""

from __future__ import annotations

from warpack.gpu_runtime.trace.summary.model import Place


def counted(place: Place, threads_per_run: int) -> str | None:
    """The scope of the barrier at a place: 'block', 'run', or None where there is none on every way.

    A barrier of a warp is one of the run where whole runs wait there together. Threads of runs of one thread have
    nothing to wait for.
    """
    if place.barrier is None or place.conditional:
        return None
    if place.barrier == 0:
        return "block"
    return "run" if threads_per_run > 1 and place.barrier % threads_per_run == 0 else None


def why_not(place: Place, threads_per_run: int) -> str:
    """Why a barrier that was met is not counted."""
    if place.conditional:
        return "some way leaves it out"
    if threads_per_run == 1:
        return "a barrier of a warp orders nothing for runs of one thread, nor for the block"
    return f"it is not for whole runs of {threads_per_run} threads"
