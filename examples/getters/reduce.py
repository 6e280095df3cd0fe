"""Mean and variance of rows: one block per row, two tree reductions; each thread keeps its elements between them."""

from allocators import THREADS_PER_BLOCK, row_items, row_squares, row_sums, run_in_block, thread_memory
from numba import cuda, types

ITEMS = 8  # as in the manifest: a row has at most so many elements for each thread


@cuda.jit(device=True, inline="always")
def fold(values, t):
    left = THREADS_PER_BLOCK
    while left > 1:
        cuda.syncthreads()
        half = (left + 1) // 2
        if t + half < left:
            values[t] += values[t + half]
        left = half


@cuda.jit
def reduce(data, out):
    """data: (rows, columns); out: (rows, 2), the mean and the variance. Any number of blocks."""
    memory = thread_memory(run_in_block())
    items, sums, squares = row_items(memory), row_sums(memory), row_squares(memory)
    t = cuda.threadIdx.x
    columns = data.shape[1]
    for row in range(cuda.blockIdx.x, data.shape[0], cuda.gridDim.x):
        total = types.float32(0)
        for i in range(ITEMS):  # load
            column = i * THREADS_PER_BLOCK + t
            if column < columns:
                items[i] = data[row, column]
                total += items[i]
        cuda.syncthreads()
        sums[t] = total  # add: where the row before had its squares
        fold(sums, t)  # fold
        cuda.syncthreads()
        mean = sums[0] / types.float32(columns)  # mean
        cuda.syncthreads()
        total = types.float32(0)
        for i in range(ITEMS):  # square
            if i * THREADS_PER_BLOCK + t < columns:
                total += (items[i] - mean) * (items[i] - mean)
        squares[t] = total
        fold(squares, t)  # fold_squares
        cuda.syncthreads()
        if t < 2:  # store
            out[row, t] = mean if t == 0 else squares[0] / types.float32(columns)
