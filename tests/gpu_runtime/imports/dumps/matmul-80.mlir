// -----// IR Dump Before TritonTensorMemoryAllocationPass: triton-tensor-memory-allocation ('builtin.module' operation) //----- //
#blocked = #ttg.blocked<{sizePerThread = [1, 8], threadsPerWarp = [8, 4], warpsPerCTA = [4, 1], order = [1, 0]}>
#blocked1 = #ttg.blocked<{sizePerThread = [1, 8], threadsPerWarp = [2, 16], warpsPerCTA = [4, 1], order = [1, 0]}>
#mma = #ttg.nvidia_mma<{versionMajor = 2, versionMinor = 0, warpsPerCTA = [2, 2], instrShape = [16, 8]}>
#shared = #ttg.swizzled_shared<{vec = 8, perPhase = 2, maxPhase = 4, order = [1, 0]}>
#shared1 = #ttg.swizzled_shared<{vec = 8, perPhase = 1, maxPhase = 8, order = [1, 0]}>
#smem = #ttg.shared_memory
module attributes {"ttg.num-ctas" = 1 : i32, "ttg.num-warps" = 4 : i32, ttg.shared = 32768 : i32, ttg.target = "cuda:80", "ttg.threads-per-warp" = 32 : i32, "ttg.total-num-warps" = 4 : i32, "ttng.two-ctas" = false} {
  tt.func public @matmul(%a_ptr: !tt.ptr<f16> {tt.divisibility = 16 : i32}, %b_ptr: !tt.ptr<f16> {tt.divisibility = 16 : i32}, %c_ptr: !tt.ptr<f16> {tt.divisibility = 16 : i32}, %M: i32, %N: i32, %K: i32, %sam: i32 {tt.divisibility = 16 : i32}, %sbk: i32 {tt.divisibility = 16 : i32}, %scm: i32 {tt.divisibility = 16 : i32}) attributes {noinline = false} {
    %x = ttg.local_alloc {allocation.offset = 0 : i32} : () -> !ttg.memdesc<2x128x32xf16, #shared, #smem, mutable>
    %y = ttg.local_alloc {allocation.offset = 16384 : i32} : () -> !ttg.memdesc<2x32x128xf16, #shared1, #smem, mutable>
    %x_31 = ttg.memdesc_index %x[%c0_i32] : !ttg.memdesc<2x128x32xf16, #shared, #smem, mutable> -> !ttg.memdesc<128x32xf16, #shared, #smem, mutable>
    %x_33 = ttg.async_copy_global_to_local %a_19, %x_31 mask %acc_32 {contiguity = 8 : i32} : tensor<128x32x!tt.ptr<f16>, #blocked> -> <128x32xf16, #shared, #smem, mutable>
    %x_34 = ttg.async_commit_group tokens %x_33
    %y_35 = ttg.memdesc_index %y[%c0_i32] : !ttg.memdesc<2x32x128xf16, #shared1, #smem, mutable> -> !ttg.memdesc<32x128xf16, #shared1, #smem, mutable>
    %y_37 = ttg.async_copy_global_to_local %b_28, %y_35 mask %acc_36 {contiguity = 8 : i32} : tensor<32x128x!tt.ptr<f16>, #blocked1> -> <32x128xf16, #shared1, #smem, mutable>
    %y_38 = ttg.async_commit_group tokens %y_37
    %x_42 = ttg.memdesc_index %x[%c1_i32] : !ttg.memdesc<2x128x32xf16, #shared, #smem, mutable> -> !ttg.memdesc<128x32xf16, #shared, #smem, mutable>
    %x_44 = ttg.async_copy_global_to_local %a_40, %x_42 mask %acc_43 {contiguity = 8 : i32} : tensor<128x32x!tt.ptr<f16>, #blocked> -> <128x32xf16, #shared, #smem, mutable>
    %x_45 = ttg.async_commit_group tokens %x_44
    %y_46 = ttg.memdesc_index %y[%c1_i32] : !ttg.memdesc<2x32x128xf16, #shared1, #smem, mutable> -> !ttg.memdesc<32x128xf16, #shared1, #smem, mutable>
    %y_48 = ttg.async_copy_global_to_local %b_41, %y_46 mask %acc_47 {contiguity = 8 : i32} : tensor<32x128x!tt.ptr<f16>, #blocked1> -> <32x128xf16, #shared1, #smem, mutable>
    %y_49 = ttg.async_commit_group tokens %y_48
    %x_50 = ttg.async_wait %x_34, %y_38 {num = 2 : i32}
    %x_51 = ttg.memdesc_subslice %x_31[0, 0] : !ttg.memdesc<128x32xf16, #shared, #smem, mutable> -> !ttg.memdesc<128x16xf16, #shared, #smem, mutable, 128x32>
    %x_52 = ttg.local_load %x_51 token %x_50 : !ttg.memdesc<128x16xf16, #shared, #smem, mutable, 128x32> -> tensor<128x16xf16, #ttg.dot_op<{opIdx = 0, parent = #mma, kWidth = 2}>>
    %y_53 = ttg.memdesc_subslice %y_35[0, 0] : !ttg.memdesc<32x128xf16, #shared1, #smem, mutable> -> !ttg.memdesc<16x128xf16, #shared1, #smem, mutable, 32x128>
    %y_54 = ttg.local_load %y_53 token %x_50 : !ttg.memdesc<16x128xf16, #shared1, #smem, mutable, 32x128> -> tensor<16x128xf16, #ttg.dot_op<{opIdx = 1, parent = #mma, kWidth = 2}>>
    cf.br ^bb1(%c0_i32, %cst, %a_40, %b_41, %c1_i32, %c-1_i32, %x_34, %x_45, %y_38, %y_49, %x_31, %y_35, %x_50, %x_50, %x_52, %y_54 : i32, tensor<128x128xf32, #mma>, tensor<128x32x!tt.ptr<f16>, #blocked>, tensor<32x128x!tt.ptr<f16>, #blocked1>, i32, i32, !ttg.async.token, !ttg.async.token, !ttg.async.token, !ttg.async.token, !ttg.memdesc<128x32xf16, #shared, #smem, mutable>, !ttg.memdesc<32x128xf16, #shared1, #smem, mutable>, !ttg.async.token, !ttg.async.token, tensor<128x16xf16, #ttg.dot_op<{opIdx = 0, parent = #mma, kWidth = 2}>>, tensor<16x128xf16, #ttg.dot_op<{opIdx = 1, parent = #mma, kWidth = 2}>>)
  ^bb1(%acc_55: i32, %0: tensor<128x128xf32, #mma>, %a_56: tensor<128x32x!tt.ptr<f16>, #blocked>, %b_57: tensor<32x128x!tt.ptr<f16>, #blocked1>, %1: i32, %acc_58: i32, %x_59: !ttg.async.token, %x_60: !ttg.async.token, %y_61: !ttg.async.token, %y_62: !ttg.async.token, %x_63: !ttg.memdesc<128x32xf16, #shared, #smem, mutable>, %y_64: !ttg.memdesc<32x128xf16, #shared1, #smem, mutable>, %x_65: !ttg.async.token, %x_66: !ttg.async.token, %x_67: tensor<128x16xf16, #ttg.dot_op<{opIdx = 0, parent = #mma, kWidth = 2}>>, %y_68: tensor<16x128xf16, #ttg.dot_op<{opIdx = 1, parent = #mma, kWidth = 2}>>):  // 2 preds: ^bb0, ^bb2
    cf.cond_br %acc_69, ^bb2, ^bb3
  ^bb2:  // pred: ^bb1
    %x_75 = ttg.async_wait %x_59, %y_61 {num = 2 : i32}
    %x_76 = ttg.memdesc_subslice %x_63[0, 16] : !ttg.memdesc<128x32xf16, #shared, #smem, mutable> -> !ttg.memdesc<128x16xf16, #shared, #smem, mutable, 128x32>
    %x_77 = ttg.local_load %x_76 token %x_65 : !ttg.memdesc<128x16xf16, #shared, #smem, mutable, 128x32> -> tensor<128x16xf16, #ttg.dot_op<{opIdx = 0, parent = #mma, kWidth = 2}>>
    %y_78 = ttg.memdesc_subslice %y_64[16, 0] : !ttg.memdesc<32x128xf16, #shared1, #smem, mutable> -> !ttg.memdesc<16x128xf16, #shared1, #smem, mutable, 32x128>
    %y_79 = ttg.local_load %y_78 token %x_66 : !ttg.memdesc<16x128xf16, #shared1, #smem, mutable, 32x128> -> tensor<16x128xf16, #ttg.dot_op<{opIdx = 1, parent = #mma, kWidth = 2}>>
    %acc_80 = tt.dot %x_67, %y_68, %0, inputPrecision = tf32 : tensor<128x16xf16, #ttg.dot_op<{opIdx = 0, parent = #mma, kWidth = 2}>> * tensor<16x128xf16, #ttg.dot_op<{opIdx = 1, parent = #mma, kWidth = 2}>> -> tensor<128x128xf32, #mma>
    %x_86 = ttg.memdesc_index %x[%acc_85] : !ttg.memdesc<2x128x32xf16, #shared, #smem, mutable> -> !ttg.memdesc<128x32xf16, #shared, #smem, mutable>
    %x_88 = ttg.async_copy_global_to_local %a_81, %x_86 mask %acc_87 {contiguity = 8 : i32} : tensor<128x32x!tt.ptr<f16>, #blocked> -> <128x32xf16, #shared, #smem, mutable>
    %x_89 = ttg.async_commit_group tokens %x_88
    %y_90 = ttg.memdesc_index %y[%acc_85] : !ttg.memdesc<2x32x128xf16, #shared1, #smem, mutable> -> !ttg.memdesc<32x128xf16, #shared1, #smem, mutable>
    %y_92 = ttg.async_copy_global_to_local %b_82, %y_90 mask %acc_91 {contiguity = 8 : i32} : tensor<32x128x!tt.ptr<f16>, #blocked1> -> <32x128xf16, #shared1, #smem, mutable>
    %y_93 = ttg.async_commit_group tokens %y_92
    %x_97 = ttg.memdesc_index %x[%acc_96] : !ttg.memdesc<2x128x32xf16, #shared, #smem, mutable> -> !ttg.memdesc<128x32xf16, #shared, #smem, mutable>
    %y_98 = ttg.memdesc_index %y[%acc_96] : !ttg.memdesc<2x32x128xf16, #shared1, #smem, mutable> -> !ttg.memdesc<32x128xf16, #shared1, #smem, mutable>
    %x_99 = ttg.async_wait %x_60, %y_62 {num = 2 : i32}
    %x_100 = ttg.async_wait %x_60, %y_62 {num = 2 : i32}
    %x_101 = ttg.memdesc_subslice %x_97[0, 0] : !ttg.memdesc<128x32xf16, #shared, #smem, mutable> -> !ttg.memdesc<128x16xf16, #shared, #smem, mutable, 128x32>
    %x_102 = ttg.local_load %x_101 token %x_99 : !ttg.memdesc<128x16xf16, #shared, #smem, mutable, 128x32> -> tensor<128x16xf16, #ttg.dot_op<{opIdx = 0, parent = #mma, kWidth = 2}>>
    %y_103 = ttg.memdesc_subslice %y_98[0, 0] : !ttg.memdesc<32x128xf16, #shared1, #smem, mutable> -> !ttg.memdesc<16x128xf16, #shared1, #smem, mutable, 32x128>
    %y_104 = ttg.local_load %y_103 token %x_100 : !ttg.memdesc<16x128xf16, #shared1, #smem, mutable, 32x128> -> tensor<16x128xf16, #ttg.dot_op<{opIdx = 1, parent = #mma, kWidth = 2}>>
    %acc_105 = tt.dot %x_77, %y_79, %acc_80, inputPrecision = tf32 : tensor<128x16xf16, #ttg.dot_op<{opIdx = 0, parent = #mma, kWidth = 2}>> * tensor<16x128xf16, #ttg.dot_op<{opIdx = 1, parent = #mma, kWidth = 2}>> -> tensor<128x128xf32, #mma>
    cf.br ^bb1(%acc_106, %acc_105, %a_81, %b_82, %acc_85, %acc_74, %x_60, %x_89, %y_62, %y_93, %x_97, %y_98, %x_99, %x_100, %x_102, %y_104 : i32, tensor<128x128xf32, #mma>, tensor<128x32x!tt.ptr<f16>, #blocked>, tensor<32x128x!tt.ptr<f16>, #blocked1>, i32, i32, !ttg.async.token, !ttg.async.token, !ttg.async.token, !ttg.async.token, !ttg.memdesc<128x32xf16, #shared, #smem, mutable>, !ttg.memdesc<32x128xf16, #shared1, #smem, mutable>, !ttg.async.token, !ttg.async.token, tensor<128x16xf16, #ttg.dot_op<{opIdx = 0, parent = #mma, kWidth = 2}>>, tensor<16x128xf16, #ttg.dot_op<{opIdx = 1, parent = #mma, kWidth = 2}>>)
  ^bb3:  // pred: ^bb1
    %acc_107 = ttg.async_wait {num = 0 : i32}
    ttg.local_dealloc %y : !ttg.memdesc<2x32x128xf16, #shared1, #smem, mutable>
    ttg.local_dealloc %x : !ttg.memdesc<2x128x32xf16, #shared, #smem, mutable>
    %s = "tt.reduce"(%0) <{axis = 1 : i32}> ({
    ^bb0(%s_114: f32, %s_115: f32):
      tt.reduce.return %s_116 : f32
    }) {allocation.offset = 0 : i32, allocation.size = 1024 : i32} : (tensor<128x128xf32, #mma>) -> tensor<128xf32, #ttg.slice<{dim = 1, parent = #mma}>>
    %6 = ttg.convert_layout %5 {allocation.offset = 0 : i32, allocation.size = 16384 : i32} : tensor<128x128xf16, #mma> -> tensor<128x128xf16, #blocked1>
    tt.store %c_113, %6 : tensor<128x128x!tt.ptr<f16>, #blocked1>
    tt.return
  }
}
