"""A product of matrices by tiles, the next tile loaded while this one is used, then a softmax of each row."""

import math

import numpy as np
from numba import cuda, float32

TILE = 8


@cuda.jit
def matmul_softmax(a, b, c):
    a_tiles = cuda.shared.array((2, TILE, TILE), float32)
    b_tiles = cuda.shared.array((2, TILE, TILE), float32)
    scores = cuda.shared.array((TILE, TILE), float32)
    highest = cuda.shared.array(TILE, float32)
    total = cuda.shared.array(TILE, float32)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    row, column = cuda.blockIdx.y * TILE + y, cuda.blockIdx.x * TILE + x
    tiles = a.shape[1] // TILE
    product = float32(0)
    a_tiles[0, y, x] = a[row, x]
    b_tiles[0, y, x] = b[y, column]
    cuda.syncthreads()
    for k in range(tiles):
        now = k & 1
        if k + 1 < tiles:
            a_tiles[1 - now, y, x] = a[row, (k + 1) * TILE + x]
            b_tiles[1 - now, y, x] = b[(k + 1) * TILE + y, column]
        for j in range(TILE):
            product += a_tiles[now, y, j] * b_tiles[now, j, x]
        cuda.syncthreads()
    scores[y, x] = product
    cuda.syncthreads()
    if x == 0:
        best = scores[y, 0]
        for j in range(1, TILE):
            best = max(best, scores[y, j])
        highest[y] = best
    cuda.syncthreads()
    scores[y, x] = math.exp(scores[y, x] - highest[y])
    cuda.syncthreads()
    if x == 0:
        summed = float32(0)
        for j in range(TILE):
            summed += scores[y, j]
        total[y] = summed
    cuda.syncthreads()
    c[row, column] = scores[y, x] / total[y]


def main():
    rng = np.random.default_rng(3)
    a = rng.normal(size=(TILE, 4 * TILE)).astype(np.float32)
    b = rng.normal(size=(4 * TILE, TILE)).astype(np.float32)
    c = np.zeros((TILE, TILE), np.float32)
    matmul_softmax[(1, 1), (TILE, TILE)](a, b, c)
    wanted = np.exp(a @ b - (a @ b).max(axis=1, keepdims=True))
    assert np.allclose(c, wanted / wanted.sum(axis=1, keepdims=True), atol=1e-4)
    print("c", c.tobytes().hex()[:16])


if __name__ == "__main__":
    main()
