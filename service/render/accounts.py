"""The ledger of a solve: what each strategy of the search found and proved."""

from __future__ import annotations

from collections.abc import Iterable

from warpack.service.render.columns import Column, Columns
from warpack.solver.wire.run_info import StrategyAccount

_TITLES = ("strategy", "steps", "seconds", "effort", "packings", "saved", "bounds", "raised", "proofs")


def accounts_table(accounts: Iterable[StrategyAccount]) -> Columns:
    """A row for each strategy, in the order in which they were first asked. A figure of 0 is left empty. `saved` and
    `raised` are bytes. `proofs` is how often the strategy closed the interval between bound and best packing."""
    columns = [Column(title, right=bool(at), head=not at) for at, title in enumerate(_TITLES)]
    rows = [
        (
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
        for one in accounts
    ]
    return Columns(columns, rows)


def _count(number: int) -> str:
    return f"{number:,}" if number else ""
