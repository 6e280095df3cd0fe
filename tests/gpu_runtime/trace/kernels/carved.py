"""Dynamic shared memory carved by hand: a table of the block, a window for each thread, rows that move, and bytes that
are used twice."""

import numpy as np
from numba import cuda, float32

SIZE, STAGES, THREADS = 4, 3, 32
WINDOW = SIZE + STAGES * SIZE + SIZE
BYTES = 4 * (THREADS + THREADS * WINDOW)


@cuda.jit(device=True)
def scaled(state, table, result):
    for i in range(SIZE):
        result[i] = table[i] * state[i]


@cuda.jit
def carved(start, ends):
    memory = cuda.shared.array(0, float32)
    t = cuda.threadIdx.x
    table = memory[:THREADS]
    window = memory[THREADS + t * WINDOW : THREADS + (t + 1) * WINDOW]
    state, scratch = window[:SIZE], window[SIZE + STAGES * SIZE :]
    stages = window[SIZE : SIZE + STAGES * SIZE]
    final = window[SIZE : 2 * SIZE]  # the bytes of the first stage, which nobody needs by then
    table[t] = float32(t) * float32(0.01)
    for i in range(SIZE):
        state[i] = start[t, i]
    cuda.syncthreads()
    for _ in range(2):
        for s in range(STAGES):
            row = stages[s * SIZE : (s + 1) * SIZE]
            scaled(state, table, row)
        for i in range(SIZE):
            scratch[i] = float32(0)
        for s in range(STAGES):
            for i in range(SIZE):
                scratch[i] += stages[s * SIZE + i]
        for i in range(SIZE):
            state[i] += scratch[i]
    for i in range(SIZE):
        final[i] = state[i] * state[i]
    for i in range(SIZE):
        ends[t, i] = final[SIZE - 1 - i]


def main():
    start = np.ones((THREADS, SIZE), np.float32)
    ends = np.zeros_like(start)
    carved[1, THREADS, 0, BYTES](start, ends)
    factors = np.arange(SIZE, dtype=np.float32) * np.float32(0.01)
    assert np.allclose(ends, ((1 + STAGES * factors) ** 4)[::-1], atol=1e-5)
    print("ends", ends.tobytes().hex()[:16])


if __name__ == "__main__":
    main()
