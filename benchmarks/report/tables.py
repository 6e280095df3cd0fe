"""The figures as tables of strings: for the terminal and for the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.running import Row, solvers
from benchmarks.summary import Summary, families
from benchmarks.threads import BUDGETS_KIB, BlockSizes, mean_ratio


@dataclass(frozen=True)
class Table:
    """The first `left` columns are text."""

    titles: Sequence[str]
    rows: Sequence[Sequence[str]]
    left: int = 1

    def markdown(self) -> str:
        rule = ["---" if at < self.left else "---:" for at in range(len(self.titles))]
        return "\n".join("| " + " | ".join(cells) + " |" for cells in (self.titles, rule, *self.rows))


def family_table(summaries: Sequence[Summary]) -> Table:
    titles = ("set", "solver", "answered", "at the bound", "proven", "mean gap", "worst gap", "median s", "worst s")
    rows = [
        (
            one.family,
            one.solver,
            f"{one.answered} of {one.instances}",
            str(one.at_bound),
            str(one.proven),
            percent(one.mean_gap),
            percent(one.worst_gap),
            f"{one.median_s:.3f}",
            f"{one.worst_s:.3f}",
        )
        for one in summaries
    ]
    return Table(titles, rows, left=2)


def instance_table(rows: Sequence[Row]) -> Table:
    """Run bytes of every solver on every instance; a star where the solver proved that none are fewer."""
    names = list(solvers(list(rows)))
    titles = ("instance", "buffers", "bound", *names, "Warpack s", "proof")
    return Table(
        titles,
        [
            (
                row.instance.name,
                str(row.buffers),
                str(row.bound_bytes),
                *(_bytes(row, name) for name in names),
                f"{row.ours.seconds:.3f}",
                row.ours.detail if row.ours.proven else "open",
            )
            for row in rows
        ],
    )


def threads_table(rows: Sequence[Row]) -> Table:
    """Geometric mean of threads per block relative to CuBIE's rule, and how many blocks are larger, per set and
    budget."""
    titles = ("set", "manifests", *(f"{kib} KB" for kib in BUDGETS_KIB))
    found = []
    for family in families(list(rows)):
        inside = [row for row in rows if row.instance.family == family and row.blocks]
        if inside:
            at_budgets = ([row.blocks[at] for row in inside] for at in range(len(BUDGETS_KIB)))
            found.append((family, str(len(inside)), *(_ratio(sizes) for sizes in at_budgets)))
    return Table(titles, found)


def strategies_table(rows: Sequence[Row]) -> Table:
    """What each strategy of Warpack's search achieved, over all instances. Every better packing or bound counts for the
    strategy that made it."""
    titles = (
        "strategy",
        "instances",
        "steps",
        "seconds",
        "packings",
        "bytes saved",
        "bounds",
        "bytes raised",
        "proofs",
    )
    names = dict.fromkeys(one.strategy for row in rows for one in row.accounts)
    found = []
    for name in names:
        accounts = [one for row in rows for one in row.accounts if one.strategy == name]
        counts = [
            sum(getattr(one, count) for one in accounts)
            for count in ("packings", "saved_bytes", "bounds", "raised_bytes", "proofs")
        ]
        steps, seconds = sum(one.steps for one in accounts), sum(one.seconds for one in accounts)
        found.append((name, str(len(accounts)), str(steps), f"{seconds:.2f}", *map(str, counts)))
    return Table(titles, found)


def percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _ratio(sizes: list[BlockSizes]) -> str:
    ratio = mean_ratio(sizes)
    larger = sum(one.ours > one.cubie for one in sizes)
    return "-" if ratio is None else f"x {ratio:.2f}, {larger} larger"


def _bytes(row: Row, solver: str) -> str:
    one = row.by(solver)
    if one is None or one.run_bytes is None:
        return "-"
    return "refused" if one.fault else f"{one.run_bytes}{'*' if one.proven else ''}"
