"""Attention in one pass: one thread per query, one block per tile of queries. Keys and values come in tiles, with a
running maximum and sum."""

import math

from allocators import (
    THREADS_PER_BLOCK,
    head_keys,
    head_output,
    head_query,
    head_running,
    head_scores,
    head_values,
    init,
    run_in_block,
    thread_memory,
)
from numba import cuda, types

DIM, TILE = 8, 8  # as in the manifest: numbers of a query, keys of a tile


@cuda.jit
def attention(queries, keys, values, out):
    """queries, out: (queries, 8); keys, values: (keys, 8), at least one. A thread for each query."""
    memory = thread_memory(run_in_block())
    init(memory)  # output is zero
    query, scores, output, running = head_query(memory), head_scores(memory), head_output(memory), head_running(memory)
    key_tile, value_tile = head_keys(memory), head_values(memory)
    t, row = cuda.threadIdx.x, cuda.grid(1)
    serves = row < queries.shape[0]
    for d in range(DIM):  # begin
        query[d] = queries[row, d] / types.float32(math.sqrt(DIM)) if serves else types.float32(0)
    running[0] = types.float32(-math.inf)  # the largest score so far
    running[1] = types.float32(0)  # the sum of the weights against it
    for first in range(0, keys.shape[0], TILE):
        here = min(TILE, keys.shape[0] - first)
        cuda.syncthreads()
        for i in range(t, here * DIM, THREADS_PER_BLOCK):  # load_keys
            key_tile[i] = keys[first + i // DIM, i % DIM]
        cuda.syncthreads()
        largest = running[0]  # score
        for k in range(here):
            score = types.float32(0)
            for d in range(DIM):
                score += query[d] * key_tile[k * DIM + d]
            scores[k] = score
            largest = max(largest, score)
        cuda.syncthreads()
        for i in range(t, here * DIM, THREADS_PER_BLOCK):  # load_values: where the keys were
            value_tile[i] = values[first + i // DIM, i % DIM]
        cuda.syncthreads()
        shrink = math.exp(running[0] - largest)  # weigh
        running[0] = largest
        running[1] *= shrink
        for d in range(DIM):
            output[d] *= shrink
        for k in range(here):
            weight = math.exp(scores[k] - largest)
            running[1] += weight
            for d in range(DIM):
                output[d] += weight * value_tile[k * DIM + d]
    if serves:
        for d in range(DIM):  # store
            out[row, d] = output[d] / running[1]
