"""Kernels on which a recording, a static analysis, or both are easily wrong. One thread a run, local arrays of 4."""

from __future__ import annotations

from numba import cuda, float32

N = 4


@cuda.jit
def rare_branch(x, out):
    a = cuda.local.array(N, float32)
    b = cuda.local.array(N, float32)
    for i in range(N):
        a[i] = x[i]
    total = float32(0)
    for i in range(N):
        total += a[i]
    for i in range(N):
        b[i] = total + i
    total = b[1] + b[2]
    if total > float32(1000):
        total = a[0]  # rare
    out[0] = total


@cuda.jit
def one_trip(x, out, steps):
    a = cuda.local.array(N, float32)
    b = cuda.local.array(N, float32)
    for i in range(N):
        a[i] = x[i]
    for step in range(steps):  # one trip
        total = float32(0)
        for i in range(N):
            total += a[i]
        for i in range(N):
            b[i] = total + step
        out[0] += b[step]


@cuda.jit
def indirect(x, which, out):
    a = cuda.local.array(N, float32)
    b = cuda.local.array(N, float32)
    for step in range(3):
        for i in range(which[1]):
            a[which[2 + i]] = x[i] + step
        total = float32(0)
        for i in range(N):
            total += a[i]
        for i in range(N):
            b[i] = total
        out[0] += b[which[0]]


@cuda.jit
def swapped(x, out):
    a = cuda.local.array(N, float32)
    b = cuda.local.array(N, float32)
    for i in range(N):
        a[i] = x[i]
    source, target = a, b
    for _step in range(2):
        for i in range(N):
            target[i] = source[N - 1 - i]
        source, target = target, source
    out[0] = source[0]


@cuda.jit
def early_return(x, out):
    a = cuda.local.array(N, float32)
    b = cuda.local.array(N, float32)
    for i in range(N):
        a[i] = x[i]
    for i in range(N):
        b[i] = x[i]
    if x[0] > 0:
        out[0] = b[0]
        return
    out[0] = a[0] + b[1]  # after the return


@cuda.jit
def while_with_break(x, out):
    a = cuda.local.array(N, float32)
    b = cuda.local.array(N, float32)
    i = 0
    a[0] = x[0]
    while True:
        i += 1
        if x[i] < 0:
            break
        b[0] = x[i]
        out[i] = b[0]
        if i == N:
            a[0] = x[i]  # only now
    out[0] = a[0]


@cuda.jit(device=True)
def largest_of(x, first):
    kept = cuda.local.array(N, float32)
    for i in range(N):
        kept[i] = x[first + i]
    best = kept[0]
    for i in range(1, N):
        best = max(best, kept[i])
    return best


@cuda.jit(device=True)
def part_of(x, first):
    rest = cuda.local.array(N, float32)
    for i in range(N):
        rest[i] = x[first + i]
    best = largest_of(x, first)
    return best + rest[0]


@cuda.jit
def called_twice(x, out):
    a = cuda.local.array(N, float32)
    for i in range(N):
        a[i] = x[i]
    left = part_of(x, 0) + a[0]
    right = part_of(x, N)
    out[0] = left + right


@cuda.jit(device=True)
def calls_itself(x, row, depth):
    if depth > 0:
        calls_itself(x, row, depth - 1)
    row[depth] = x[depth]


@cuda.jit
def recursive(x, out):
    a = cuda.local.array(N, float32)
    b = cuda.local.array(N, float32)
    b[0] = x[0]
    calls_itself(x, a, int(x[1]))  # not followed
    out[0] = a[0] + b[0]


@cuda.jit
def counts_down(x, out):
    a = cuda.local.array(N, float32)
    b = cuda.local.array(N, float32)
    b[0] = x[0]
    out[0] = b[0]
    calls_itself(x, a, N - 1)
    out[1] = a[0] + a[N - 1]


@cuda.jit
def unknown_call(x, out, function):
    a = cuda.local.array(N, float32)
    b = cuda.local.array(N, float32)
    for i in range(N):
        a[i] = x[i]
    for i in range(N):
        b[i] = x[i]
    out[0] = b[0]
    function(a)  # not followed


@cuda.jit
def inner_function(x, out):
    a = cuda.local.array(N, float32)
    b = cuda.local.array(N, float32)
    for i in range(N):
        a[i] = x[i]

    def first():
        return a[0]

    for i in range(N):
        b[i] = x[i]
    out[0] = b[0]
    out[1] = first()  # not followed
