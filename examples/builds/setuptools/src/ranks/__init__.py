"""Ranks the partial sums of rows of 64 numbers: a thread a row. The build makes `packed` from kernels/ranks.yaml."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import cuda

from ranks.packed.allocators import (
    DYNAMIC_SHARED_BYTES,
    THREADS_PER_BLOCK,
    ranks,
    row,
    run_in_block,
    sums,
    thread_memory,
)

ITEMS = 64


@cuda.jit
def rank_sums(data: Any, out: Any) -> None:
    at = cuda.grid(1)
    memory = thread_memory(run_in_block())
    numbers, partial, found = row(memory), sums(memory), ranks(memory)
    for i in range(ITEMS):  # load
        numbers[i] = data[at, i]
    for i in range(ITEMS):  # sum
        partial[i] = numbers[i] + (partial[i - 1] if i else np.float32(0))
    for i in range(ITEMS):  # rank
        found[i] = 0
        for j in range(ITEMS):
            found[i] += partial[j] < partial[i]
    for i in range(ITEMS):  # store
        out[at, i] = found[i]


def ranks_of_sums(data: np.ndarray) -> np.ndarray:
    """For each row of `data` (float32; as many rows as whole blocks have threads) the ranks of its partial sums."""
    if data.shape[0] % THREADS_PER_BLOCK or data.shape[1] != ITEMS:
        raise ValueError(f"the shape must be (a multiple of {THREADS_PER_BLOCK}, {ITEMS}), and is {data.shape}")
    out = np.empty(data.shape, np.int32)
    rank_sums[data.shape[0] // THREADS_PER_BLOCK, THREADS_PER_BLOCK, 0, DYNAMIC_SHARED_BYTES](data, out)
    return out
