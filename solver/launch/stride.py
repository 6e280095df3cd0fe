"""The stride between two runs' windows, and the bank conflicts it brings.

Shared memory has 32 banks of 4 bytes. A warp's access is split into transactions of 32, 16 or 8 lanes for accesses of up to
4, 8 and 16 bytes a lane; lanes of one transaction that want different words of one bank are served one after the other,
lanes that want the same word at once (CUDA C++ Programming Guide, "Shared Memory").
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from math import gcd
from typing import Literal

from solver.launch.region import RunRegion
from solver.wire.units import Bytes, align_up

BANKS = 32
BANK_WIDTH_BYTES = 4
_PERIOD_BYTES = BANKS * BANK_WIDTH_BYTES
_WIDEST_ACCESS_BYTES = 16


def conflict_degree(stride_bytes: Bytes, width_bytes: Bytes, threads_per_run: int) -> int:
    """Passes that the slowest transaction takes when a warp reads one element of `width_bytes` from neighbouring runs
    (each thread of a run its own, neighbouring element); 1: no conflict. A stride of 0 means that there is no run window.

    The warp is a block's first, and the element lies at the start of a word.
    """
    if stride_bytes == 0:
        return 1
    # Beyond the reach of one run's threads no two runs touch the same word, and only the banks count, which repeat.
    reach_bytes = align_up(min(threads_per_run, BANKS) * width_bytes + BANK_WIDTH_BYTES, _PERIOD_BYTES)
    if stride_bytes > reach_bytes:
        stride_bytes = reach_bytes + (stride_bytes - reach_bytes) % _PERIOD_BYTES
    return _degree(stride_bytes, width_bytes, threads_per_run)


def stride_bytes(
    run_bytes: Bytes, region: RunRegion, threads_per_run: int, bank_conflicts: Literal["avoid", "ignore"]
) -> Bytes:
    """The distance between two runs' windows: a multiple of the run alignment, at least `run_bytes`.

    With `avoid` it is the least such stride whose conflict degree for the widest element is the smallest that any has;
    with `ignore` simply the least. 0 where there are no run bytes. Never falls when `run_bytes` grows.
    """
    if run_bytes == 0:
        return 0
    alignment = region.run_alignment_bytes
    least = align_up(run_bytes, alignment)
    if bank_conflicts == "ignore" or not region.widths:
        return least
    # Degrees repeat after every whole number of bank rows, so one period of strides holds the smallest of all.
    candidates = range(least, least + alignment * (_PERIOD_BYTES // gcd(alignment, _PERIOD_BYTES)), alignment)

    def passes(stride: Bytes) -> int:
        return conflict_degree(stride, region.widths[-1], threads_per_run)

    free = next((stride for stride in candidates if passes(stride) == 1), None)
    return min(candidates, key=passes) if free is None else free


@cache
def _degree(stride: Bytes, width: Bytes, threads_per_run: int) -> int:
    # An opaque element is read in pieces of the largest power of two that divides it.
    access = min(_WIDEST_ACCESS_BYTES, width & -width)
    lanes = BANKS * BANK_WIDTH_BYTES // max(access, BANK_WIDTH_BYTES)
    return max(
        _passes([stride * (t // threads_per_run) + width * (t % threads_per_run) for t in range(s, s + lanes)], access)
        for s in range(0, BANKS, lanes)
    )


def _passes(addresses: list[Bytes], access: Bytes) -> int:
    words = {
        word
        for address in addresses
        for word in range(address // BANK_WIDTH_BYTES, (address + access - 1) // BANK_WIDTH_BYTES + 1)
    }
    return max(Counter(word % BANKS for word in words).values())
