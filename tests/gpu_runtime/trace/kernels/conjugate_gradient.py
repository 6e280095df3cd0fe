"""Conjugate gradients for a line of springs, eight threads a system: partial sums in shared memory, waits of eight."""

import numpy as np
from numba import cuda, float64

SIZE = 16
LANES = 8
SYSTEMS = 8
TRIPS = 4


@cuda.jit(device=True)
def dot(one, other, sums, lane, mask):
    total = 0.0
    for i in range(lane, SIZE, LANES):
        total += one[i] * other[i]
    sums[lane] = total
    cuda.syncwarp(mask)
    total = 0.0
    for i in range(LANES):
        total += sums[i]
    cuda.syncwarp(mask)
    return total


@cuda.jit
def conjugate_gradient(rights, solutions):
    guesses = cuda.shared.array((SYSTEMS, SIZE), float64)
    residuals = cuda.shared.array((SYSTEMS, SIZE), float64)
    directions = cuda.shared.array((SYSTEMS, SIZE), float64)
    products = cuda.shared.array((SYSTEMS, SIZE), float64)
    sums = cuda.shared.array((SYSTEMS, LANES), float64)
    t = cuda.threadIdx.x
    system, lane = t // LANES, t % LANES
    mask = 0xFF << (t % 32 // LANES * LANES)
    guess, residual = guesses[system], residuals[system]
    direction, product, partial = directions[system], products[system], sums[system]
    for i in range(lane, SIZE, LANES):
        guess[i] = 0.0
        residual[i] = rights[system, i]
        direction[i] = residual[i]
    square = dot(residual, residual, partial, lane, mask)
    for _ in range(TRIPS):
        for i in range(lane, SIZE, LANES):
            value = 2.5 * direction[i]
            if i > 0:
                value -= direction[i - 1]
            if i < SIZE - 1:
                value -= direction[i + 1]
            product[i] = value
        step = square / dot(direction, product, partial, lane, mask)
        for i in range(lane, SIZE, LANES):
            guess[i] += step * direction[i]
            residual[i] -= step * product[i]
        before, square = square, dot(residual, residual, partial, lane, mask)
        for i in range(lane, SIZE, LANES):
            direction[i] = residual[i] + square / before * direction[i]
        cuda.syncwarp(mask)
    for i in range(lane, SIZE, LANES):
        solutions[system, i] = guess[i]


def main():
    rights = np.random.default_rng(8).normal(size=(SYSTEMS, SIZE))
    solutions = np.zeros_like(rights)
    conjugate_gradient[1, SYSTEMS * LANES](rights, solutions)
    matrix = 2.5 * np.eye(SIZE) - np.eye(SIZE, k=1) - np.eye(SIZE, k=-1)
    assert np.abs(solutions @ matrix - rights).max() < 0.5 * np.abs(rights).max()
    print("solutions", solutions.tobytes().hex()[:16])


if __name__ == "__main__":
    main()
