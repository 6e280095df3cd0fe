"""Lifetimes of a kernel's work arrays without running it: numba's IR, all ways through it, device functions followed.

code         a function as numba's IR in SSA form, with columns
source       loop statements and names, from the syntax tree
cuda_names   which objects are `cuda`
index        sums of unknown numbers, sets of elements as bits
values       what is known of a variable
joining      of several at once
arithmetic   of two scalars
indexing     of a view and an index
making       of the call that makes an array
calls        of any other call
expressions  of any expression
flow         ways, loops and branches of a function
evaluate     a function's variables, and which of its blocks can run
effects      what its statements read and write
written      what is written for certain
template     the function as a graph
functions    every function once for each kind of arguments
graph        the whole kernel, a copy of each function for each way of calls
storage      where elements lie in one number of bits
liveness     which elements are occupied at each place
lifetimes    what comes out: `analyse`
"""

from warpack.gpu_runtime.trace.static.lifetimes import GivenArray, Lifetimes, LoopFound, NotAnalysedError, analyse

__all__ = ["GivenArray", "Lifetimes", "LoopFound", "NotAnalysedError", "analyse"]
