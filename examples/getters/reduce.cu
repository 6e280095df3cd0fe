// Mean and variance of rows: a block a row, two reductions over a tree, and each thread keeps its elements between them.
#include "allocators.cuh"

namespace row = layout::row;

__device__ inline void fold(float* values, int t) {
    for (int left = layout::threads_per_block; left > 1;) {
        __syncthreads();
        const int half = (left + 1) / 2;
        if (t + half < left) values[t] += values[t + half];
        left = half;
    }
}

// data: rows x columns, of which a thread has at most row::items::count; out: rows x 2, the mean and the variance. Any number of blocks.
extern "C" __global__ void __launch_bounds__(layout::threads_per_block)
reduce(const float* data, float* out, int rows, int columns) {
    WARPACK_MEMORY(layout, memory);
    float* items = row::items::get(memory);
    float* sums = row::sums::get(memory);
    float* squares = row::squares::get(memory);
    const int t = threadIdx.x;
    for (int r = blockIdx.x; r < rows; r += gridDim.x) {
        float total = 0;
        for (int i = 0; i < row::items::count; ++i) {                      // load
            const int column = i * layout::threads_per_block + t;
            if (column < columns) total += items[i] = data[r * columns + column];
        }
        __syncthreads();
        sums[t] = total;                                                   // add: where the row before had its squares
        fold(sums, t);                                                     // fold
        __syncthreads();
        const float mean = sums[0] / columns;                              // mean
        __syncthreads();
        total = 0;
        for (int i = 0; i < row::items::count; ++i)                        // square
            if (i * layout::threads_per_block + t < columns) total += (items[i] - mean) * (items[i] - mean);
        squares[t] = total;
        fold(squares, t);                                                  // fold_squares
        __syncthreads();
        if (t < 2) out[2 * r + t] = t == 0 ? mean : squares[0] / columns;  // store
    }
}
