"""A tile of attention: keys and values come block by block, the softmax is kept up as they come."""

import math

import numpy as np
from numba import cuda, float32

ROWS, COLUMNS, DEPTH = 8, 8, 4


@cuda.jit
def attention(queries, keys, values, result):
    query_tile = cuda.shared.array((ROWS, DEPTH), float32)
    key_tile = cuda.shared.array((COLUMNS, DEPTH), float32)
    value_tile = cuda.shared.array((COLUMNS, DEPTH), float32)
    scores = cuda.shared.array((ROWS, COLUMNS), float32)
    highest = cuda.shared.array(ROWS, float32)
    factor = cuda.shared.array(ROWS, float32)
    total = cuda.shared.array(ROWS, float32)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    gathered = float32(0)
    if x < DEPTH:
        query_tile[y, x] = queries[y, x]
    if x == 0:
        highest[y] = float32(-1e30)
        total[y] = float32(0)
    for block in range(keys.shape[0] // COLUMNS):
        if x < DEPTH:
            key_tile[y, x] = keys[block * COLUMNS + y, x]
        cuda.syncthreads()
        product = float32(0)
        for d in range(DEPTH):
            product += query_tile[y, d] * key_tile[x, d]
        scores[y, x] = product
        cuda.syncthreads()
        if x < DEPTH:
            value_tile[y, x] = values[block * COLUMNS + y, x]
        if x == 0:
            best = highest[y]
            for j in range(COLUMNS):
                best = max(best, scores[y, j])
            factor[y] = math.exp(highest[y] - best)
            highest[y] = best
            summed = total[y] * factor[y]
            for j in range(COLUMNS):
                scores[y, j] = math.exp(scores[y, j] - best)
                summed += scores[y, j]
            total[y] = summed
        cuda.syncthreads()
        if x < DEPTH:
            gathered *= factor[y]
            for j in range(COLUMNS):
                gathered += scores[y, j] * value_tile[j, x]
    if x < DEPTH:
        result[y, x] = gathered / total[y]


def main():
    rng = np.random.default_rng(11)
    queries = rng.normal(size=(ROWS, DEPTH)).astype(np.float32)
    keys, values = (rng.normal(size=(3 * COLUMNS, DEPTH)).astype(np.float32) for _ in range(2))
    result = np.zeros_like(queries)
    attention[1, (COLUMNS, ROWS)](queries, keys, values, result)
    weights = np.exp(queries @ keys.T)
    assert np.allclose(result, weights @ values / weights.sum(axis=1, keepdims=True), atol=1e-4)
    print("result", result.tobytes().hex()[:16])


if __name__ == "__main__":
    main()
