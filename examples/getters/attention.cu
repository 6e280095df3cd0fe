// Attention in one pass: a thread a query, a block a tile of them; keys and values come in tiles, with a running maximum and sum.
#include "allocators.cuh"

namespace head = layout::head;

// queries, out: count x 8; keys, values: length x 8, at least one. A thread for each query.
extern "C" __global__ void __launch_bounds__(layout::threads_per_block)
attention(const float* queries, const float* keys, const float* values, float* out, int count, int length) {
    constexpr int threads = layout::threads_per_block, dim = head::query::count, tile = head::scores::count;
    WARPACK_MEMORY(layout, memory);
    layout::init(memory);  // output is zero
    float* query = head::query::get(memory);
    float* scores = head::scores::get(memory);
    float* output = head::output::get(memory);
    float* running = head::running::get(memory);
    float* key_tile = head::keys::get(memory);
    float* value_tile = head::values::get(memory);
    const int t = threadIdx.x, row = blockIdx.x * threads + t;
    for (int d = 0; d < dim; ++d)                                          // begin
        query[d] = row < count ? queries[row * dim + d] * rsqrtf(float(dim)) : 0.0f;
    running[0] = -3.402823466e38f;                                         // the largest score so far
    running[1] = 0;                                                        // the sum of the weights against it
    for (int first = 0; first < length; first += tile) {
        const int here = length - first < tile ? length - first : tile;
        __syncthreads();
        for (int i = t; i < here * dim; i += threads) key_tile[i] = keys[first * dim + i];      // load_keys
        __syncthreads();
        float largest = running[0];                                        // score
        for (int k = 0; k < here; ++k) {
            float score = 0;
            for (int d = 0; d < dim; ++d) score += query[d] * key_tile[k * dim + d];
            scores[k] = score;
            largest = fmaxf(largest, score);
        }
        __syncthreads();
        for (int i = t; i < here * dim; i += threads) value_tile[i] = values[first * dim + i];  // load_values: where the keys were
        __syncthreads();
        const float shrink = expf(running[0] - largest);                   // weigh
        running[0] = largest;
        running[1] *= shrink;
        for (int d = 0; d < dim; ++d) output[d] *= shrink;
        for (int k = 0; k < here; ++k) {
            const float weight = expf(scores[k] - largest);
            running[1] += weight;
            for (int d = 0; d < dim; ++d) output[d] += weight * value_tile[k * dim + d];
        }
    }
    if (row < count)
        for (int d = 0; d < dim; ++d) out[row * dim + d] = output[d] / running[1];              // store
}
