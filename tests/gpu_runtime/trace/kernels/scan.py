"""An inclusive scan: shuffles within warps, sums of warps in shared memory, then the values turned round by lanes."""

import numpy as np
from numba import cuda, float32

THREADS = 128
WARPS = THREADS // 32
ALL = 0xFFFFFFFF


@cuda.jit
def scan(given, result, above):
    sums = cuda.shared.array(WARPS, float32)
    before = cuda.shared.array(WARPS, float32)
    scanned = cuda.shared.array(THREADS, float32)
    t = cuda.threadIdx.x
    lane, warp = t % 32, t // 32
    value = given[t]
    distance = 1
    while distance < 32:
        other = cuda.shfl_up_sync(ALL, value, distance)
        if lane >= distance:
            value += other
        distance *= 2
    if lane == 31:
        sums[warp] = value
    cuda.syncthreads()
    if t < WARPS:
        total = float32(0)
        for w in range(t):
            total += sums[w]
        before[t] = total
    cuda.syncthreads()
    scanned[t] = value + before[warp]
    votes = cuda.ballot_sync(ALL, value > 8)
    cuda.syncwarp()
    result[t] = scanned[warp * 32 + 31 - lane]
    above[t] = votes


def main():
    given = np.random.default_rng(5).random(THREADS).astype(np.float32)
    result, above = np.zeros_like(given), np.zeros(THREADS, np.uint32)
    scan[1, THREADS](given, result, above)
    assert np.allclose(result.reshape(-1, 32)[:, ::-1].ravel(), np.cumsum(given), atol=1e-3)
    in_warps = np.cumsum(given.reshape(-1, 32), axis=1)
    wanted = [sum(1 << lane for lane in range(32) if row[lane] > 8) for row in in_warps]
    assert (above.reshape(-1, 32) == np.array(wanted, np.uint32)[:, None]).all()
    print("result", result.tobytes().hex()[:16])


if __name__ == "__main__":
    main()
