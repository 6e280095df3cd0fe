"""Atomics, warps that wait for themselves, a whole array stored at once, arrays made in device functions, votes."""

import numpy as np
from numba import cuda, float32, int32

THREADS = 64
BINS = 8


@cuda.jit(device=True)
def scratch_row():
    return cuda.shared.array(THREADS, float32)


@cuda.jit(device=True)
def turned(value):
    row = cuda.shared.array(THREADS, float32)
    t = cuda.threadIdx.x
    row[t] = value
    cuda.syncthreads()
    return row[THREADS - 1 - t]


@cuda.jit
def odd(given, result):
    mine = scratch_row()
    theirs = scratch_row()
    bins = cuda.shared.array(BINS, int32)
    t = cuda.threadIdx.x
    if t == 0:
        bins[:] = 0
    mine[t] = given[t]
    cuda.syncwarp()
    theirs[t] = mine[t ^ 1]
    large = cuda.syncthreads_count(given[t] > 31)
    cuda.atomic.add(bins, t % BINS, 1)
    cuda.syncthreads()
    full = bins[(t + 1) % BINS]
    even = turned(theirs[t])
    odd_ones = turned(mine[t])
    result[t] = even + odd_ones + full + large


def main():
    given, result = np.arange(THREADS, dtype=np.float32), np.zeros(THREADS, np.float32)
    odd[1, THREADS](given, result)
    swapped = given.reshape(-1, 2)[:, ::-1].ravel()
    assert (result == swapped[::-1] + given[::-1] + THREADS // BINS + (given > 31).sum()).all()
    print("result", result.tobytes().hex()[:16])


if __name__ == "__main__":
    main()
