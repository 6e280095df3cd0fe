"""The order in which solves run. Callers share turns fairly by the priorities of their orders, and short solves go
before long ones.

This is start-time fair queueing (Goyal, Vin and Cheng 1996). Each solve gets a tag when it is ordered. The tag is the
end of the last unfinished solve of its caller and priority, or the tag of the solve in progress if that is later.
Solves run in the order of their tags. So if a caller orders thousands at once, they run one at a time between the
solves of other callers: the first solve of another caller gets the tag of the solve in progress. Tags start from 0
whenever nothing is unfinished.

A priority is a share. Four high solves run for each normal one, and four normal ones for each low one. So nothing waits
for ever, and a caller's low orders do not delay its later orders.
"""

from __future__ import annotations

from fractions import Fraction

from sqlalchemy import Connection, text

from warpack.service.store.records import Priority

_SHORT, _LONG = 16, 128
"""What a short and a long solve of normal priority take of their caller's share."""
_STANDS_BACK = 256
"""By how much a long solve, or one of low priority, is put back. At most sixteen short solves go before it."""
_WEIGHS: dict[Priority, Fraction] = {"low": Fraction(4), "normal": Fraction(1), "high": Fraction(1, 4)}
_FEW_BUFFERS = 64
_SHORT_LIMIT_S = 1.0
LAST = 2**27
"""The greatest tag. Turns are made of tags, and must stay within the priorities of an engine."""

# The states are literal, and the IN condition comes first. Else SQLite would not use the index of unsolved solves.
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
    """Whether a solve is expected to end soon. Real sets of few buffers are proven in milliseconds."""
    return buffers <= _FEW_BUFFERS or time_limit_s <= _SHORT_LIMIT_S


def next_tag(connection: Connection, caller: str, priority: Priority, *, short: bool) -> int:
    """The tag of a solve that this caller orders now."""
    found = connection.execute(_TAGS, {"caller": caller, "priority": priority}).one()
    now = found.under_way
    if now is None:
        now = max((found.first_waiting or 0) - _STANDS_BACK, 0)
    begins: int = now + (_STANDS_BACK if priority == "low" else 0)
    takes = int((_SHORT if short else _LONG) * _WEIGHS[priority])
    own: list[int] = [tag + takes for tag in (found.own_waiting, found.own_under_way) if tag is not None]
    stands_back = 0 if short else int(min(_WEIGHS[priority], Fraction(1)) * _STANDS_BACK)
    return min(max(begins, *own, 0) + stands_back, LAST)
