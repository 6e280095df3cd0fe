"""A first choice of `auto` buffers, taken greedily: something to beat, and all there is where a search does not get
far."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from warpack.solver.search.auto.choice import Members
from warpack.solver.search.auto.demand import Demand


def taken_greedily(wanted: Sequence[int], fits: Callable[[Members], bool]) -> Members:
    """All of a list if it fits beside what was taken before, else its first half, then its second half."""
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
    """The candidates with accesses: those with the most first; with the most for the bytes that they take in the
    fullest of their stretches; with the most for the bytes in all of them."""
    used = [number for number, count in enumerate(accesses) if count]
    sizes = [
        [1, *(size for _, size in demand.weights[number]), *(size for _, _, size in demand.grouped[number])]
        for number in range(len(accesses))
    ]
    yield sorted(used, key=lambda number: (-accesses[number], number))
    yield sorted(used, key=lambda number: (-accesses[number] / max(sizes[number]), number))
    yield sorted(used, key=lambda number: (-accesses[number] / sum(sizes[number]), number))
