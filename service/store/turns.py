"""Whose turn it is: callers take turns by the priorities of their orders, and what takes long stands back for what is
short.

Start-time fair queueing (Goyal, Vin and Cheng 1996). Each solve gets a tag when it is ordered: where the last
unfinished one of its caller and priority ends, but no earlier than the turn that is under way. Solves go in the order
of their tags. So a caller who orders thousands at once is served one at a time between the orders of others, whose
first solve stands beside the one under way. Tags start from nothing whenever nothing is unfinished.

A priority is a share: of high solves four go for each normal one, and of these four for each low one. So nothing waits
for ever, and a caller's own low orders do not hold up what it orders later.
"""

from __future__ import annotations

from fractions import Fraction

from sqlalchemy import Connection, text

from warpack.service.store.records import Priority

_SHORT, _LONG = 16, 128
"""What a solve of normal priority takes of its caller's share."""
_STANDS_BACK = 256
"""How far a long solve stands back for short ones, and a low one for others: sixteen short ones at most go before."""
_WEIGHS: dict[Priority, Fraction] = {"low": Fraction(4), "normal": Fraction(1), "high": Fraction(1, 4)}
_FEW_BUFFERS = 64
_SHORT_LIMIT_S = 1.0
LAST = 2**27
"""No tag is greater, so that what is made of it stays within what an engine takes for a priority."""

# Literal states, both of them first: else SQLite would not use the index of what is unsolved.
_TAGS = text(
    """
    SELECT
        (SELECT max(tag) FROM solves WHERE state IN ('queued', 'solving') AND state = 'solving') AS under_way,
        (SELECT min(tag) FROM solves WHERE state IN ('queued', 'solving') AND state = 'queued') AS first_waiting,
        (SELECT max(tag) FROM solves WHERE state IN ('queued', 'solving') AND state = 'queued'
            AND caller = :caller AND priority = :priority) AS own_waiting,
        (SELECT max(tag) FROM solves WHERE state IN ('queued', 'solving') AND state = 'solving'
            AND caller = :caller AND priority = :priority) AS own_under_way
    """
)


def is_short(buffers: int, time_limit_s: float) -> bool:
    """Whether a solve will end soon, as far as can be told before: real sets of few buffers are proven in
    milliseconds."""
    return buffers <= _FEW_BUFFERS or time_limit_s <= _SHORT_LIMIT_S


def next_tag(connection: Connection, caller: str, priority: Priority, *, short: bool) -> int:
    """For a solve that this caller orders now."""
    found = connection.execute(_TAGS, {"caller": caller, "priority": priority}).one()
    now = found.under_way
    if now is None:
        now = max((found.first_waiting or 0) - _STANDS_BACK, 0)
    begins: int = now + (_STANDS_BACK if priority == "low" else 0)
    takes = int((_SHORT if short else _LONG) * _WEIGHS[priority])
    own: list[int] = [tag + takes for tag in (found.own_waiting, found.own_under_way) if tag is not None]
    stands_back = 0 if short else int(min(_WEIGHS[priority], Fraction(1)) * _STANDS_BACK)
    return min(max(begins, *own, 0) + stands_back, LAST)
