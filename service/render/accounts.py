"""The ledger of a solve: what each strategy of the search found and proved."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table

from warpack.solver.wire.run_info import StrategyAccount

_TITLES = ("strategy", "steps", "seconds", "effort", "packings", "saved", "bounds", "raised", "proofs")


def accounts_table(accounts: Iterable[StrategyAccount]) -> Table:
    """A row for each strategy, in the order in which they were first asked. A figure of 0 is left empty. `saved` and
    `raised` are bytes. `proofs` is how often the strategy closed the interval between bound and best packing."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for at, title in enumerate(_TITLES):
        table.add_column(title, justify="right" if at else "left", no_wrap=True)
    for one in accounts:
        table.add_row(
            one.strategy,
            _count(one.steps),
            f"{one.seconds:.3f}" if one.steps else "",
            f"{one.effort:.3f}" if one.effort else "",
            _count(one.packings),
            _count(one.saved_bytes),
            _count(one.bounds),
            _count(one.raised_bytes),
            _count(one.proofs),
        )
    return table


def _count(number: int) -> str:
    return f"{number:,}" if number else ""
