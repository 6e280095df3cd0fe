"""The page of the anytime table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.attempt import Attempt
from benchmarks.instances.instance import Instance
from benchmarks.report.tables import Table


@dataclass(frozen=True)
class Moment:
    """What every solver found on one instance within one limit. `attempts`: Warpack's first."""

    instance: Instance
    buffers: int
    limit_s: float
    attempts: tuple[Attempt, ...]

    @property
    def ours(self) -> Attempt:
        return self.attempts[0]

    @property
    def ahead(self) -> tuple[str, ...]:
        """The peers with a smaller packing than Warpack's, or with one where Warpack has none."""
        return tuple(
            one.solver
            for one in self.attempts[1:]
            if one.run_bytes is not None
            and not one.fault
            and (self.ours.run_bytes is None or one.run_bytes < self.ours.run_bytes)
        )

    @property
    def faults(self) -> tuple[str, ...]:
        """Results that were refused."""
        return tuple(f"{one.solver} on {self.instance.name}: {one.fault}" for one in self.attempts if one.fault)

    @property
    def over_s(self) -> float:
        """The seconds by which Warpack exceeded the limit."""
        return max(0.0, self.ours.seconds - self.limit_s)

    def line(self) -> str:
        sizes = "  ".join(f"{one.solver} {size_of(one)} ({one.seconds:.2f} s)" for one in self.attempts)
        ahead = f"  AHEAD: {', '.join(self.ahead)}" if self.ahead else ""
        return f"{self.instance.name:26} {self.limit_s:5g} s  {sizes}{ahead}"


def size_of(attempt: Attempt) -> str:
    if attempt.run_bytes is None:
        return "-"
    return f"{attempt.run_bytes}{'*' if attempt.proven else ''}"


def page_of(moments: Sequence[Moment], limits_s: Sequence[float], command: str, machine: Mapping[str, str]) -> str:
    """The page, as Markdown."""
    ahead = [f"- {one.instance.name} at {one.limit_s:g} s: {', '.join(one.ahead)}" for one in moments if one.ahead]
    bad = [fault for one in moments for fault in one.faults]
    parts = [
        "# Packings against time",
        f"Written by `{command}`.\nEvery solver started anew for each limit, in one process, one after the other; "
        "imports were made before.",
        "\n".join(f"- {name}: {value}" for name, value in machine.items()),
        _WHO,
        _counts(moments, limits_s).markdown(),
        "A peer is ahead here:\n\n" + "\n".join(ahead) if ahead else "No peer is ahead in any row.",
        "Refused:\n\n" + "\n".join(f"- {one}" for one in bad) if bad else "No result was refused.",
        f"Warpack overran a limit by at most {max((one.over_s for one in moments), default=0.0):.2f} s.",
        "## Every instance",
        "Run bytes; a star where the solver itself proved that nothing is smaller.\n"
        "Nothing was run beyond a limit at which Warpack proved its packing.",
        _rows(moments).markdown(),
    ]
    return "\n\n".join(parts) + "\n"


def _counts(moments: Sequence[Moment], limits_s: Sequence[float]) -> Table:
    """Per family and limit: how many packings Warpack has proven, and how many are smaller than, equal to or larger
    than the best peer's."""
    rows: list[tuple[str, ...]] = []
    for family in dict.fromkeys(one.instance.family for one in moments):
        mine = [one for one in moments if one.instance.family == family]
        names = {one.instance.name for one in mine}
        for limit_s in sorted(limits_s):
            proven = {one.instance.name for one in mine if one.limit_s <= limit_s and one.ours.proven}
            run = [one for one in mine if one.limit_s == limit_s]
            behind = sum(bool(one.ahead) for one in run)
            smaller = sum(_smaller(one) for one in run)
            counts = (f"{len(run)} of {len(names)}", len(proven), smaller, len(run) - smaller - behind, behind)
            rows.append((family, f"{limit_s:g} s", *map(str, counts)))
    return Table(("set", "limit", "run", "proven so far", "smaller", "equal", "behind"), rows)


def _smaller(moment: Moment) -> bool:
    peers = [one.run_bytes for one in moment.attempts[1:] if one.run_bytes is not None and not one.fault]
    ours = moment.ours.run_bytes
    return ours is not None and (not peers or ours < min(peers))


def _rows(moments: Sequence[Moment]) -> Table:
    solvers = list(dict.fromkeys(one.solver for moment in moments for one in moment.attempts))
    rows: list[tuple[str, ...]] = []
    for moment in moments:
        by_name = {one.solver: one for one in moment.attempts}
        sizes = (size_of(by_name[name]) if name in by_name else "-" for name in solvers)
        bound = str(moment.ours.lower_bound_bytes)
        rows.append((moment.instance.name, str(moment.buffers), f"{moment.limit_s:g} s", *sizes, bound))
    return Table(("instance", "buffers", "limit", *solvers, "Warpack's bound"), rows)


_WHO = """\
The solvers are those of the [benchmarks](benchmarks.md), and a portfolio of first fit: eight rules for the order of the
buffers, then the same rules disturbed until the limit, the best packing counted. Of omnimalloc every allocator gets the
limit for itself. Every packing is turned into a layout and verified. A limit counts from the call of `optimize`, so
that making the conflicts ready is in it; a busy machine is felt most in the shortest limits."""
