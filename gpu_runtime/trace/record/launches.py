"""What stands in the place of numba's own launch of a kernel and calls of device functions, while a script runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any, Protocol

from numba.cuda.simulator import kernel as numba_kernel
from numba.cuda.simulator.kernelapi import Dim3, swapped_cuda_module

from warpack.gpu_runtime.trace.record.carving import carve
from warpack.gpu_runtime.trace.record.copies import DynamicCopy
from warpack.gpu_runtime.trace.record.module import BlockMemory, KernelModule
from warpack.gpu_runtime.trace.record.moments import Call, Function
from warpack.gpu_runtime.trace.record.schedule import Order, Schedule
from warpack.gpu_runtime.trace.record.sites import Recording
from warpack.gpu_runtime.trace.record.threads import Thread, current
from warpack.gpu_runtime.trace.source.counted import counted_code


@dataclass(frozen=True, slots=True)
class BlockLaunch:
    """One block of a launch. `kernel`: its name among the kernels of the script; `block`: its number among all."""

    kernel: str
    block: int
    threads: int
    dynamic_bytes: int


class OfBlock(Protocol):
    """What holds a block's arrays, and is told when its threads have met and when they have ended."""

    @property
    def dynamic(self) -> DynamicCopy | None: ...

    def barrier(self, schedule: Schedule) -> None: ...
    def end(self) -> None: ...


class Memory(OfBlock, Protocol):
    """What a block's arrays are made in, as numba's kernels ask for them."""

    def shared(self, shape: Any, dtype: Any, alignment: int | None) -> Any: ...
    def dynamic_shared(self, dtype: Any, alignment: int | None) -> Any: ...
    def local(self, shape: Any, dtype: Any, alignment: int | None) -> Any: ...


class Observer(Protocol):
    """Is told of every launch, before and after."""

    def before(self, kernel: str, arguments: Sequence[Any]) -> None: ...
    def after(self, kernel: str, arguments: Sequence[Any]) -> None: ...


MakeMemory = Callable[[Recording, BlockLaunch], OfBlock]


@dataclass(frozen=True, slots=True)
class Simulator:
    """A simulator made as numba's is. `kernel`: its module that launches kernels. `make_module`: `cuda` for one launch,
    of its grid, block and bytes of dynamic shared memory. `swapped`: puts that in the place of `cuda` in a function."""

    kernel: Any
    make_module: Callable[[Any, Any, int], Any]
    swapped: Callable[[FunctionType, Any], AbstractContextManager[None]]


NUMBA = Simulator(numba_kernel, KernelModule, swapped_cuda_module)


def recorded_memory(recording: Recording, launch: BlockLaunch) -> Memory:
    """Memory in which every access is recorded."""
    return BlockMemory(recording, launch.block, launch.dynamic_bytes)


class Recorder:
    """Records every kernel that is launched. `order`: in which order threads get their turns. `make_memory`: for each
    block."""

    def __init__(self, order: Order, make_memory: MakeMemory, simulator: Simulator = NUMBA) -> None:
        self._order, self._make_memory, self._simulator = order, make_memory, simulator
        self._names: dict[FunctionType, str] = {}
        self._own_code: dict[FunctionType, CodeType] = {}
        self._functions: dict[FunctionType, Function] = {}
        self._recordings: dict[FunctionType, Recording] = {}
        self._dynamic: dict[FunctionType, list[DynamicCopy]] = {}

    def finished(self) -> list[Recording]:
        """The recordings, one a kernel, in the order of first launches."""
        for function, copies in self._dynamic.items():
            carve(self._recordings[function], copies)
        self._dynamic.clear()
        return list(self._recordings.values())

    def run_block(self, function: FunctionType, module: Any, block: Any, shape: Any, arguments: Any) -> None:
        recorded = self._function(function)
        recording = self._recording(function)
        recording.block_shapes.add(tuple(shape))
        recording.launches.add((tuple(shape), module.dynamic_bytes))
        number, recording.blocks = recording.blocks, recording.blocks + 1
        indices = list(_indices(shape))
        launch = BlockLaunch(self.name(function), number, len(indices), module.dynamic_bytes)
        module.memory = memory = self._make_memory(recording, launch)
        threads = []
        for thread_id, index in enumerate(indices):
            thread = Thread(lambda: function(*arguments), recording, number, thread_id)
            thread.blockIdx, thread.threadIdx = Dim3(*block), Dim3(*index)  # type: ignore[no-untyped-call]  # numba has no types
            thread.call = Call(recorded, 0, 0)
            threads.append(thread)
        schedule = Schedule(threads, self._order, lambda: memory.barrier(schedule))
        schedule.run()
        memory.end()
        if memory.dynamic is not None:
            self._dynamic.setdefault(function, []).append(memory.dynamic)

    def call(self, function: FunctionType, arguments: Any, module: Any) -> Any:
        """A device function is called in a kernel."""
        thread = current()
        recorded, outer, moment = self._function(function), thread.call, thread.time("load")
        thread.call = Call(recorded, thread.moments.place_of[moment], moment)
        try:
            with self._simulator.swapped(function, module):
                return function(*arguments)
        finally:
            thread.call = outer

    def kernels(self) -> list[tuple[FunctionType, Recording]]:
        """Each kernel with its recording, as `finished` has them."""
        return list(self._recordings.items())

    def restore(self) -> None:
        """Gives functions the code back that their source is compiled to."""
        for function, code in self._own_code.items():
            function.__code__ = code

    def name(self, function: FunctionType) -> str:
        """The kernel's name; of several with one name all but the first have numbers."""
        if function not in self._names:
            name, number = function.__name__, 2
            while name in self._names.values():
                name, number = f"{function.__name__}_{number}", number + 1
            self._names[function] = name
        return self._names[function]

    def _function(self, function: FunctionType) -> Function:
        found = self._functions.get(function)
        if found is None:
            code = counted_code(function)
            found = self._functions[function] = Function(function, code)
            self._own_code[function] = function.__code__
            function.__code__ = code
        return found

    def _recording(self, function: FunctionType) -> Recording:
        if function not in self._recordings:
            facts = self._function(function).facts
            self._recordings[function] = Recording(facts.name, facts.file, facts.line)
        return self._recordings[function]


def _indices(shape: Any) -> Iterator[tuple[int, int, int]]:
    x_length, y_length, z_length = shape
    return ((x, y, z) for z in range(z_length) for y in range(y_length) for x in range(x_length))
