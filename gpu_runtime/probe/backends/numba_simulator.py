"""numba's CUDA simulator with what it lacks: strict memory, limits, one thread at a time in an order of our choosing.

Used only in a process that was started for it. It keeps the `cuda` module of numba's simulator, and replaces three
things. Dynamic shared memory is poisoned, has exactly the bytes asked for, and is fresh for each block (numba passes
zeroed memory from block to block). The block's threads take turns (numba polls, which costs a time slice per barrier).
Device functions are called directly. A barrier that not all threads reach is an error here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from types import ModuleType
from typing import Any

import numpy as np
from numba import cuda, types
from numba.cuda.np import numpy_support
from numba.cuda.simulator import kernel as numba_kernel
from numba.cuda.simulator.kernelapi import Dim3, FakeCUDAModule

from warpack.gpu_runtime.probe.kernel.patterns import Bytes8
from warpack.gpu_runtime.turns import TurnThread

MOST_THREADS = 1024
"""Threads of a block on every architecture."""


class SimulationError(RuntimeError):
    """The kernel did what no GPU would do, or would do silently wrong."""


class SharedMemory:
    """Dynamic shared memory of one block. `array(0, dtype)` sees all of it, as on a GPU; static arrays are refused: the
    emitted code has none, and they would not count in the layout's bytes."""

    def __init__(self, size_bytes: int, poison: int, guards: Bytes8 | None) -> None:
        self.memory = np.full(size_bytes, poison, dtype=np.uint8)
        if guards is not None:
            self.memory[size_bytes - guards.size :] = guards

    def array(self, shape: Any, dtype: Any, alignment: int | None = None) -> np.ndarray[Any, Any]:
        if shape != 0:
            raise SimulationError(f"a static shared array of shape {shape}: only dynamic shared memory is laid out")
        if alignment is not None and (alignment < 8 or alignment & (alignment - 1)):
            raise SimulationError(f"alignment {alignment} is no power of two from 8 on")
        kind = numpy_support.as_dtype(dtype) if isinstance(dtype, types.Type) else np.dtype(dtype)
        count = self.memory.size // kind.itemsize
        return np.frombuffer(self.memory.data, dtype=kind, count=count) if count else np.empty(0, kind)


class LocalMemory:
    """Arrays of one thread: new with every call, and poisoned."""

    def __init__(self, poison: int) -> None:
        self._poison = poison

    def array(self, shape: int, dtype: Any, alignment: int | None = None) -> np.ndarray[Any, Any]:
        kind = numpy_support.as_dtype(dtype) if isinstance(dtype, types.Type) else np.dtype(dtype)
        return np.full(shape * kind.itemsize, self._poison, dtype=np.uint8).view(kind)


class _KernelModule(FakeCUDAModule):
    """`cuda` inside a kernel, with our shared memory, and with `syncwarp`, which numba's simulator lacks."""

    def __init__(self, blocks: int, threads: int, memory: SharedMemory, poison: int) -> None:
        super().__init__((blocks, 1, 1), (threads, 1, 1), 0)  # type: ignore[no-untyped-call]  # numba has no types
        self._shared: Any = memory
        self._local: Any = LocalMemory(poison)

    def syncwarp(self, mask: int = 0xFFFFFFFF) -> None:
        thread = threading.current_thread()
        if not isinstance(thread, _Thread):
            raise SimulationError("syncwarp outside a kernel")
        warp = thread.thread_id // 32
        if not mask >> thread.thread_id % 32 & 1:
            raise SimulationError(f"thread {thread.thread_id} waits at a syncwarp whose mask leaves it out")
        thread.wait_for(("warp", warp, mask & 0xFFFFFFFF))


class _Thread(TurnThread):
    """One CUDA thread: runs only while it has the turn, and gives it back at barriers and at its end."""

    def __init__(self, body: Callable[[], None], block: int, index: int) -> None:
        super().__init__(body)
        self.blockIdx: Any = Dim3(block, 0, 0)  # type: ignore[no-untyped-call]  # numba has no types
        self.threadIdx: Any = Dim3(index, 0, 0)  # type: ignore[no-untyped-call]  # numba has no types
        self.thread_id = index
        self.warp_barriers = 0

    def syncthreads(self) -> None:
        self.wait_for(("block",))

    def wait_for(self, barrier: tuple[Any, ...]) -> None:
        """Gives the turn back, until the scheduler has removed `waiting`."""
        self.warp_barriers += barrier != ("block",)
        self.wait_at(barrier)


def run_block(
    kernel: Callable[..., None], modules: Sequence[ModuleType], arguments: Sequence[Any], *,
    block: int, blocks: int, threads: int, dynamic_bytes: int, poison: int, order: Iterable[int], slow: Collection[int] = (),
    guards: Bytes8 | None = None,
) -> SharedMemory:  # fmt: skip
    """Runs one of `blocks` blocks to its end and returns its memory. `order`: the thread indices in the order in which
    they get their turn after each barrier; those in `slow` get theirs when no other can go on. `modules`: those that
    say `cuda`. `guards`: what the last bytes of the memory hold, where that is no poison. Raises SimulationError, or
    what the kernel raised."""
    if threads > MOST_THREADS:
        raise SimulationError(f"{threads} threads in a block, at most {MOST_THREADS} can be launched")
    memory = SharedMemory(dynamic_bytes, poison, guards)
    inside = _KernelModule(blocks, threads, memory, poison)
    for module in modules:
        module.cuda = inside  # type: ignore[attr-defined]  # modules of emitted code
    try:
        _run([_Thread(lambda: kernel(*arguments), block, index) for index in order], slow)
    finally:
        for module in modules:
            module.cuda = cuda  # type: ignore[attr-defined]  # as it was
    return memory


def _run(threads: Sequence[_Thread], slow: Collection[int]) -> None:
    """Rounds in which each thread that waits at no barrier gets its turn: the slow ones only where there are no
    others."""
    alive = list(threads)
    while alive:
        ready = [thread for thread in alive if thread.waiting is None]
        for thread in [thread for thread in ready if thread.thread_id not in slow] or ready:
            thread.go()
            if thread.error is not None:
                raise thread.error
        alive = [thread for thread in alive if not thread.finished]
        _release(alive)


def _release(alive: Sequence[_Thread]) -> None:
    """Releases the threads at a barrier that all of its threads have reached: those of the block that have not ended,
    or those of a mask."""
    at: dict[tuple[Any, ...], list[_Thread]] = {}
    for thread in alive:
        if thread.waiting is not None:
            at.setdefault(thread.waiting, []).append(thread)
    free = len(alive) - sum(map(len, at.values()))
    for barrier, waiting in at.items():
        wanted = alive
        if barrier != ("block",):
            _, warp, mask = barrier
            wanted = [one for one in alive if one.thread_id // 32 == warp and mask >> one.thread_id % 32 & 1]
            for thread in wanted:
                if thread.waiting not in (None, barrier, ("block",)):
                    raise SimulationError(
                        f"divergent barrier: thread {thread.thread_id} is at another one than its run"
                    )
        elif len(waiting) == len(wanted) and len({thread.warp_barriers for thread in waiting}) > 1:
            raise SimulationError(
                "divergent barrier: not all threads of the block came by the same barriers of their warps"
            )
        if len(waiting) == len(wanted):
            free += len(waiting)
            for thread in waiting:
                thread.waiting = None
    if alive and not free:
        raise SimulationError("divergent barrier: some threads wait for their block, others for their warp")


def call_device_functions_directly() -> None:
    """numba swaps the `cuda` of a device function's module on each call, under two locks; `run_block` has swapped it
    already."""
    kernel_class: Any = numba_kernel.FakeCUDAKernel
    kernel_class.__call__ = lambda self, *arguments: self.fn(*arguments)
