// Histograms of rows: each thread counts its own elements in bytes, and the block merges the counts with atomic additions.
#include "allocators.cuh"

namespace levels = layout::levels;

// data: rows x columns of bytes below 16, at most 255 for each thread; out: rows x 16. Any number of blocks.
extern "C" __global__ void __launch_bounds__(layout::threads_per_block)
histogram(const unsigned char* data, int* out, int rows, int columns) {
    constexpr int threads = layout::threads_per_block, size = levels::staged::count, each = size / threads;
    constexpr int all = levels::bins::count;
    WARPACK_MEMORY(layout, memory);
    unsigned char* counts = levels::counts::get(memory);
    unsigned char* staged = levels::staged::get(memory);
    int* bins = levels::bins::get(memory);
    const int t = threadIdx.x;
    for (int r = blockIdx.x; r < rows; r += gridDim.x) {
        levels::counts::zero(memory);                                      // clear
        for (int first = 0; first < columns; first += size) {
            __syncthreads();
            for (int i = t; i < size && first + i < columns; i += threads) // load
                staged[i] = data[r * columns + first + i];
            __syncthreads();
            for (int i = t * each; i < (t + 1) * each; ++i)                // count
                if (first + i < columns) ++counts[staged[i]];
        }
        __syncthreads();
        levels::bins::zero(memory);                                        // gather: where the tile was
        __syncthreads();
        for (int i = 0; i < all; ++i) {                                    // merge, each thread from another level on
            const int level = (t + i) % all;
            if (counts[level] > 0) atomicAdd(&bins[level], int(counts[level]));
        }
        __syncthreads();
        for (int level = t; level < all; level += threads) out[r * all + level] = bins[level];  // store
    }
}
