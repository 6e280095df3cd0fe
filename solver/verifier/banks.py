"""Bank conflicts, and the stride that the rule `bank_conflicts` demands, derived from how shared memory serves a warp.

Shared memory has 32 banks, each a word of 4 bytes wide. A warp's access of up to 4, 8 or 16 bytes a lane is served in
one, two or four transactions. A transaction takes as many passes as it wants distinct words from its busiest bank.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from warpack.solver.wire.units import Bytes

_WARP, _BANKS, _WORD = 32, 32, 4
_ROW = _BANKS * _WORD


@cache
def degree(stride_bytes: Bytes, width_bytes: Bytes, threads_per_run: int) -> int:
    """Passes of the slowest transaction when a block's first warp reads one element of neighbouring runs, and the
    threads of one run neighbouring elements. 1 where there is no run window (stride 0). An element wider than 16
    bytes, or whose width is no power of two, is read in pieces of the largest power of two that divides it, at most
    16 bytes."""
    if stride_bytes == 0:
        return 1
    access = 16
    while width_bytes % access:
        access //= 2
    lanes = _WARP if access <= _WORD else _ROW // access
    slowest = 1
    for first in range(0, _WARP, lanes):
        wanted: list[set[int]] = [set() for _ in range(_BANKS)]
        for lane in range(first, first + lanes):
            run, element = divmod(lane, threads_per_run)
            address = run * stride_bytes + element * width_bytes
            for word in range(address // _WORD, (address + access - 1) // _WORD + 1):
                wanted[word % _BANKS].add(word)
        slowest = max(slowest, *map(len, wanted))
    return slowest


def least_stride(
    run_bytes: Bytes, alignment: Bytes, accesses: Mapping[Bytes, int], threads_per_run: int, *, avoid: bool
) -> Bytes:
    """With `avoid`: the multiple of `alignment`, at least `run_bytes`, with the fewest passes in all. The `accesses` of
    each element width (at least 1) each take as many passes as the width's degree. Among equals the smallest. Otherwise
    simply the smallest multiple. 0 where there are no run bytes.

    The banks depend on the stride modulo one row of banks, so one row's worth of candidates is enough.
    """
    least = -(-run_bytes // alignment) * alignment
    if run_bytes == 0 or not avoid:
        return least
    free = sum(max(1, count) for count in accesses.values())
    best, fewest = least, 0
    for stride in range(least, least + max(alignment, _ROW), alignment):
        passes = sum(max(1, count) * degree(stride, width, threads_per_run) for width, count in accesses.items())
        if passes < fewest or stride == least:
            best, fewest = stride, passes
        if fewest <= free:
            break
    return best
