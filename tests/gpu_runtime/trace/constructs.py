"""Small kernels, each with a construct. By name: how it is launched, and the body of `kernel(out)`."""

from __future__ import annotations

HEAD = """
import numpy as np
from numba import cuda, float32, float64, int32

@cuda.jit
def kernel(out):
"""
TAIL = """
out = np.zeros(256, np.float32)
kernel[{launch}](out)
"""
SHARED = "    a = cuda.shared.array(32, float32)\n    b = cuda.shared.array(32, float32)\n    t = cuda.threadIdx.x\n"

BODIES: dict[str, tuple[str, str]] = {
    "while_test": ("1, 32", SHARED + """
    a[t] = t
    cuda.syncthreads()
    k = 0
    while a[31 - t] > 0 and k < 3:
        b[t] = k
        k += 1
        cuda.syncthreads()
        out[t] = b[31 - t]
"""),
    "fixed_loop": ("1, 32", SHARED + """
    for k in range(3):
        a[t] = k
        cuda.syncthreads()
        b[t] = a[31 - t]
        cuda.syncthreads()
"""),
    "endless": ("1, 32", SHARED + """
    k = 0
    while True:
        a[t] = k
        cuda.syncthreads()
        if a[31 - t] > 2:
            break
        b[t] = k
        cuda.syncthreads()
        k += 1
"""),
    "skipped_barrier": ("1, 32", SHARED + """
    for k in range(4):
        a[t] = k
        if k == 2:
            continue
        cuda.syncthreads()
        b[t] = a[31 - t]
        cuda.syncthreads()
"""),
    "warp_barriers": ("1, 64", """
    a = cuda.shared.array(64, float32)
    t = cuda.threadIdx.x
    a[t] = t
    cuda.syncwarp()
    out[t] = a[t ^ 1]
    cuda.syncwarp()
    a[t] = out[t]
    cuda.syncwarp(0xFF << (t % 32 // 8 * 8))
    out[t] = a[t ^ 1] + a[t ^ 8]
"""),
    "atomic_and_plain": ("1, 32", """
    a = cuda.shared.array(2, int32)
    t = cuda.threadIdx.x
    if t == 0:
        a[0] = 0
    cuda.syncthreads()
    cuda.atomic.add(a, 0, 1)
    if t == 7:
        out[0] = a[0]
"""),
    "votes": ("1, 32", """
    t = cuda.threadIdx.x
    full = 0xFFFFFFFF
    out[t] = cuda.ballot_sync(full, t < 3)
    out[32 + t] = cuda.any_sync(full, t == 3) + 2 * cuda.all_sync(full, t >= 0) + 4 * cuda.eq_sync(full, t < 9)
    out[64 + t] = cuda.match_any_sync(full, t // 16) & 1
    out[96 + t] = cuda.match_all_sync(full, 5)[1]
    out[128 + t] = cuda.shfl_sync(full, t, 4) + cuda.shfl_xor_sync(full, t, 1)
    out[160 + t] = cuda.shfl_down_sync(full, t, 2)
    out[192 + t] = cuda.shfl_up_sync(full, t, 2)
    out[224 + t] = cuda.syncthreads_count(t < 5) + cuda.syncthreads_or(t == 40) + cuda.lanemask_lt() % 2
    assert out[t] == 7 and out[32 + t] == 3 and out[64 + t] == (t < 16) and out[96 + t] == 1
    assert out[128 + t] == 4 + (t ^ 1) and out[160 + t] == (t + 2 if t < 30 else t)
    assert out[192 + t] == (t - 2 if t > 1 else t) and out[224 + t] == 5 + (t > 0)
"""),
    "two_names": ("1, 4, 0, 64", """
    memory = cuda.shared.array(0, float32)
    t = cuda.threadIdx.x
    first = memory[0:8]
    second = memory[0:8]
    other = memory[8:16]
    first[t] = t
    cuda.syncthreads()
    other[t] = second[3 - t]
    cuda.syncthreads()
    out[t] = other[3 - t]
"""),
    "broken_alias": ("1, 4, 0, 64", """
    memory = cuda.shared.array(0, float32)
    t = cuda.threadIdx.x
    first = memory[0:8]
    second = memory[2:10]
    first[t] = t
    cuda.syncthreads()
    out[t] = second[t]
"""),
    "eights": ("1, 32, 0, 1024", """
    memory = cuda.shared.array(0, float64)
    t = cuda.threadIdx.x
    window = memory[t // 8 * 16 : t // 8 * 16 + 16]
    row, sums = window[:8], window[8:]
    row[t % 8] = t
    cuda.syncwarp(0xFF << (t // 8 * 8))
    sums[t % 8] = row[7 - t % 8]
"""),
    "sliding": ("1, 8, 0, 128", """
    memory = cuda.shared.array(0, float32)
    t = cuda.threadIdx.x
    near = memory[t : t + 3]
    near[1] = t
    cuda.syncthreads()
    out[t] = near[0] + near[2]
"""),
    "mixed_types": ("1, 4, 0, 64", """
    words = cuda.shared.array(0, int32)
    halves = cuda.shared.array(0, float64)
    t = cuda.threadIdx.x
    numbers = halves[0:4]
    counts = words[8:12]
    numbers[t] = t
    counts[t] = t
    out[t] = numbers[t] + counts[t]
"""),
    "two_axes": ("1, (4, 2)", """
    a = cuda.shared.array((2, 4, 3), float32)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    for i in range(3):
        a[y, x, i] = i
    out[x] = a[y, x, 2]
"""),
    "unwritten": ("1, 32", SHARED + """
    a[t] += 1
    b[t] = 2
    out[t] = a[t]
    cuda.local.array(3, float32)[0] = 4
"""),
    "divergent": ("1, 32", SHARED + """
    if t < 16:
        cuda.syncthreads()
    else:
        cuda.syncthreads()
"""),
    "left_behind": ("1, 32", SHARED + """
    if t < 16:
        cuda.syncthreads()
    cuda.syncwarp()
    cuda.syncthreads()
"""),
    "other_type": ("1, 4", "    cuda.shared.array(4, float32).view(np.int32)\n"),
    "no_alignment": ("1, 4", "    cuda.shared.array(4, float32, 24)\n"),
    "records": ("1, 4", "    cuda.shared.array(4, np.dtype([('x', 'f4')]))\n"),
    "out_of_range": ("1, 4", SHARED + "    a[32 + t] = 1\n"),
}  # fmt: skip
