"""Whose turn it is: callers take turns, and what takes long stands back for what is short.

Start-time fair queueing (Goyal, Vin and Cheng 1996). Each solve gets a tag when it is ordered: where its caller's last
unfinished one ends, but no earlier than the turn that is under way. Solves go in the order of their tags. So a caller
who orders thousands at once is served one at a time between the orders of others, whose first solve stands beside the
one under way. Tags start from nothing whenever nothing is unfinished.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from warpack.service.store.tables import solves

_SHORT, _LONG = 16, 128
"""What a solve takes of its caller's share."""
_STANDS_BACK = 256
"""How far a long solve stands back for short ones: sixteen of them at most go before it."""
_FEW_BUFFERS = 64
_SHORT_LIMIT_S = 1.0
LAST = 2**27
"""No tag is greater, so that what is made of it stays within what an engine takes for a priority."""


def is_short(buffers: int, time_limit_s: float) -> bool:
    """Whether a solve will end soon, as far as can be told before: real sets of few buffers are proven in
    milliseconds."""
    return buffers <= _FEW_BUFFERS or time_limit_s <= _SHORT_LIMIT_S


def next_tag(connection: Connection, caller: str, *, short: bool) -> int:
    """For a solve that this caller orders now."""
    under_way = select(func.max(solves.c.tag)).where(solves.c.state == "solving")
    first_waiting = select(func.min(solves.c.tag)).where(solves.c.state == "queued")
    own = select(func.max(solves.c.tag)).where(solves.c.state.in_(("queued", "solving")), solves.c.caller == caller)
    now = connection.execute(under_way).scalar_one()
    if now is None:
        now = max((connection.execute(first_waiting).scalar_one() or 0) - _STANDS_BACK, 0)
    last = connection.execute(own).scalar_one()
    start = max(now, 0 if last is None else last + (_SHORT if short else _LONG))
    return int(min(start + (0 if short else _STANDS_BACK), LAST))
