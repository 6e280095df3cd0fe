// Inclusive scan of long rows: a block a row, tile by tile; own elements first, then within each warp, then across the warps.
#include "allocators.cuh"

namespace tile = layout::tile;

// data, out: rows x columns; as many blocks as rows.
extern "C" __global__ void __launch_bounds__(layout::threads_per_block)
scan(const int* data, int* out, int columns) {
    constexpr int threads = layout::threads_per_block, each = tile::items::count, warps = tile::warp_totals::count;
    WARPACK_MEMORY(layout, memory);
    layout::init(memory);  // carry is zero
    int* items = tile::items::get(memory);
    int* totals = tile::totals::get(memory);
    int* warp_totals = tile::warp_totals::get(memory);
    int* arriving = tile::arriving::get(memory);
    int* leaving = tile::leaving::get(memory);
    int* carry = tile::carry::get(memory);
    const int t = threadIdx.x;
    data += blockIdx.x * columns;
    out += blockIdx.x * columns;
    for (int first = 0; first < columns; first += each * threads) {
        __syncthreads();
        for (int i = t; i < each * threads; i += threads)                  // load, neighbours by neighbouring threads
            arriving[i] = first + i < columns ? data[first + i] : 0;
        __syncthreads();
        int total = 0;
        for (int i = 0; i < each; ++i) items[i] = total += arriving[t * each + i];  // take: four neighbours each
        totals[t] = total;
        __syncthreads();
        if (t % 32 == 0) {                                                 // warps
            const int end = t + 32 < threads ? t + 32 : threads;
            for (int i = t + 1; i < end; ++i) totals[i] += totals[i - 1];
            warp_totals[t / 32] = totals[end - 1];
        }
        __syncthreads();
        if (t == 0)                                                        // across
            for (int i = 1; i < warps; ++i) warp_totals[i] += warp_totals[i - 1];
        __syncthreads();
        int before = carry[0];                                             // add
        if (t >= 32) before += warp_totals[t / 32 - 1];
        if (t % 32 > 0) before += totals[t - 1];
        for (int i = 0; i < each; ++i) leaving[t * each + i] = before + items[i];
        __syncthreads();
        if (t == 0) carry[0] += warp_totals[warps - 1];                    // store
        for (int i = t; i < each * threads && first + i < columns; i += threads) out[first + i] = leaving[i];
    }
}
