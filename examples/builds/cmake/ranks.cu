// Ranks the partial sums of many rows of 64 numbers: a thread a row. The header is made by warpack_layout().
#include "ranks_layout.cuh"

#include <cstdio>
#include <vector>

constexpr int items = layout::row::count, block = layout::threads_per_block, blocks = 2, rows = block * blocks;

__global__ void __launch_bounds__(block) rank_sums(const float* in, int* out) {
    WARPACK_MEMORY(layout, memory);
    float* row = layout::row::get(memory);
    float* sums = layout::sums::get(memory);
    int* ranks = layout::ranks::get(memory);
    const int first = (blockIdx.x * block + threadIdx.x) * items;
    for (int i = 0; i < items; ++i) row[i] = in[first + i];                  // load
    for (int i = 0; i < items; ++i) sums[i] = row[i] + (i ? sums[i - 1] : 0);  // sum
    for (int i = 0; i < items; ++i) {                                        // rank
        ranks[i] = 0;
        for (int j = 0; j < items; ++j) ranks[i] += sums[j] < sums[i];
    }
    for (int i = 0; i < items; ++i) out[first + i] = ranks[i];               // store
}

// What the kernel must find, without Warpack.
std::vector<int> expected(const std::vector<float>& in) {
    std::vector<int> out(in.size());
    for (int r = 0; r < rows; ++r) {
        float sums[items], total = 0;
        for (int i = 0; i < items; ++i) sums[i] = total += in[r * items + i];
        for (int i = 0; i < items; ++i)
            for (float other : sums) out[r * items + i] += other < sums[i];
    }
    return out;
}

#ifdef __CUDACC__
bool run(const std::vector<float>& in, std::vector<int>& out) {
    float* given;
    int* found;
    cudaMalloc(&given, sizeof(float) * in.size());
    cudaMalloc(&found, sizeof(int) * out.size());
    cudaMemcpy(given, in.data(), sizeof(float) * in.size(), cudaMemcpyHostToDevice);
    rank_sums<<<blocks, block, layout::dynamic_shared_bytes>>>(given, found);
    cudaMemcpy(out.data(), found, sizeof(int) * out.size(), cudaMemcpyDeviceToHost);
    const cudaError_t error = cudaGetLastError();
    if (error != cudaSuccess) std::printf("%s\n", cudaGetErrorString(error));
    return error == cudaSuccess;
}
#else
namespace layout { alignas(base_alignment_bytes) unsigned char warpack_shared_memory[dynamic_shared_bytes]; }

bool run(const std::vector<float>& in, std::vector<int>& out) {
    blockDim = {block, 1, 1};
    for (blockIdx.x = 0; blockIdx.x < blocks; ++blockIdx.x)
        for (threadIdx.x = 0; threadIdx.x < block; ++threadIdx.x) rank_sums(in.data(), out.data());
    return true;
}
#endif

int main() {
    std::vector<float> in(rows * items);
    unsigned state = 1;
    for (float& value : in) value = static_cast<float>((state = state * 1664525u + 1013904223u) >> 24) - 128;
    std::vector<int> out(in.size());
    if (!run(in, out)) return 1;
    const bool right = out == expected(in);
    std::printf("%d threads per block, %u run bytes: %s\n", block, layout::run_bytes, right ? "right" : "wrong");
    return right ? 0 : 1;
}
