"""From the accesses of each phase to the phases in which each buffer (or row) is live.

A value lives from the phase that writes it to the phase that reads it last. A write whose value nobody reads, and a
stray write over a dead value, still take the bytes in their phase.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from warpack.gpu_runtime.adapters.cubie.script import STEPS_RUN, Moment


@dataclass(frozen=True)
class Liveness:
    """`phases` in program order, the loop's body from `loop_start` on; `live` by buffer or `buffer#row`: inclusive
    stretches of phase indices; `in_place`: (phase, read, write)."""

    phases: tuple[str, ...]
    loop_start: int
    live: dict[str, tuple[tuple[int, int], ...]]
    in_place: tuple[tuple[str, str, str], ...]


def find_liveness(moments: Iterable[Moment]) -> Liveness:
    trace = list(moments)
    order = {phase: index for index, phase in enumerate(dict.fromkeys(moment.phase for moment in trace))}
    touched: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for time, moment in enumerate(trace):
        for access in moment.accesses:
            touched[access.buffer].append((time, access.operation))
    loop_start = next(order[moment.phase] for moment in trace if moment.step >= 0)
    live: dict[str, tuple[tuple[int, int], ...]] = {}
    for buffer, accesses in touched.items():
        phases: set[int] = set()
        for start, end in _values(accesses):
            if end == 0:
                continue  # the zero fill of the kernel's start, read by nobody
            # The last step has no successor to read what it leaves: only the steps before it are representative.
            phases.update(
                order[trace[time].phase] for time in range(start, end + 1) if trace[time].step < STEPS_RUN - 1
            )
        # A value that enters the loop and is not carried round it was written anew at the loop's head.
        fresh_at = loop_start if len(order) - 1 not in phases else None
        live[buffer] = _stretches(phases, fresh_at)
    return Liveness(
        tuple(order), loop_start, live, tuple(pair for pair in _in_place(trace) if _alone(pair, order, live))
    )


def _values(accesses: list[tuple[int, str]]) -> list[tuple[int, int]]:
    """(first, last) moments of every value that the bytes hold, in order."""
    values: list[tuple[int, int]] = []
    for time, operation in accesses:
        if not values or operation in ("write", "clobber", "write in place"):
            values.append((time, time))
        else:
            values[-1] = (values[-1][0], time)
    return values


def _stretches(phases: set[int], fresh_at: int | None) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for phase in sorted(phases):
        if found and found[-1][1] == phase - 1 and phase != fresh_at:
            found[-1] = (found[-1][0], phase)
        else:
            found.append((phase, phase))
    return tuple(found)


def _alone(pair: tuple[str, str, str], order: dict[str, int], live: dict[str, tuple[tuple[int, int], ...]]) -> bool:
    """Whether the two are live together in that phase only; otherwise they may not share bytes, in place or not."""
    phase, *buffers = pair
    read, write = ({time for first, last in live[buffer] for time in range(first, last + 1)} for buffer in buffers)
    return read & write == {order[phase]}


def _in_place(trace: list[Moment]) -> tuple[tuple[str, str, str], ...]:
    pairs = {
        (moment.phase, read.buffer, write.buffer): None
        for moment in trace
        for read in moment.accesses
        for write in moment.accesses
        if read.operation == "read in place" and write.operation == "write in place"
    }
    return tuple(pairs)
