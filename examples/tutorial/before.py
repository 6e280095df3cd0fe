"""Heat in many thin rods at once: one thread per rod, work arrays in shared memory, as one writes it by hand."""

import argparse

import numpy as np
from numba import cuda, float32

THREADS = 96  # the most whose seven arrays fit into 48 KB
N = 16  # points of a rod


@cuda.jit(device=True)
def solve_tridiagonal(conductivity, diagonal, right, ratio, solution):
    """Thomas' algorithm. The off-diagonals are `-conductivity`."""
    ratio[0] = -conductivity[0] / diagonal[0]
    right[0] = right[0] / diagonal[0]
    for i in range(1, N):
        pivot = diagonal[i] + conductivity[i - 1] * ratio[i - 1]
        ratio[i] = -conductivity[i] / pivot
        right[i] = (right[i] + conductivity[i - 1] * right[i - 1]) / pivot
    solution[N - 1] = right[N - 1]
    for i in range(N - 2, -1, -1):
        solution[i] = right[i] - ratio[i] * solution[i + 1]


@cuda.jit
def heat(start, end, flux_out, steps, rate):
    rod = cuda.grid(1)
    t = cuda.threadIdx.x
    temperature = cuda.shared.array((THREADS, N), float32)[t]
    conductivity = cuda.shared.array((THREADS, N), float32)[t]
    diagonal = cuda.shared.array((THREADS, N), float32)[t]
    right = cuda.shared.array((THREADS, N), float32)[t]
    ratio = cuda.shared.array((THREADS, N), float32)[t]
    solution = cuda.shared.array((THREADS, N), float32)[t]
    flux = cuda.shared.array((THREADS, N), float32)[t]
    if rod >= start.shape[0]:
        return

    for i in range(N):
        temperature[i] = start[rod, i]
    for _ in range(steps):
        for i in range(N):
            conductivity[i] = rate * (float32(1) + float32(0.1) * temperature[i])
        conductivity[N - 1] = float32(0)
        diagonal[0] = float32(1) + conductivity[0]
        for i in range(1, N):
            diagonal[i] = float32(1) + conductivity[i - 1] + conductivity[i]
        for i in range(N):
            right[i] = temperature[i]
        solve_tridiagonal(conductivity, diagonal, right, ratio, solution)
        for i in range(N):
            temperature[i] = solution[i]

    flux[0] = float32(0)
    for i in range(1, N):
        flux[i] = temperature[i - 1] - temperature[i]
    for i in range(N):
        end[rod, i] = temperature[i]
        flux_out[rod, i] = flux[i]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rods", type=int, default=200)
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--save")
    given = parser.parse_args()
    start = np.random.default_rng(1).random((given.rods, N), dtype=np.float32)
    end, flux = np.zeros_like(start), np.zeros_like(start)
    blocks = (given.rods + THREADS - 1) // THREADS
    heat[blocks, THREADS](start, end, flux, given.steps, np.float32(0.5))
    print(
        f"{given.rods} rods, {blocks} blocks of {THREADS} threads: mean {end.mean():.6f}, flux {np.abs(flux).max():.6f}"
    )
    if given.save:
        np.save(given.save, np.stack([end, flux]))


if __name__ == "__main__":
    main()
