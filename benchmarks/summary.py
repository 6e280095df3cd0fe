"""The figures of a family, solver by solver."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from benchmarks.attempt import Attempt
from benchmarks.running import Row, solvers


@dataclass(frozen=True)
class Summary:
    """`at_bound`: results that equal the best known bound of their instance. `proven`: those that the solver proved
    itself. Gaps are bytes above that bound, as a share of it, over the instances that the solver answered."""

    family: str
    solver: str
    instances: int
    answered: int
    at_bound: int
    proven: int
    mean_gap: float | None
    worst_gap: float | None
    median_s: float
    worst_s: float
    unproven: tuple[str, ...]
    """Names of the instances left without a proof."""


def families(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(row.instance.family for row in rows))


def gap(row: Row, run_bytes: int) -> float:
    """Bytes above the bound, as a share of it."""
    return run_bytes / row.bound_bytes - 1 if row.bound_bytes else 0.0


def summarise(rows: list[Row]) -> list[Summary]:
    """Families in their order, in each the solvers in theirs. A result that was refused counts as none."""
    found = []
    for family in families(rows):
        inside = [row for row in rows if row.instance.family == family]
        found += [_summary(family, solver, inside) for solver in solvers(inside)]
    return found


def _summary(family: str, solver: str, rows: list[Row]) -> Summary:
    pairs: list[tuple[Row, Attempt]] = [(row, one) for row in rows if (one := row.by(solver)) is not None]
    sizes = [(row, one.run_bytes) for row, one in pairs if one.run_bytes is not None and one.fault is None]
    gaps = [gap(row, size) for row, size in sizes]
    proven = [one.proven and one.fault is None for _, one in pairs]
    times = [one.seconds for _, one in pairs]
    return Summary(
        family=family,
        solver=solver,
        instances=len(pairs),
        answered=len(sizes),
        at_bound=sum(size <= row.bound_bytes for row, size in sizes),
        proven=sum(proven),
        mean_gap=statistics.fmean(gaps) if gaps else None,
        worst_gap=max(gaps, default=None),
        median_s=statistics.median(times),
        worst_s=max(times),
        unproven=tuple(row.instance.name for (row, _), done in zip(pairs, proven, strict=True) if not done),
    )
