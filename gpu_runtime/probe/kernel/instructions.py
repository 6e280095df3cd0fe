"""The instructions of a plan: rows of integers that the probe kernel runs, in order, with every thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from enum import IntEnum

from warpack.solver.wire.units import Bytes, Elements


class Op(IntEnum):
    """What a row does. SYNC is a barrier of the probe's own, used only around a zero function that several threads take
    part in: like any kernel, the probe must order it against other threads' use of the same buffer. PAUSE is a barrier
    in the passes that dump memory, and nothing in the others: after it, even what another run's thread destroys in the
    same step is found."""

    FILL = 0
    CHECK = 1
    CHECK_ZERO = 2
    ZERO = 3
    SYNC = 4
    PAUSE = 5


class Sharing(IntEnum):
    """Whose elements a row covers: one run's (distributed over its lanes), one block's (distributed over all threads),
    or a thread's own."""

    RUN = 0
    BLOCK = 1
    THREAD = 2


@dataclass(frozen=True, slots=True)
class Row:
    """`count` elements from `start` on in the view that getter `ref` returns (which must have `size` elements).

    Element e of the row holds the pattern of `token` at index `first + e`: the index inside its piece. It belongs to
    the thread `(owner + e) mod threads`: threads share elements out by address, so that an in-place pair's coinciding
    elements have one owner. `address`: byte of the region at which the layout puts element 0. `paired`: the next row is
    done together with this one, element by element, this one first. `cell` is the piece, for the report. `team`: the
    team that does it, among the threads that share the cell.
    """

    op: Op
    element: int = 0
    ref: int = 0
    size: Elements = 0
    start: Elements = 0
    count: Elements = 0
    token: int = 0
    first: Elements = 0
    owner: int = 0
    sharing: Sharing = Sharing.RUN
    address: Bytes = 0
    itemsize: Bytes = 1
    paired: int = 0
    cell: int = -1
    team: int = 0


FIELDS = tuple(Row.__dataclass_fields__)
WIDTH = len(FIELDS)


def flat(rows: Iterable[Row]) -> list[int]:
    """The rows one after the other, WIDTH integers each, in the order of FIELDS."""
    return [int(value) for row in rows for value in astuple(row)]
