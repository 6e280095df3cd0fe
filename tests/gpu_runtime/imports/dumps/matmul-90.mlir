// -----// IR Dump Before TritonTensorMemoryAllocationPass: triton-tensor-memory-allocation ('builtin.module' operation) //----- //
#blocked = #ttg.blocked<{sizePerThread = [1, 8], threadsPerWarp = [8, 4], warpsPerCTA = [4, 1], order = [1, 0]}>
#blocked1 = #ttg.blocked<{sizePerThread = [1, 8], threadsPerWarp = [2, 16], warpsPerCTA = [4, 1], order = [1, 0]}>
#mma = #ttg.nvidia_mma<{versionMajor = 3, versionMinor = 0, warpsPerCTA = [4, 1], instrShape = [16, 128, 16]}>
#shared = #ttg.nvmma_shared<{swizzlingByteWidth = 64, transposed = false, elementBitWidth = 16}>
#shared1 = #ttg.nvmma_shared<{swizzlingByteWidth = 128, transposed = false, elementBitWidth = 16}>
#smem = #ttg.shared_memory
module attributes {"ttg.num-ctas" = 1 : i32, "ttg.num-warps" = 4 : i32, ttg.shared = 49152 : i32, ttg.target = "cuda:90", "ttg.threads-per-warp" = 32 : i32, "ttg.total-num-warps" = 4 : i32, "ttng.two-ctas" = false} {
  tt.func public @matmul(%a_ptr: !tt.ptr<f16> {tt.divisibility = 16 : i32}, %b_ptr: !tt.ptr<f16> {tt.divisibility = 16 : i32}, %c_ptr: !tt.ptr<f16> {tt.divisibility = 16 : i32}, %M: i32, %N: i32, %K: i32, %sam: i32 {tt.divisibility = 16 : i32}, %sbk: i32 {tt.divisibility = 16 : i32}, %scm: i32 {tt.divisibility = 16 : i32}) attributes {noinline = false} {
    %x = ttg.local_alloc {allocation.offset = 0 : i32} : () -> !ttg.memdesc<3x128x32xf16, #shared, #smem, mutable>
    %y = ttg.local_alloc {allocation.offset = 24576 : i32} : () -> !ttg.memdesc<3x32x128xf16, #shared1, #smem, mutable>
    %x_31 = ttg.memdesc_index %x[%c0_i32] : !ttg.memdesc<3x128x32xf16, #shared, #smem, mutable> -> !ttg.memdesc<128x32xf16, #shared, #smem, mutable>
    %x_33 = ttg.async_copy_global_to_local %a_19, %x_31 mask %acc_32 {contiguity = 8 : i32} : tensor<128x32x!tt.ptr<f16>, #blocked> -> <128x32xf16, #shared, #smem, mutable>
    %x_34 = ttg.async_commit_group tokens %x_33
    %y_35 = ttg.memdesc_index %y[%c0_i32] : !ttg.memdesc<3x32x128xf16, #shared1, #smem, mutable> -> !ttg.memdesc<32x128xf16, #shared1, #smem, mutable>
    %y_37 = ttg.async_copy_global_to_local %b_28, %y_35 mask %acc_36 {contiguity = 8 : i32} : tensor<32x128x!tt.ptr<f16>, #blocked1> -> <32x128xf16, #shared1, #smem, mutable>
    %y_38 = ttg.async_commit_group tokens %y_37
    %x_42 = ttg.memdesc_index %x[%c1_i32] : !ttg.memdesc<3x128x32xf16, #shared, #smem, mutable> -> !ttg.memdesc<128x32xf16, #shared, #smem, mutable>
    %x_44 = ttg.async_copy_global_to_local %a_40, %x_42 mask %acc_43 {contiguity = 8 : i32} : tensor<128x32x!tt.ptr<f16>, #blocked> -> <128x32xf16, #shared, #smem, mutable>
    %x_45 = ttg.async_commit_group tokens %x_44
    %y_46 = ttg.memdesc_index %y[%c1_i32] : !ttg.memdesc<3x32x128xf16, #shared1, #smem, mutable> -> !ttg.memdesc<32x128xf16, #shared1, #smem, mutable>
    %y_48 = ttg.async_copy_global_to_local %b_41, %y_46 mask %acc_47 {contiguity = 8 : i32} : tensor<32x128x!tt.ptr<f16>, #blocked1> -> <32x128xf16, #shared1, #smem, mutable>
    %y_49 = ttg.async_commit_group tokens %y_48
    cf.br ^bb1(%c0_i32, %cst, %a_40, %b_41, %c1_i32, %c-1_i32, %x_34, %x_45, %y_38, %y_49 : i32, tensor<128x128xf32, #mma>, tensor<128x32x!tt.ptr<f16>, #blocked>, tensor<32x128x!tt.ptr<f16>, #blocked1>, i32, i32, !ttg.async.token, !ttg.async.token, !ttg.async.token, !ttg.async.token)
  ^bb1(%acc_50: i32, %0: tensor<128x128xf32, #mma>, %a_51: tensor<128x32x!tt.ptr<f16>, #blocked>, %b_52: tensor<32x128x!tt.ptr<f16>, #blocked1>, %acc_53: i32, %acc_54: i32, %x_55: !ttg.async.token, %x_56: !ttg.async.token, %y_57: !ttg.async.token, %y_58: !ttg.async.token):  // 2 preds: ^bb0, ^bb2
    cf.cond_br %acc_59, ^bb2, ^bb3
  ^bb2:  // pred: ^bb1
    %x_65 = ttg.async_wait %x_55, %y_57 {num = 2 : i32}
    %x_66 = ttg.memdesc_index %x[%acc_64] : !ttg.memdesc<3x128x32xf16, #shared, #smem, mutable> -> !ttg.memdesc<128x32xf16, #shared, #smem, mutable>
    %y_67 = ttg.memdesc_index %y[%acc_64] : !ttg.memdesc<3x32x128xf16, #shared1, #smem, mutable> -> !ttg.memdesc<32x128xf16, #shared1, #smem, mutable>
    ttng.fence_async_shared {bCluster = false}
    %acc_68 = ttng.warp_group_dot %x_66, %y_67, %0 {inputPrecision = 0 : i32, isAsync = true} : !ttg.memdesc<128x32xf16, #shared, #smem, mutable> * !ttg.memdesc<32x128xf16, #shared1, #smem, mutable> -> tensor<128x128xf32, #mma>
    %acc_69:3 = ttng.warp_group_dot_wait %acc_68, %x_66, %y_67 {pendings = 1 : i32} : tensor<128x128xf32, #mma>, !ttg.memdesc<128x32xf16, #shared, #smem, mutable>, !ttg.memdesc<32x128xf16, #shared1, #smem, mutable>
    %x_75 = ttg.memdesc_index %x[%acc_74] : !ttg.memdesc<3x128x32xf16, #shared, #smem, mutable> -> !ttg.memdesc<128x32xf16, #shared, #smem, mutable>
    %x_77 = ttg.async_copy_global_to_local %a_70, %x_75 mask %acc_76 {contiguity = 8 : i32} : tensor<128x32x!tt.ptr<f16>, #blocked> -> <128x32xf16, #shared, #smem, mutable>
    %x_78 = ttg.async_commit_group tokens %x_77
    %y_79 = ttg.memdesc_index %y[%acc_74] : !ttg.memdesc<3x32x128xf16, #shared1, #smem, mutable> -> !ttg.memdesc<32x128xf16, #shared1, #smem, mutable>
    %y_81 = ttg.async_copy_global_to_local %b_71, %y_79 mask %acc_80 {contiguity = 8 : i32} : tensor<32x128x!tt.ptr<f16>, #blocked1> -> <32x128xf16, #shared1, #smem, mutable>
    %y_82 = ttg.async_commit_group tokens %y_81
    cf.br ^bb1(%acc_83, %acc_69#0, %a_70, %b_71, %acc_74, %acc_64, %x_56, %x_78, %y_58, %y_82 : i32, tensor<128x128xf32, #mma>, tensor<128x32x!tt.ptr<f16>, #blocked>, tensor<32x128x!tt.ptr<f16>, #blocked1>, i32, i32, !ttg.async.token, !ttg.async.token, !ttg.async.token, !ttg.async.token)
  ^bb3:  // pred: ^bb1
    %acc_84 = ttng.warp_group_dot_wait %0 {pendings = 0 : i32} : tensor<128x128xf32, #mma>
    %acc_85 = ttg.async_wait {num = 0 : i32}
    ttg.local_dealloc %y : !ttg.memdesc<3x32x128xf16, #shared1, #smem, mutable>
    ttg.local_dealloc %x : !ttg.memdesc<3x128x32xf16, #shared, #smem, mutable>
    %s = "tt.reduce"(%acc_84) <{axis = 1 : i32}> ({
    ^bb0(%s_92: f32, %s_93: f32):
      tt.reduce.return %s_94 : f32
    }) : (tensor<128x128xf32, #mma>) -> tensor<128xf32, #ttg.slice<{dim = 1, parent = #mma}>>
    %5 = ttg.convert_layout %4 {allocation.offset = 0 : i32, allocation.size = 8192 : i32} : tensor<128x128xf16, #mma> -> tensor<128x128xf16, #blocked1>
    tt.store %c_91, %5 : tensor<128x128x!tt.ptr<f16>, #blocked1>
    tt.return
  }
}
