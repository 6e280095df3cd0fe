// A batch over NVIDIA's cuda_occupancy.h, which the test takes from the installed nvidia-cuda-runtime wheel.
#include <climits>
#include <cstddef>

#include "cuda_occupancy.h"

struct Limits {  // one row of the project's table, as far as the header asks for it
    int major, minor, threads_per_block, threads_per_sm, registers_per_block, registers_per_sm, warp, shared_per_block,
        shared_per_sm, shared_per_block_optin, reserved_shared;
};

// points: rows of threads, registers, static bytes, dynamic bytes, barriers, carve-out percent (-1: default).
// results: rows of active blocks (negative: the header's error), then the limits by warps, blocks, registers, shared, barriers.
extern "C" void occupancy_batch(const Limits* limits, long count, const int* points, int* results) {
    cudaOccDeviceProp device{};
    device.computeMajor = limits->major;
    device.computeMinor = limits->minor;
    device.maxThreadsPerBlock = limits->threads_per_block;
    device.maxThreadsPerMultiprocessor = limits->threads_per_sm;
    device.regsPerBlock = limits->registers_per_block;
    device.regsPerMultiprocessor = limits->registers_per_sm;
    device.warpSize = limits->warp;
    device.sharedMemPerBlock = limits->shared_per_block;
    device.sharedMemPerMultiprocessor = limits->shared_per_sm;
    device.numSms = 1;
    device.sharedMemPerBlockOptin = limits->shared_per_block_optin;
    device.reservedSharedMemPerBlock = limits->reserved_shared;
    for (long i = 0; i < count; ++i) {
        const int* point = points + 6 * i;
        int* result = results + 6 * i;
        cudaOccFuncAttributes kernel{};
        kernel.maxThreadsPerBlock = limits->threads_per_block;
        kernel.numRegs = point[1];
        kernel.sharedSizeBytes = point[2];
        kernel.maxDynamicSharedSizeBytes = point[3];
        kernel.numBlockBarriers = point[4];
        kernel.partitionedGCConfig = PARTITIONED_GC_OFF;
        kernel.shmemLimitConfig = FUNC_SHMEM_LIMIT_OPTIN;
        cudaOccDeviceState state{};
        state.carveoutConfig = point[5];
        state.cacheConfig = CACHE_PREFER_NONE;
        cudaOccResult found{};
        const cudaOccError error =
            cudaOccMaxActiveBlocksPerMultiprocessor(&found, &device, &kernel, &state, point[0], point[3]);
        result[0] = error == CUDA_OCC_SUCCESS ? found.activeBlocksPerMultiprocessor : -static_cast<int>(error);
        result[1] = found.blockLimitWarps;
        result[2] = found.blockLimitBlocks;
        result[3] = found.blockLimitRegs;
        result[4] = found.blockLimitSharedMem;
        result[5] = found.blockLimitBarriers;
    }
}
