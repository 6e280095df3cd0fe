// CUDA's words for a compiler that does not know them: a kernel becomes a function, and its threads take turns.
#pragma once
#define __device__
#define __global__
#define __shared__
#define __forceinline__ inline
#define __launch_bounds__(threads)
#define __align__(bytes) __attribute__((aligned(bytes)))
struct place { unsigned x, y, z; };
inline place threadIdx, blockIdx, blockDim;
