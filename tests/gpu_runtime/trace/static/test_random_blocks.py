"""Whatever the threads of a block do, two arrays that some order of them needs at once are never proved apart."""

from __future__ import annotations

from hypothesis import example, given, settings

from tests.gpu_runtime.trace.static.blocks import THREADS, block_programs, conflicts, orders
from tests.gpu_runtime.trace.static.finding import names
from tests.gpu_runtime.trace.static.test_random_kernels import kernel_of
from warpack.gpu_runtime.trace.static import analyse

_OWN_ELEMENTS_IN_ONE_OF_TWO_ARMS = """@kernel
def kernel(x, n, out):
    a = shared_array(4)
    b = shared_array(4)
    c = shared_array(4)
    t = cuda.threadIdx.x
    s = 0
    a[t] = s
    if t < 0:
        a[t] = s
    else:
        b[t] = s
    cuda.syncthreads()
    s += b[t]
    out[0] = s
"""


@settings(max_examples=60)
@given(block_programs())
@example(_OWN_ELEMENTS_IN_ONE_OF_TWO_ARMS)
def test_what_some_order_of_threads_needs_at_once_is_found(source: str) -> None:
    proved = names(analyse(kernel_of(source), (THREADS, 1, 1)).proved_apart)
    for events in orders(source):
        wrong = {pair for pair in conflicts(events) if tuple(sorted(pair)) in proved}
        assert not wrong, f"{wrong}\n{source}"
