"""What one run does not show, or what reading the source does not show: one small kernel each."""

import numpy as np
from numba import cuda, float32

SIZE = 4


@cuda.jit
def rare_branch(given, result):
    early = cuda.local.array(SIZE, float32)
    late = cuda.local.array(SIZE, float32)
    t = cuda.grid(1)
    for i in range(SIZE):
        early[i] = given[t, i]
    total = float32(0)
    for i in range(SIZE):
        total += early[i]
    for i in range(SIZE):
        late[i] = total + i
    total = late[1] + late[2]
    if total > float32(1000):
        total = early[0]
    result[t] = total


@cuda.jit
def one_trip(given, result, steps):
    kept = cuda.local.array(SIZE, float32)
    made = cuda.local.array(SIZE, float32)
    t = cuda.grid(1)
    for i in range(SIZE):
        kept[i] = given[t, i]
    for step in range(steps):
        total = float32(0)
        for i in range(SIZE):
            total += kept[i]
        for i in range(SIZE):
            made[i] = total + step
        result[t] += made[step]


@cuda.jit
def by_data(given, which, result):
    filled = cuda.local.array(SIZE, float32)
    made = cuda.local.array(SIZE, float32)
    t = cuda.grid(1)
    for step in range(3):
        for i in range(which[1]):
            filled[which[2 + i]] = given[t, i] + step
        total = float32(0)
        for i in range(SIZE):
            total += filled[i]
        for i in range(SIZE):
            made[i] = total
        result[t] += made[which[0]]


@cuda.jit
def swapped(given, result):
    one = cuda.local.array(SIZE, float32)
    other = cuda.local.array(SIZE, float32)
    t = cuda.grid(1)
    for i in range(SIZE):
        one[i] = given[t, i]
    source, target = one, other
    for _ in range(2):
        for i in range(SIZE):
            target[i] = source[SIZE - 1 - i]
        source, target = target, source
    result[t] = source[0]


@cuda.jit
def early_return(given, result):
    loaded = cuda.shared.array(32, float32)
    turned = cuda.shared.array(32, float32)
    t = cuda.threadIdx.x
    if t >= given.shape[0]:
        return
    loaded[t] = given[t, 0]
    cuda.syncthreads()
    value = loaded[given.shape[0] - 1 - t]
    turned[t] = value
    cuda.syncthreads()
    result[t] = turned[t // 2]


@cuda.jit
def settles(given, result):
    field = cuda.shared.array(32, float32)
    last = cuda.shared.array(32, float32)
    t = cuda.threadIdx.x
    value = given[t, 0]
    trips = 0
    while True:
        field[t] = value
        if cuda.syncthreads_and(trips >= 2):
            break
        value = (value + field[31 - t]) / 2
        cuda.syncthreads()
        trips += 1
    last[t] = value
    cuda.syncthreads()
    result[t] = last[31 - t]


@cuda.jit(device=True)
def sum_of_squares(values):
    squares = cuda.local.array(SIZE, float32)
    total = float32(0)
    for i in range(SIZE):
        squares[i] = values[i] * values[i]
    for i in range(SIZE):
        total += squares[SIZE - 1 - i]
    return total


@cuda.jit
def called_twice(given, result):
    values = cuda.local.array(SIZE, float32)
    t = cuda.grid(1)
    for i in range(SIZE):
        values[i] = given[t, i]
    norm = sum_of_squares(values)
    for i in range(SIZE):
        values[i] = values[i] / norm
    result[t] = sum_of_squares(values)


def main():
    given, result = np.ones((2, SIZE), np.float32), np.zeros(32, np.float32)
    rare_branch[1, 2](given, result)
    one_trip[1, 2](given, result, 1)
    by_data[1, 2](given, np.array([0, SIZE, *range(SIZE)]), result)
    swapped[1, 2](given, result)
    early_return[1, 32](np.ones((12, 1), np.float32), result)
    settles[1, 32](np.ones((32, 1), np.float32), result)
    called_twice[1, 2](given, result)
    print("result", result.tobytes().hex()[:16])


if __name__ == "__main__":
    main()
