"""A histogram in shared memory with atomics, one for each half of the block, then where each bin begins."""

import numpy as np
from numba import cuda, int32

THREADS = 64
BINS = 16


@cuda.jit
def histogram(keys, starts, most):
    halves = cuda.shared.array((2, BINS), int32)
    counts = cuda.shared.array(BINS, int32)
    offsets = cuda.shared.array(BINS, int32)
    largest = cuda.shared.array(1, int32)
    t = cuda.threadIdx.x
    if t < 2 * BINS:
        halves[t // BINS, t % BINS] = 0
    if t == 0:
        largest[0] = 0
    cuda.syncthreads()
    for i in range(t, keys.shape[0], THREADS):
        cuda.atomic.add(halves, (t // (THREADS // 2), keys[i]), 1)
    cuda.syncthreads()
    if t < BINS:
        counts[t] = halves[0, t] + halves[1, t]
        cuda.atomic.max(largest, 0, counts[t])
    cuda.syncthreads()
    if t < BINS:
        before = 0
        for other in range(t):
            before += counts[other]
        offsets[t] = before
    cuda.syncthreads()
    if t < BINS:
        starts[t] = offsets[BINS - 1 - t]
    if t == 0:
        most[0] = largest[0]


def main():
    keys = np.random.default_rng(4).integers(0, BINS, 500).astype(np.int32)
    starts, most = np.zeros(BINS, np.int32), np.zeros(1, np.int32)
    histogram[1, THREADS](keys, starts, most)
    counts = np.bincount(keys, minlength=BINS)
    assert (starts[::-1] == np.cumsum(counts) - counts).all()
    assert most[0] == counts.max()
    print("starts", starts.tobytes().hex()[:16], most[0])


if __name__ == "__main__":
    main()
