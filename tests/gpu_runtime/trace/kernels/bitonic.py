"""A bitonic sort of keys with their values in shared memory, then the ranks in a third array."""

import numpy as np
from numba import cuda, float32, int32

COUNT = 64


@cuda.jit
def bitonic(given, keys_out, ranks_out):
    keys = cuda.shared.array(COUNT, float32)
    values = cuda.shared.array(COUNT, int32)
    ranks = cuda.shared.array(COUNT, int32)
    t = cuda.threadIdx.x
    keys[t] = given[t]
    values[t] = t
    cuda.syncthreads()
    length = 2
    while length <= COUNT:
        distance = length // 2
        while distance > 0:
            other = t ^ distance
            if other > t:
                rising = t & length == 0
                if (keys[t] > keys[other]) == rising:
                    keys[t], keys[other] = keys[other], keys[t]
                    values[t], values[other] = values[other], values[t]
            cuda.syncthreads()
            distance //= 2
        length *= 2
    keys_out[t] = keys[t]
    ranks[values[t]] = t
    cuda.syncthreads()
    ranks_out[t] = ranks[t]


def main():
    given = np.random.default_rng(10).random(COUNT).astype(np.float32)
    keys_out, ranks_out = np.zeros_like(given), np.zeros(COUNT, np.int32)
    bitonic[1, COUNT](given, keys_out, ranks_out)
    assert (keys_out == np.sort(given)).all()
    assert (keys_out[ranks_out] == given).all()
    print("keys", keys_out.tobytes().hex()[:16])


if __name__ == "__main__":
    main()
