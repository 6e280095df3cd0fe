"""Kernels in which `a` seems to be written anew while `b` is used, and is not, on some way or in some thread."""

from __future__ import annotations

from numba import cuda, float32

N = 4
T = 32


@cuda.jit
def left_by_a_break(x, out):
    a = cuda.local.array(N, float32)
    b = cuda.local.array(N, float32)
    for i in range(N):
        a[i] = x[i]
    b[:] = x[0]
    out[1] = b[x[1]]
    for i in range(N):
        if x[i] > 0:
            break
        a[i] = 0
    out[0] = a[0] + a[N - 1]


@cuda.jit
def written_in_one_arm(x, out):
    a = cuda.local.array(N, float32)
    b = cuda.local.array(N, float32)
    for i in range(N):
        a[i] = x[i]
    b[:] = x[0]
    out[1] = b[x[1]]
    for i in range(N):
        if x[i] > 0:
            a[i] = 0
    out[0] = a[0] + a[N - 1]


@cuda.jit
def all_but_the_last(x, out):
    a = cuda.local.array(N, float32)
    b = cuda.local.array(N, float32)
    for i in range(N):
        a[i] = x[i]
    b[:] = x[0]
    out[1] = b[x[1]]
    for i in range(N - 1):
        a[i] = 0
    out[0] = a[0] + a[N - 1]


@cuda.jit
def perhaps_no_trip(x, out):
    a = cuda.local.array(N, float32)
    b = cuda.local.array(N, float32)
    for i in range(N):
        a[i] = x[i]
    b[:] = x[0]
    out[1] = b[x[1]]
    for _k in range(x.shape[0]):
        for i in range(N):
            a[i] = 0
    out[0] = a[0] + a[N - 1]


@cuda.jit
def one_or_the_other(x, out):
    a = cuda.local.array(N, float32)
    b = cuda.local.array(N, float32)
    for i in range(N):
        a[i] = x[i]
    b[:] = x[0]
    out[1] = b[x[1]]
    chosen = a if x[2] > 0 else b
    chosen[:] = 0
    out[0] = a[0] + a[N - 1]


@cuda.jit
def by_some_threads(x, out):
    a = cuda.shared.array(T, float32)
    b = cuda.shared.array(T, float32)
    t = cuda.threadIdx.x
    a[t] = x[t]
    cuda.syncthreads()
    b[t] = x[t]
    cuda.syncthreads()
    out[t] = b[T - 1 - t]
    cuda.syncthreads()
    if x[t] > 0:
        a[t] = 0
    cuda.syncthreads()
    out[t] += a[T - 1 - t]


@cuda.jit
def by_too_narrow_a_guard(x, out):
    a = cuda.shared.array(T, float32)
    b = cuda.shared.array(T, float32)
    t = cuda.threadIdx.x
    a[t] = x[t]
    cuda.syncthreads()
    b[t] = x[t]
    cuda.syncthreads()
    out[t] = b[T - 1 - t]
    cuda.syncthreads()
    if t < T - 1:
        a[t] = 0
    cuda.syncthreads()
    out[t] += a[T - 1 - t]


@cuda.jit
def as_often_as_each_thread_likes(x, out):
    a = cuda.shared.array(T, float32)
    b = cuda.shared.array(T, float32)
    t = cuda.threadIdx.x
    a[t] = x[t]
    cuda.syncthreads()
    b[t] = x[t]
    cuda.syncthreads()
    out[t] = b[T - 1 - t]
    cuda.syncthreads()
    for k in range(x[t]):
        a[t] = k
    cuda.syncthreads()
    out[t] += a[T - 1 - t]


@cuda.jit(device=True)
def cleared(row):
    row[cuda.threadIdx.x] = 0


@cuda.jit
def by_a_call_that_some_threads_make(x, out):
    a = cuda.shared.array(T, float32)
    b = cuda.shared.array(T, float32)
    t = cuda.threadIdx.x
    a[t] = x[t]
    cuda.syncthreads()
    b[t] = x[t]
    cuda.syncthreads()
    out[t] = b[T - 1 - t]
    cuda.syncthreads()
    if x[t] > 0:
        cleared(a)
    cuda.syncthreads()
    out[t] += a[T - 1 - t]


@cuda.jit
def elements_of_other_threads(x, out):
    a = cuda.shared.array(T, float32)
    b = cuda.shared.array(T, float32)
    t = cuda.threadIdx.x
    if t < 2:
        a[t] = x[t]
    else:
        b[t] = x[t]
    cuda.syncthreads()
    out[t] = a[t]


ALONE = (left_by_a_break, written_in_one_arm, all_but_the_last, perhaps_no_trip, one_or_the_other)
OF_A_BLOCK = (
    by_some_threads,
    by_too_narrow_a_guard,
    as_often_as_each_thread_likes,
    by_a_call_that_some_threads_make,
)
