"""Which axes of a shared array count threads: the array is then one copy for each run, laid side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from math import prod

from warpack.gpu_runtime.trace.summary.model import RunAxes


def run_axes(shape: tuple[int, ...], touched: Mapping[int, int], block_threads: int) -> frozenset[RunAxes]:
    """`touched`: for each element a bit for each thread that touched it."""
    found = set()
    for first, last in _neighbours(len(shape)):
        length = prod(shape[first : last + 1])
        threads, rest = divmod(block_threads, length) if length else (0, 1)
        if rest or length < 2 or not (threads == 1 or 32 % threads == 0 or threads % 32 == 0):
            continue
        if _counts_runs(shape, touched, (first, last), threads):
            found.add(RunAxes(threads, first, last))
    return frozenset(found)


def _neighbours(count: int) -> Iterator[tuple[int, int]]:
    return ((first, last) for first in range(count) for last in range(first, count))


def _counts_runs(shape: tuple[int, ...], touched: Mapping[int, int], axes: tuple[int, int], threads: int) -> bool:
    """Each element is one run's alone, and each run has one index of the axes for itself."""
    first, last = axes
    inner, length = prod(shape[last + 1 :]), prod(shape[first : last + 1])
    runs: dict[int, set[int]] = defaultdict(set)
    for element, bits in touched.items():
        run = ((bits & -bits).bit_length() - 1) // threads
        if (bits.bit_length() - 1) // threads != run:
            return False
        runs[run].add(element // inner % length)
    indices = [next(iter(found)) for found in runs.values() if len(found) == 1]
    return len(runs) > 1 and len(indices) == len(runs) == len(set(indices))
