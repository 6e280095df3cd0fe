"""A first choice of `auto` buffers, taken greedily. The search must beat it. If the search does not come far, it is the
result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from warpack.solver.search.auto.choice import Members
from warpack.solver.search.auto.demand import Demand


def taken_greedily(wanted: Sequence[int], fits: Callable[[Members], bool]) -> Members:
    """Takes all of a list, if it fits beside what was taken before. Else tries its first half, then its second half, in
    the same manner."""
    taken: Members = ()
    waiting = [tuple(wanted)]
    while waiting:
        batch = waiting.pop()
        if not batch:
            continue
        if fits((*taken, *batch)):
            taken = (*taken, *batch)
        elif len(batch) > 1:
            half = (len(batch) + 1) // 2
            waiting += [batch[half:], batch[:half]]
    return taken


def greedy_orders(accesses: Sequence[int], demand: Demand) -> Iterator[list[int]]:
    """Three orders of the candidates with accesses: by accesses; by accesses per byte in the fullest of their
    stretches; by accesses per byte in all their stretches. The most come first."""
    used = [number for number, count in enumerate(accesses) if count]
    sizes = [
        [1, *(size for _, size in demand.weights[number]), *(size for _, _, size in demand.grouped[number])]
        for number in range(len(accesses))
    ]
    yield sorted(used, key=lambda number: (-accesses[number], number))
    yield sorted(used, key=lambda number: (-accesses[number] / max(sizes[number]), number))
    yield sorted(used, key=lambda number: (-accesses[number] / sum(sizes[number]), number))
