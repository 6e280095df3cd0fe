"""A kernel recorded while it runs in numba's simulator. Only for a process in simulator mode.

moments      places of the kernel and the times at which they are come to, comparable across threads
elements     the accesses of each element, folded into stretches of time in which it is needed
chains       values that augmented assignments add to in vain
races        accesses that no barrier orders
sites        the work arrays of a kernel and what is known of each
copies       the copies of each in blocks and threads, which accesses go to
arrays       the arrays that the kernel gets: every access is noted
carving      buffers that the kernel carves out of dynamic shared memory
threads      one CUDA thread
schedule     one thread at a time, in an order of our choosing, from barrier to barrier
collectives  shuffles and votes, which numba's simulator lacks
module       `cuda` inside the kernel
launches     a launch, block by block, and calls of device functions
hooks        puts that in the place of numba's own
windows      which slices of dynamic shared memory are buffers
running      a script as python runs it
"""
