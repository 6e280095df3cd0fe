"""Caps on open orders: for one caller, and for all together. An order that the store answers is never open."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Caps:
    """`orders` is the most open orders of all callers, `orders_per_key` that of one API key. Orders of callers without
    a key count for the first cap alone."""

    orders: int
    orders_per_key: int


class QueueFull(Exception):
    """Another order would exceed a cap. `own`: it is the cap of the caller's key, not that of all orders. `most`: the
    cap."""

    def __init__(self, most: int, *, own: bool) -> None:
        super().__init__(f"{most} orders are open")
        self.most, self.own = most, own


# The states are literal: with parameters, SQLite would not use the partial indexes of unfinished tasks.
_OPEN = text(
    """
    SELECT count(*) AS orders, coalesce(sum(CASE WHEN caller = :caller THEN 1 ELSE 0 END), 0) AS own FROM (
        SELECT orders.caller FROM solves JOIN orders ON orders.solve_id = solves.id
        WHERE solves.state IN ('queued', 'solving') AND orders.cancelled_at IS NULL
        UNION ALL
        SELECT orders.caller FROM validations JOIN orders ON orders.validation_id = validations.id
        WHERE validations.state IN ('waiting', 'validating') AND orders.cancelled_at IS NULL
    ) AS open_orders
    """
)


class Places:
    """The room for orders of one caller in one transaction. Open orders are counted once, however many are taken."""

    def __init__(self, connection: Connection, caller: str, caps: Caps | None) -> None:
        self._connection, self._caller, self._caps = connection, caller, caps
        self._open: tuple[int, int] | None = None

    def take(self) -> None:
        """Takes room for one more open order. Raises `QueueFull`."""
        if self._caps is None:
            return
        if self._open is None:
            row = self._connection.execute(_OPEN, {"caller": self._caller}).one()
            self._open = int(row.orders), int(row.own)
        in_all, own = self._open
        if self._caller and own >= self._caps.orders_per_key:
            raise QueueFull(self._caps.orders_per_key, own=True)
        if in_all >= self._caps.orders:
            raise QueueFull(self._caps.orders, own=False)
        self._open = in_all + 1, own + 1
