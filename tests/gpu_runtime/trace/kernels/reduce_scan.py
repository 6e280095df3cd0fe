"""A block's values, centred and scaled by the largest, then summed up to each: two reductions and a scan."""

import numpy as np
from numba import cuda, float32, int32

THREADS = 64


@cuda.jit
def reduce_scan(given, sums_to, owners):
    centred = cuda.shared.array(THREADS, float32)
    partial = cuda.shared.array(THREADS, float32)
    peak = cuda.shared.array(THREADS, float32)
    whose = cuda.shared.array(THREADS, int32)
    front = cuda.shared.array(THREADS, float32)
    back = cuda.shared.array(THREADS, float32)
    t = cuda.threadIdx.x
    i = cuda.grid(1)

    centred[t] = given[i]
    partial[t] = centred[t]
    cuda.syncthreads()
    half = THREADS // 2
    while half > 0:
        if t < half:
            partial[t] += partial[t + half]
        cuda.syncthreads()
        half //= 2
    centred[t] -= partial[0] / THREADS

    peak[t] = abs(centred[t])
    whose[t] = t
    cuda.syncthreads()
    half = THREADS // 2
    while half > 0:
        if t < half and peak[t + half] > peak[t]:
            peak[t] = peak[t + half]
            whose[t] = whose[t + half]
        cuda.syncthreads()
        half //= 2
    if t == 0:
        owners[cuda.blockIdx.x] = whose[0]

    front[t] = centred[t] / peak[0]
    cuda.syncthreads()
    width = 1
    while width < THREADS:
        back[t] = front[t]
        if t >= width:
            back[t] += front[t - width]
        cuda.syncthreads()
        front[t] = back[t]
        if t >= 2 * width:
            front[t] += back[t - 2 * width]
        cuda.syncthreads()
        width *= 4
    sums_to[i] = front[t]


def main():
    given = np.random.default_rng(1).normal(size=2 * THREADS).astype(np.float32)
    sums_to, owners = np.zeros_like(given), np.zeros(2, np.int32)
    reduce_scan[2, THREADS](given, sums_to, owners)
    blocks = given.reshape(2, -1) - given.reshape(2, -1).mean(axis=1, keepdims=True)
    wanted = np.cumsum(blocks / np.abs(blocks).max(axis=1, keepdims=True), axis=1)
    assert np.allclose(sums_to.reshape(2, -1), wanted, atol=1e-4)
    assert (owners == np.abs(blocks).argmax(axis=1)).all()
    print("sums", sums_to.tobytes().hex()[:16])


if __name__ == "__main__":
    main()
