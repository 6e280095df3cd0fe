"""The stride between two runs' windows, and the bank conflicts it brings.

Shared memory has 32 banks of 4 bytes. A warp's access is split into transactions of 32, 16 or 8 lanes for accesses of
up to 4, 8 and 16 bytes a lane; lanes of one transaction that want different words of one bank are served one after the
other, lanes that want the same word at once (CUDA C++ Programming Guide, "Shared Memory").
"""

from __future__ import annotations

from collections import Counter
from functools import cache, lru_cache
from math import gcd
from typing import Literal

from warpack.solver.launch.region import RunRegion, Weights
from warpack.solver.wire.units import Bytes, align_up

BANKS = 32
BANK_WIDTH_BYTES = 4
_PERIOD_BYTES = BANKS * BANK_WIDTH_BYTES
_WIDEST_ACCESS_BYTES = 16


def conflict_degree(stride_bytes: Bytes, width_bytes: Bytes, threads_per_run: int) -> int:
    """Passes that the slowest transaction takes when a warp reads one element of `width_bytes` from neighbouring runs
    (each thread of a run its own, neighbouring element); 1: no conflict. A stride of 0 means that there is no run
    window.

    The warp is a block's first, and the element lies at the start of a word.
    """
    if stride_bytes == 0:
        return 1
    reach_bytes = _reach_bytes(width_bytes, threads_per_run)
    if stride_bytes > reach_bytes:
        stride_bytes = reach_bytes + (stride_bytes - reach_bytes) % _PERIOD_BYTES
    return _degree(stride_bytes, width_bytes, threads_per_run)


def stride_bytes(
    run_bytes: Bytes, region: RunRegion, threads_per_run: int, bank_conflicts: Literal["avoid", "ignore"]
) -> Bytes:
    """The distance between two runs' windows: a multiple of the run alignment, at least `run_bytes`.

    With `avoid` it is the least such stride with which the accesses of all widths together, each times its conflict
    degree, take the fewest passes that any stride gives; with `ignore` simply the least. 0 where there are no run
    bytes. It never falls when `run_bytes` grows: of two strides that are large enough for both, the same one has the
    fewer passes.
    """
    if run_bytes == 0:
        return 0
    alignment = region.run_alignment_bytes
    least = align_up(run_bytes, alignment)
    if bank_conflicts == "ignore" or not region.weights:
        return least
    if len(region.weights) > 1:
        return _fewest_passes(least, alignment, region.weights, threads_per_run)
    return least_free(least, alignment, region.weights[0][0], threads_per_run)


def least_free(least: Bytes, alignment: Bytes, width: Bytes, threads_per_run: int) -> Bytes:
    """The first stride from `least` on whose conflict degree for elements of `width` bytes is the smallest of any."""

    def passes(stride: Bytes) -> int:
        return conflict_degree(stride, width, threads_per_run)

    candidates = _one_period(least, alignment)
    free = next((stride for stride in candidates if passes(stride) == 1), None)
    return min(candidates, key=passes) if free is None else free


@lru_cache(maxsize=16384)
def widths_agree(alignment: Bytes, widths: tuple[Bytes, ...], threads_per_run: int) -> bool:
    """Whether every period of strides has one that is best for each of these widths. Then accesses decide nothing: the
    stride is the first such one, and more widths can only make it larger."""
    if len(widths) < 2:
        return True
    beyond_reach = max(_reach_bytes(width, threads_per_run) for width in widths) + alignment
    for least in range(alignment, beyond_reach + 1, alignment):
        candidates = _one_period(least, alignment)
        best = set(candidates)
        for width in widths:
            degrees = {stride: conflict_degree(stride, width, threads_per_run) for stride in candidates}
            fewest = min(degrees.values())
            best = {stride for stride in best if degrees[stride] == fewest}
        if not best:
            return False
    return True


@lru_cache(maxsize=16384)
def _fewest_passes(least: Bytes, alignment: Bytes, weights: Weights, threads_per_run: int) -> Bytes:
    def passes(stride: Bytes) -> int:
        return sum(count * conflict_degree(stride, width, threads_per_run) for width, count in weights)

    return min(_one_period(least, alignment), key=passes)


def _one_period(least: Bytes, alignment: Bytes) -> range:
    """Degrees repeat after every whole number of bank rows, so one period of strides holds the smallest of all."""
    return range(least, least + alignment * (_PERIOD_BYTES // gcd(alignment, _PERIOD_BYTES)), alignment)


def _reach_bytes(width_bytes: Bytes, threads_per_run: int) -> Bytes:
    """Beyond the reach of one run's threads no two runs touch the same word, and only the banks count, which repeat."""
    return align_up(min(threads_per_run, BANKS) * width_bytes + BANK_WIDTH_BYTES, _PERIOD_BYTES)


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
