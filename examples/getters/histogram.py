"""Histograms of rows: each thread counts its own elements in bytes, and the block merges the counts with atomic
additions."""

from allocators import (
    THREADS_PER_BLOCK,
    levels_bins,
    levels_counts,
    levels_staged,
    run_in_block,
    thread_memory,
    zero_levels_bins,
    zero_levels_counts,
)
from numba import cuda, types

LEVELS, EACH = 16, 8  # as in the manifest
TILE = EACH * THREADS_PER_BLOCK


@cuda.jit
def histogram(data, out):
    """data: (rows, columns) of bytes below 16, at most 255 for each thread; out: (rows, 16). Any number of blocks."""
    memory = thread_memory(run_in_block())
    counts, staged, bins = levels_counts(memory), levels_staged(memory), levels_bins(memory)
    t = cuda.threadIdx.x
    columns = data.shape[1]
    for row in range(cuda.blockIdx.x, data.shape[0], cuda.gridDim.x):
        zero_levels_counts(memory)  # clear
        for first in range(0, columns, TILE):
            cuda.syncthreads()
            for i in range(t, min(TILE, columns - first), THREADS_PER_BLOCK):  # load
                staged[i] = data[row, first + i]
            cuda.syncthreads()
            for i in range(EACH):  # count
                if first + t * EACH + i < columns:
                    counts[staged[t * EACH + i]] += 1
        cuda.syncthreads()
        zero_levels_bins(memory)  # gather: where the tile was
        cuda.syncthreads()
        for i in range(LEVELS):  # merge, each thread from another level on
            level = (t + i) % LEVELS
            if counts[level] > 0:
                cuda.atomic.add(bins, level, types.int32(counts[level]))
        cuda.syncthreads()
        for level in range(t, LEVELS, THREADS_PER_BLOCK):  # store
            out[row, level] = bins[level]
