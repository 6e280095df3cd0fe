// Batched conjugate gradients with a diagonal preconditioner: a thread a system of 24 unknowns, tridiagonal and symmetric.
#include "allocators.cuh"

namespace solve = layout::solve;

// diagonal, right, out: systems x 24; beside: systems x 23, the entries beside the diagonal. Ends after `steps`, or where the
// residual's square, weighed by the preconditioner, is at most `tolerance`.
extern "C" __global__ void __launch_bounds__(layout::threads_per_block)
cg(const float* diagonal, const float* beside, const float* right, float* out, int systems, int steps, float tolerance) {
    constexpr int n = solve::solution::count;
    WARPACK_MEMORY(layout, memory);
    layout::init(memory);  // solution and direction are zero
    float* x = solve::solution::get(memory);
    float* r = solve::residual::get(memory);
    float* z = solve::scaled::get(memory);
    float* p = solve::direction::get(memory);
    float* q = solve::product::get(memory);
    const int system = blockIdx.x * layout::runs_per_block + memory.run;
    if (system >= systems) return;
    diagonal += system * n;
    beside += system * (n - 1);
    for (int i = 0; i < n; ++i) r[i] = right[system * n + i];              // start
    float before = 1;
    for (int s = 0; s < steps; ++s) {
        float now = 0;
        for (int i = 0; i < n; ++i) {                                      // precondition
            z[i] = r[i] / diagonal[i];
            now += r[i] * z[i];
        }
        if (now <= tolerance) break;
        for (int i = 0; i < n; ++i) p[i] = z[i] + now / before * p[i];     // turn
        float curvature = 0;
        for (int i = 0; i < n; ++i) {                                      // multiply: product may lie where scaled was
            q[i] = diagonal[i] * p[i];
            if (i > 0) q[i] += beside[i - 1] * p[i - 1];
            if (i < n - 1) q[i] += beside[i] * p[i + 1];
            curvature += p[i] * q[i];
        }
        for (int i = 0; i < n; ++i) {                                      // step
            x[i] += now / curvature * p[i];
            r[i] -= now / curvature * q[i];
        }
        before = now;
    }
    for (int i = 0; i < n; ++i) out[system * n + i] = x[i];                // store
}
