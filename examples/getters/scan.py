"""Inclusive scan of long rows: one block per row, tile by tile. Each thread scans its own elements first, then each
warp, then the warps of the block."""

from allocators import (
    THREADS_PER_BLOCK,
    init,
    run_in_block,
    thread_memory,
    tile_arriving,
    tile_carry,
    tile_items,
    tile_leaving,
    tile_totals,
    tile_warp_totals,
)
from numba import cuda

ITEMS = 4  # as in the manifest
WARPS = (THREADS_PER_BLOCK + 31) // 32
TILE = ITEMS * THREADS_PER_BLOCK


@cuda.jit
def scan(data, out):
    """data, out: (rows, columns); as many blocks as rows."""
    memory = thread_memory(run_in_block())
    init(memory)  # carry is zero
    items, totals, warp_totals = tile_items(memory), tile_totals(memory), tile_warp_totals(memory)
    arriving, leaving, carry = tile_arriving(memory), tile_leaving(memory), tile_carry(memory)
    t, row = cuda.threadIdx.x, cuda.blockIdx.x
    columns = data.shape[1]
    for first in range(0, columns, TILE):
        cuda.syncthreads()
        for i in range(t, TILE, THREADS_PER_BLOCK):  # load, neighbours by neighbouring threads
            arriving[i] = data[row, first + i] if first + i < columns else 0
        cuda.syncthreads()
        total = 0
        for i in range(ITEMS):  # take: four neighbours each
            total += arriving[t * ITEMS + i]
            items[i] = total
        totals[t] = total
        cuda.syncthreads()
        if t % 32 == 0:  # warps
            for i in range(t + 1, min(t + 32, THREADS_PER_BLOCK)):
                totals[i] += totals[i - 1]
            warp_totals[t // 32] = totals[min(t + 31, THREADS_PER_BLOCK - 1)]
        cuda.syncthreads()
        if t == 0:  # across
            for i in range(1, WARPS):
                warp_totals[i] += warp_totals[i - 1]
        cuda.syncthreads()
        before = carry[0]  # add
        if t >= 32:
            before += warp_totals[t // 32 - 1]
        if t % 32 > 0:
            before += totals[t - 1]
        for i in range(ITEMS):
            leaving[t * ITEMS + i] = before + items[i]
        cuda.syncthreads()
        if t == 0:  # store
            carry[0] += warp_totals[WARPS - 1]
        for i in range(t, min(TILE, columns - first), THREADS_PER_BLOCK):
            out[row, first + i] = leaving[i]
