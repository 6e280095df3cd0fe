"""How many orders may be open: of one caller, and in all. One that is answered from the store is never open."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Caps:
    """`orders`: open ones in all. `orders_per_key`: of one API key; those of who calls without one count in all
    alone."""

    orders: int
    orders_per_key: int


class QueueFull(Exception):
    """There is no place for another order now. `own`: the caller has as many open as one key may; else the service has
    as many as it may. `most`: how many these are."""

    def __init__(self, most: int, *, own: bool) -> None:
        super().__init__(f"{most} orders are open")
        self.most, self.own = most, own


# Literal states: with parameters in their place SQLite would not use the indexes of what is unfinished.
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
    """For orders of one caller, within one transaction: counted once, whatever their number."""

    def __init__(self, connection: Connection, caller: str, caps: Caps | None) -> None:
        self._connection, self._caller, self._caps = connection, caller, caps
        self._open: tuple[int, int] | None = None

    def take(self) -> None:
        """One more order will be open. Raises `QueueFull`."""
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
