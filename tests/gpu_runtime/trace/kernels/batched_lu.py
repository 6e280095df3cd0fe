"""A small dense system a thread: LU with pivoting in rows of shared memory, then both triangles solved."""

import numpy as np
from numba import cuda, float64, int32

SIZE = 4
THREADS = 16


@cuda.jit(device=True)
def factored(matrix, pivots):
    for k in range(SIZE):
        best = k
        for i in range(k + 1, SIZE):
            if abs(matrix[i, k]) > abs(matrix[best, k]):
                best = i
        pivots[k] = best
        if best != k:
            for j in range(SIZE):
                matrix[k, j], matrix[best, j] = matrix[best, j], matrix[k, j]
        for i in range(k + 1, SIZE):
            matrix[i, k] /= matrix[k, k]
            for j in range(k + 1, SIZE):
                matrix[i, j] -= matrix[i, k] * matrix[k, j]


@cuda.jit
def batched_lu(matrices, rights, solutions, residuals):
    factors = cuda.shared.array((THREADS, SIZE, SIZE), float64)
    pivots = cuda.local.array(SIZE, int32)
    moved = cuda.shared.array((THREADS, SIZE), float64)
    lower = cuda.shared.array((THREADS, SIZE), float64)
    solved = cuda.shared.array((THREADS, SIZE), float64)
    checked = cuda.shared.array((THREADS, SIZE), float64)
    t = cuda.threadIdx.x
    for i in range(SIZE):
        moved[t, i] = rights[t, i]
        for j in range(SIZE):
            factors[t, i, j] = matrices[t, i, j]
    factored(factors[t], pivots)
    for i in range(SIZE):
        other = pivots[i]
        if other != i:
            moved[t, i], moved[t, other] = moved[t, other], moved[t, i]
    for i in range(SIZE):
        value = moved[t, i]
        for j in range(i):
            value -= factors[t, i, j] * lower[t, j]
        lower[t, i] = value
    for back in range(SIZE):
        i = SIZE - 1 - back
        value = lower[t, i]
        for j in range(i + 1, SIZE):
            value -= factors[t, i, j] * solved[t, j]
        solved[t, i] = value / factors[t, i, i]
    for i in range(SIZE):
        value = rights[t, i]
        for j in range(SIZE):
            value -= matrices[t, i, j] * solved[t, j]
        checked[t, i] = value
    worst = 0.0
    for i in range(SIZE):
        worst = max(worst, abs(checked[t, SIZE - 1 - i]))
        solutions[t, i] = solved[t, i]
    residuals[t] = worst


def main():
    rng = np.random.default_rng(7)
    matrices, rights = rng.normal(size=(THREADS, SIZE, SIZE)), rng.normal(size=(THREADS, SIZE))
    solutions, residuals = np.zeros_like(rights), np.zeros(THREADS)
    batched_lu[1, THREADS](matrices, rights, solutions, residuals)
    assert np.allclose(np.einsum("tij,tj->ti", matrices, solutions), rights)
    assert residuals.max() < 1e-10
    print("solutions", solutions.tobytes().hex()[:16])


if __name__ == "__main__":
    main()
