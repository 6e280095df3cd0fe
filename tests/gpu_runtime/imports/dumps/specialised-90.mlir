// -----// IR Dump Before TritonTensorMemoryAllocationPass: triton-tensor-memory-allocation ('builtin.module' operation) //----- //
#blocked = #ttg.blocked<{sizePerThread = [1], threadsPerWarp = [32], warpsPerCTA = [4], order = [0]}>
#shared = #ttg.swizzled_shared<{vec = 1, perPhase = 1, maxPhase = 1, order = [0]}>
#smem = #ttg.shared_memory
module attributes {ttg.maxnreg = 256 : i32, "ttg.num-ctas" = 1 : i32, "ttg.num-warps" = 4 : i32, ttg.shared = 2564 : i32, ttg.target = "cuda:90", "ttg.threads-per-warp" = 32 : i32, "ttg.total-num-warps" = 8 : i32, "ttng.two-ctas" = false} {
  tt.func public @both(%a: !tt.ptr<f32> {tt.divisibility = 16 : i32}, %d: !tt.ptr<f32> {tt.divisibility = 16 : i32}) attributes {allocation.offset = 2560 : i32, noinline = false} {
    %buf_2 = ttg.local_alloc %buf_1 {allocation.offset = 0 : i32} : (tensor<256xf32, #blocked>) -> !ttg.memdesc<256xf32, #shared, #smem, mutable>
    ttg.warp_specialize(%buf_2, %d) attributes {actualRegisters = array<i32: 464, 48>, allocation.offset = 1024 : i32, allocation.size = 20 : i32, requestedRegisters = array<i32: 48>, warpGroupStartIds = array<i32: 4>}
    default {
      %v = ttg.local_load %buf_2 : !ttg.memdesc<256xf32, #shared, #smem, mutable> -> tensor<256xf32, #blocked>
      %b = ttg.local_alloc %v {allocation.offset = 1024 : i32} : (tensor<256xf32, #blocked>) -> !ttg.memdesc<256xf32, #shared, #smem, mutable>
      %2 = ttg.local_load %b : !ttg.memdesc<256xf32, #shared, #smem, mutable> -> tensor<256xf32, #blocked>
      tt.store %1, %2 : tensor<256x!tt.ptr<f32>, #blocked>
      ttg.warp_yield
    }
    partition0(%arg2: !ttg.memdesc<256xf32, #shared, #smem, mutable>, %arg3: !tt.ptr<f32>) num_warps(4) {
      %v = ttg.local_load %arg2 : !ttg.memdesc<256xf32, #shared, #smem, mutable> -> tensor<256xf32, #blocked>
      %b_3 = ttg.local_alloc %b {allocation.offset = 2048 : i32} : (tensor<256xf16, #blocked>) -> !ttg.memdesc<256xf16, #shared, #smem, mutable>
      %4 = ttg.local_load %b_3 : !ttg.memdesc<256xf16, #shared, #smem, mutable> -> tensor<256xf16, #blocked>
      tt.store %3, %5 : tensor<256x!tt.ptr<f32>, #blocked>
      ttg.warp_return
    } : (!ttg.memdesc<256xf32, #shared, #smem, mutable>, !tt.ptr<f32>) -> ()
    tt.return
  }
}
