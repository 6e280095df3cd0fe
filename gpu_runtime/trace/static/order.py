"""Pairs of arrays that threads of a block access with no barrier between: in the same bytes they would disturb.

Arrays that each thread has for itself need none; the thread's own order is enough for two of them.
"""

from __future__ import annotations

from itertools import combinations

from warpack.gpu_runtime.trace.positions import Path
from warpack.gpu_runtime.trace.static.graph import Graph
from warpack.gpu_runtime.trace.static.storage import Storage

Unordered = dict[tuple[int, int], tuple[Path, Path]]


def find_unordered(graph: Graph, storage: Storage, touched: list[frozenset[int]]) -> Unordered:
    """`touched`: the arrays that each place reads or writes. A place of each of the pair, the earlier one first."""
    pairs = [
        (a, b)
        for a, b in combinations(range(len(storage.arrays)), 2)
        if not (storage.arrays[a].private and storage.arrays[b].private)
    ]
    if not pairs:
        return {}
    found: Unordered = {}
    since = _since_barrier(graph, touched)
    for number, arrays in enumerate(touched):
        for array in arrays:
            for other, where in since[number].items():
                _add(found, storage, other, array, (graph.places[where].path, graph.places[number].path))
            for other in arrays:
                _add(found, storage, other, array, (graph.places[number].path, graph.places[number].path))
    for some, others in graph.parted:
        first, second = _accessed(some, touched), _accessed(others, touched)
        for a, at in first.items():
            for b, there in second.items():
                _add(found, storage, a, b, (graph.places[at].path, graph.places[there].path))
    return found


def _add(found: Unordered, storage: Storage, a: int, b: int, places: tuple[Path, Path]) -> None:
    if a != b and not (storage.arrays[a].private and storage.arrays[b].private):
        found.setdefault((min(a, b), max(a, b)), places)


def _since_barrier(graph: Graph, touched: list[frozenset[int]]) -> list[dict[int, int]]:
    """By place: the arrays that some way to it accesses after its last barrier, each with a place that does."""
    came: list[dict[int, int]] = [{} for _ in graph.places]
    waiting = list(range(len(graph.places)))
    while waiting:
        number = waiting.pop()
        place = graph.places[number]
        left = {} if place.barrier else came[number] | dict.fromkeys(touched[number], number)
        for target in place.next:
            new = left.keys() - came[target].keys()
            if new:
                came[target].update((array, left[array]) for array in new)
                waiting.append(target)
    return came


def _accessed(spans: list[range], touched: list[frozenset[int]]) -> dict[int, int]:
    return {array: number for span in spans for number in span for array in touched[number]}
