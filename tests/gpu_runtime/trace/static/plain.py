"""Kernels in which it is plain which arrays are never needed at once."""

from __future__ import annotations

from numba import cuda, float32

N = 4
T = 32


@cuda.jit(device=True)
def scaled(u, v):
    for i in range(N):
        v[i] = float32(2) * u[i]


@cuda.jit
def one_after_the_other(x, out):
    a = cuda.local.array(N, float32)
    b = cuda.local.array(N, float32)
    c = cuda.local.array(N, float32)
    for step in range(x.shape[0]):  # each step starts anew
        for i in range(N):
            a[i] = x[step, i]
        scaled(a, b)
        for i in range(1, N):
            out[step, i] = b[i] + b[i - 1]
        for i in range(N):
            c[i] = x[step, 0]
        out[step, 0] = c[step & 3]


@cuda.jit
def parts(x, out):
    a = cuda.local.array(2 * N, float32)
    b = cuda.local.array(N, float32)
    for step in range(x.shape[0]):
        low, high = a[:N], a[N:]
        for i in range(N):
            low[i] = x[step, i]
        scaled(low, high)
        out[step] = high[0] + low[0]
        b[:] = 0
        out[step] += b[step & 1]


@cuda.jit
def rows(x, out):
    table = cuda.local.array((3, N), float32)
    row = cuda.local.array(N, float32)
    for step in range(x.shape[0]):
        for k in range(3):
            for i in range(N):
                table[k, i] = x[step, k]
            out[step] += table[k, 0]
        for i in range(N):
            row[i] = x[step, 0]
        out[step] += row[step & 3]


@cuda.jit
def by_all_threads(x, out):
    a = cuda.shared.array(T, float32)
    b = cuda.shared.array(T, float32)
    t = cuda.threadIdx.x
    for step in range(x.shape[0]):
        a[t] = x[step, t]
        cuda.syncthreads()
        total = a[T - 1 - t]
        cuda.syncthreads()
        b[t] = total
        cuda.syncthreads()
        out[step, t] = b[T - 1 - t]
        cuda.syncthreads()


@cuda.jit(device=True)
def filled(row, value):
    row[cuda.threadIdx.x] = value
    cuda.syncthreads()


@cuda.jit
def by_a_call(x, out):
    a = cuda.shared.array(T, float32)
    b = cuda.shared.array(T, float32)
    t = cuda.threadIdx.x
    for step in range(x.shape[0]):
        filled(a, x[step, t])
        total = a[T - 1 - t]
        cuda.syncthreads()
        filled(b, total)
        out[step, t] = b[T - 1 - t]
        cuda.syncthreads()


@cuda.jit
def by_strides(x, out):
    a = cuda.shared.array(3 * T, float32)
    b = cuda.shared.array(T + 5, float32)
    t = cuda.threadIdx.x
    for step in range(x.shape[0]):
        for i in range(t, 3 * T, T):
            a[i] = x[step, i]
        cuda.syncthreads()
        total = a[3 * t]
        cuda.syncthreads()
        for i in range(t, T + 5, cuda.blockDim.x):
            b[i] = total
        cuda.syncthreads()
        out[step, t] = b[t ^ 1]
        cuda.syncthreads()


@cuda.jit
def behind_guards(x, out):
    a = cuda.shared.array(8, float32)
    b = cuda.shared.array(N, float32)
    t = cuda.threadIdx.x
    for step in range(x.shape[0]):
        if t < 8:
            a[t] = x[step, t]
        cuda.syncthreads()
        total = a[t & 7]
        cuda.syncthreads()
        if t == 0:
            for i in range(N):
                b[i] = total
        cuda.syncthreads()
        out[step, t] = b[t & 3]
        cuda.syncthreads()


@cuda.jit
def some_threads_leave(x, out):
    a = cuda.shared.array(T, float32)
    b = cuda.shared.array(T, float32)
    t = cuda.threadIdx.x
    a[t] = 0
    b[t] = 0
    if x[t] > 0:
        return
    a[t] = x[t]
    cuda.syncthreads()
    out[t] = a[T - 1 - t] + b[t]


@cuda.jit
def no_barrier(x, out):
    a = cuda.shared.array(T, float32)
    b = cuda.shared.array(T, float32)
    t = cuda.threadIdx.x
    a[t] = x[t]
    cuda.syncthreads()
    total = a[T - 1 - t]  # the other thread's element
    b[t] = total  # while others still read
    cuda.syncthreads()
    out[t] = b[T - 1 - t]


@cuda.jit
def a_barrier_that_may_be_left_out(x, out, n):
    a = cuda.shared.array(T, float32)
    b = cuda.shared.array(T, float32)
    t = cuda.threadIdx.x
    a[t] = x[t]
    cuda.syncthreads()
    total = a[T - 1 - t]
    if n > 3:
        cuda.syncthreads()
    b[t] = total
    cuda.syncthreads()
    out[t] = b[T - 1 - t]


@cuda.jit
def own_rows(x, out):
    a = cuda.shared.array((T, N), float32)
    b = cuda.shared.array((T, N), float32)
    t = cuda.threadIdx.x
    u, v = a[t], b[t]
    for i in range(N):
        u[i] = x[t, i]
    total = u[0] + u[N - 1]
    for i in range(N):
        v[i] = total
    out[t] = v[1] + v[2]


@cuda.jit
def two_sides(x, out):
    a = cuda.shared.array(T, float32)
    b = cuda.shared.array(T, float32)
    t = cuda.threadIdx.x
    if t < 16:
        a[t] = x[t]
        out[t] = a[t]
    else:
        b[31 - t] = x[t]
        out[t] = b[31 - t]


@cuda.jit
def own_sides(x, out):
    a = cuda.shared.array(T, float32)
    b = cuda.shared.array(T, float32)
    t = cuda.threadIdx.x
    if t < 16:
        a[t] = x[t]
        out[t] = a[t]
    else:
        b[t] = x[t]
        out[t] = b[t]


@cuda.jit
def atomics(x, out):
    bins = cuda.shared.array(8, float32)
    after = cuda.shared.array(8, float32)
    t = cuda.threadIdx.x
    if t < 8:
        bins[t] = 0
    cuda.syncthreads()
    cuda.atomic.add(bins, t & 7, x[t])
    cuda.syncthreads()
    total = bins[t & 7]
    cuda.syncthreads()
    after[t & 7] = total
    cuda.syncthreads()
    out[t] = after[7 - (t & 7)]


@cuda.jit
def constant_branch(x, out):
    a = cuda.local.array(N, float32)
    b = cuda.local.array(N, float32)
    for i in range(N):
        a[i] = x[i]
    out[0] = a[0] + a[1]
    for i in range(N):
        b[i] = x[i]
    if N > 5:
        out[1] = a[0]
    out[2] = b[0] + b[3]


@cuda.jit
def carved(x, out):
    memory = cuda.shared.array(0, float32)
    t = cuda.threadIdx.x
    table = memory[:T]
    first = memory[T : 2 * T]
    second = memory[2 * T :]
    table[t] = x[t]
    first[t] = x[t]
    cuda.syncthreads()
    total = first[T - 1 - t] + table[0]
    cuda.syncthreads()
    second[t] = total
    cuda.syncthreads()
    out[t] = second[T - 1 - t] + table[1]
