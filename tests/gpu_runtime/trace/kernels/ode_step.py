"""A stiff system a thread: classical Runge-Kutta, then two sweeps towards an implicit step. Rows are handed to device
functions."""

import numpy as np
from numba import cuda, float32

SIZE = 6
THREADS = 32


@cuda.jit(device=True)
def slope_of(state, slope):
    for i in range(SIZE):
        left = state[i - 1] if i > 0 else state[SIZE - 1]
        right = state[i + 1] if i < SIZE - 1 else state[0]
        slope[i] = left - float32(2) * state[i] + right - state[i] * state[i] * state[i]


@cuda.jit(device=True)
def moved(factor, slope, state, result):
    for i in range(SIZE):
        result[i] = state[i] + factor * slope[i]


@cuda.jit
def ode_step(start, step_size, steps, ends, errors):
    states = cuda.shared.array((THREADS, SIZE), float32)
    first = cuda.shared.array((THREADS, SIZE), float32)
    second = cuda.shared.array((THREADS, SIZE), float32)
    third = cuda.shared.array((THREADS, SIZE), float32)
    fourth = cuda.shared.array((THREADS, SIZE), float32)
    stages = cuda.shared.array((THREADS, SIZE), float32)
    guesses = cuda.shared.array((THREADS, SIZE), float32)
    slopes = cuda.shared.array((THREADS, SIZE), float32)
    error = cuda.local.array(SIZE, float32)
    t = cuda.threadIdx.x
    state, k1, k2, k3, k4 = states[t], first[t], second[t], third[t], fourth[t]
    stage, guess, slope = stages[t], guesses[t], slopes[t]
    run = cuda.grid(1)
    for i in range(SIZE):
        state[i] = start[run, i]
        error[i] = float32(0)
    for _ in range(steps):
        slope_of(state, k1)
        moved(step_size / float32(2), k1, state, stage)
        slope_of(stage, k2)
        moved(step_size / float32(2), k2, state, stage)
        slope_of(stage, k3)
        moved(step_size, k3, state, stage)
        slope_of(stage, k4)
        for i in range(SIZE):
            guess[i] = state[i] + step_size / float32(6) * (k1[i] + float32(2) * (k2[i] + k3[i]) + k4[i])
        for _ in range(2):
            for i in range(SIZE):
                stage[i] = float32(0.5) * (state[i] + guess[i])
            slope_of(stage, slope)
            for i in range(SIZE):
                left_over = guess[i] - state[i] - step_size * slope[i]
                error[i] = error[i] + abs(left_over)
                guess[i] = guess[i] - left_over / (float32(1) + step_size)
        for i in range(SIZE):
            state[i] = guess[i]
    for i in range(SIZE):
        ends[run, i] = state[i]
        errors[run, i] = error[i]


def main():
    start = np.random.default_rng(2).normal(size=(THREADS, SIZE)).astype(np.float32)
    ends, errors = np.zeros_like(start), np.zeros_like(start)
    ode_step[1, THREADS](start, np.float32(0.01), 3, ends, errors)
    assert np.isfinite(ends).all()
    assert (np.abs(ends) < np.abs(start).max() + 1).all()
    print("ends", ends.tobytes().hex()[:16])


if __name__ == "__main__":
    main()
