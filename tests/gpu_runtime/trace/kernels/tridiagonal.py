"""A tridiagonal system a block, by parallel cyclic reduction: each equation takes in its neighbours at twice the
distance."""

import numpy as np
from numba import cuda, float64

SIZE = 32


@cuda.jit
def tridiagonal(lower, middle, upper, right, solution):
    a = cuda.shared.array(SIZE, float64)
    b = cuda.shared.array(SIZE, float64)
    c = cuda.shared.array(SIZE, float64)
    d = cuda.shared.array(SIZE, float64)
    solved = cuda.shared.array(SIZE, float64)
    i = cuda.threadIdx.x
    a[i], b[i] = lower[i], middle[i]
    c[i], d[i] = upper[i], right[i]
    cuda.syncthreads()
    distance = 1
    while distance < SIZE:
        low, high = max(i - distance, 0), min(i + distance, SIZE - 1)
        down = a[i] / b[low] if i >= distance else 0.0
        up = c[i] / b[high] if i + distance < SIZE else 0.0
        next_a, next_c = -down * a[low], -up * c[high]
        next_b = b[i] - down * c[low] - up * a[high]
        next_d = d[i] - down * d[low] - up * d[high]
        cuda.syncthreads()
        a[i], b[i] = next_a, next_b
        c[i], d[i] = next_c, next_d
        cuda.syncthreads()
        distance *= 2
    solved[i] = d[i] / b[i]
    cuda.syncthreads()
    solution[SIZE - 1 - i] = solved[SIZE - 1 - i]


def main():
    rng = np.random.default_rng(6)
    lower, upper, right = rng.random(SIZE), rng.random(SIZE), rng.random(SIZE)
    middle = 3 + rng.random(SIZE)
    lower[0] = upper[-1] = 0
    solution = np.zeros(SIZE)
    tridiagonal[1, SIZE](lower, middle, upper, right, solution)
    matrix = np.diag(middle) + np.diag(lower[1:], -1) + np.diag(upper[:-1], 1)
    assert np.allclose(matrix @ solution, right)
    print("solution", solution.tobytes().hex()[:16])


if __name__ == "__main__":
    main()
