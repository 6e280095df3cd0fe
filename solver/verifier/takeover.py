"""Whether an in-place pair that lies in the same bytes keeps all contents that are still needed.

In the listed phases, those in which both are live, the two are one memory. Contents that count on the way in must be those of the
read, and contents that count on the way out those of the write: anything else has been written over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from solver.verifier.spans import Spans, covers
from solver.wire.units import Phase

Edge = tuple[Phase, Phase]
"""A phase and one that may run right after it."""

Names = Callable[[Phase], frozenset[str]]


def keeps_contents(
    edges: Iterable[Edge],
    shared: Spans,
    read_in: Names,
    written_in: Names,
    carried: Callable[[Phase, Phase], frozenset[str]],
) -> bool:
    """`edges`: the ways into and out of the phases in `shared`. `read_in` and `written_in` give the names of the pieces that a
    listed phase reads and writes in place, `carried` of those whose contents count on from one phase to the next."""
    for before, after in edges:
        if covers(shared, before) and covers(shared, after):
            continue
        kept = written_in(before) if covers(shared, before) else read_in(after)
        if carried(before, after) - kept:
            return False
    return True
