"""Puts a recorder in the place of numba's own launches and calls, while a script runs."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

from warpack.gpu_runtime.trace.record.launches import NUMBA, MakeMemory, Observer, Recorder, Simulator, recorded_memory
from warpack.gpu_runtime.trace.record.moments import Call, Moments
from warpack.gpu_runtime.trace.record.schedule import Order
from warpack.gpu_runtime.trace.record.threads import current, is_running
from warpack.gpu_runtime.trace.source.counted import ENTER, TEST, TRIPS, TURN
from warpack.gpu_runtime.trace.source.facts import Spot


@contextmanager
def recording(
    order: Order = "forward",
    make_memory: MakeMemory = recorded_memory,
    observer: Observer | None = None,
    simulator: Simulator = NUMBA,
) -> Iterator[Recorder]:
    """While it is open, launches are recorded. In simulator mode only."""
    recorder = Recorder(order, make_memory, simulator)
    kernel = simulator.kernel
    kept = (kernel.BlockManager, kernel.FakeCUDAModule, kernel.FakeCUDAKernel.__call__)

    class Block:
        def __init__(self, function: FunctionType, grid: Any, shape: Any, debug: bool) -> None:
            self._function, self._shape = function, shape

        def run(self, point: Any, *arguments: Any) -> None:
            recorder.run_block(self._function, kernel._get_kernel_context(), point, self._shape, arguments)

    def call(self: Any, *arguments: Any) -> Any:
        if is_running():
            return recorder.call(self.fn, arguments, kernel._get_kernel_context())
        if observer is not None:
            observer.before(recorder.name(self.fn), arguments)
        result = kept[2](self, *arguments)
        if observer is not None:
            observer.after(recorder.name(self.fn), arguments)
        return result

    kernel.BlockManager, kernel.FakeCUDAModule, kernel.FakeCUDAKernel.__call__ = Block, simulator.make_module, call
    for name, hook in {TRIPS: _trips, ENTER: _enter, TEST: _test, TURN: _turn}.items():
        setattr(builtins, name, hook)
    try:
        yield recorder
    finally:
        kernel.BlockManager, kernel.FakeCUDAModule, kernel.FakeCUDAKernel.__call__ = kept
        recorder.restore()


# What the code of recorded functions calls. A function that a script also calls itself runs as before.


def _at_work() -> tuple[Moments, Call] | None:
    """The clock of the thread that runs and the call that it is in; None where no kernel runs."""
    thread = current() if is_running() else None
    return None if thread is None or thread.call is None else (thread.moments, thread.call)


def _trips(spot: Spot, iterable: Iterable[Any]) -> Iterator[Any]:
    found = _at_work()
    if found is None:
        yield from iterable
        return
    moments, call = found
    moments.enter(call, spot)
    for item in iterable:
        moments.turn(call, spot)
        yield item
        call.trips[spot] += 1


def _enter(spot: Spot) -> None:
    if found := _at_work():
        moments, call = found
        moments.enter(call, spot)
        call.trips[spot] = -1


def _test(spot: Spot) -> bool:
    if found := _at_work():
        found[1].trips[spot] += 1
    return True


def _turn(spot: Spot) -> None:
    if found := _at_work():
        moments, call = found
        moments.turn(call, spot)
