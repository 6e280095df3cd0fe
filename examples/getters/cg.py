"""Batched conjugate gradients with a diagonal preconditioner: one thread per system of 24 unknowns, tridiagonal and
symmetric."""

from allocators import (
    init,
    run_in_block,
    solve_direction,
    solve_product,
    solve_residual,
    solve_scaled,
    solve_solution,
    thread_memory,
)
from numba import cuda, types

N = 24  # as in the manifest


@cuda.jit
def cg(diagonal, beside, right, out, steps, tolerance):
    """diagonal, right, out: (systems, 24); beside: (systems, 23), the entries beside the diagonal. Ends after `steps`,
    or where the residual's square, weighed by the preconditioner, is at most `tolerance`."""
    memory = thread_memory(run_in_block())
    init(memory)  # solution and direction are zero
    x, r, z = solve_solution(memory), solve_residual(memory), solve_scaled(memory)
    p, q = solve_direction(memory), solve_product(memory)
    system = cuda.grid(1)
    if system >= right.shape[0]:
        return
    for i in range(N):  # start
        r[i] = right[system, i]
    before = types.float32(1)
    for _ in range(steps):
        now = types.float32(0)
        for i in range(N):  # precondition
            z[i] = r[i] / diagonal[system, i]
            now += r[i] * z[i]
        if now <= tolerance:
            break
        for i in range(N):  # turn
            p[i] = z[i] + now / before * p[i]
        curvature = types.float32(0)
        for i in range(N):  # multiply: product may lie where scaled was
            q[i] = diagonal[system, i] * p[i]
            if i > 0:
                q[i] += beside[system, i - 1] * p[i - 1]
            if i < N - 1:
                q[i] += beside[system, i] * p[i + 1]
            curvature += p[i] * q[i]
        for i in range(N):  # step
            x[i] += now / curvature * p[i]
            r[i] -= now / curvature * q[i]
        before = now
    for i in range(N):  # store
        out[system, i] = x[i]
