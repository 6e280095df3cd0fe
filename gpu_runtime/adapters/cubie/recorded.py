"""A live solver's step code recorded as it runs in CuBIE's simulator: every access of a registered buffer is noted.

The components are built once more with allocators that give arrays which record, and built as they were afterwards. A
buffer of several states' size is looked at in rows of one state each: its rows have lifetimes of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from warpack.gpu_runtime.adapters.cubie.collect import Collected
from warpack.gpu_runtime.adapters.cubie.errors import UntraceableSolverError
from warpack.gpu_runtime.adapters.cubie.hook import hook, unhook
from warpack.gpu_runtime.adapters.cubie.rebuild import rebuild
from warpack.gpu_runtime.trace.positions import Position
from warpack.gpu_runtime.trace.record.arrays import RecordedArray
from warpack.gpu_runtime.trace.record.chains import ChainedContents
from warpack.gpu_runtime.trace.record.copies import DynamicCopy
from warpack.gpu_runtime.trace.record.hooks import recording
from warpack.gpu_runtime.trace.record.launches import BlockLaunch, Simulator
from warpack.gpu_runtime.trace.record.races import Access
from warpack.gpu_runtime.trace.record.schedule import Schedule
from warpack.gpu_runtime.trace.record.sites import LOCAL, Recording, Site
from warpack.gpu_runtime.trace.record.threads import current

MOST_ROWS = 64
"""A buffer of more rows is looked at as a whole."""


def record_solver(solver: Any, collected: Collected, run: Callable[[], object]) -> list[Recording]:
    """What `run` makes the solver do, each kernel by itself. Raises `UntraceableSolverError` where it launches none."""
    answers = _Answers(collected)
    hook(answers)
    try:
        rebuild(solver)
        with recording(make_memory=answers.memory, simulator=_simulator()) as recorder:
            run()
        found = [one for one in recorder.finished() if one.sites]
    finally:
        unhook(answers)
        rebuild(solver)
    if not found:
        raise UntraceableSolverError("nothing was traced: the function to trace did not make this solver solve")
    return found


def rows_of(buffer: dict[str, Any], states: int) -> int:
    """How many rows of one state each a buffer has; 1 where it is looked at as a whole."""
    rows, rest = divmod(int(buffer["size"]), states) if states else (1, 0)
    return rows if not rest and 1 < rows <= MOST_ROWS else 1


def states_of(manifest: dict[str, Any]) -> int:
    """Elements of the state vector."""
    sizes = [one["size"] for one in manifest["buffers"] if (one["component"], one["name"]) == ("loop", "state")]
    return int(sizes[0]) if sizes else 0


def row_position(full_name: str, row: int) -> Position:
    """What stands for the place of a row in the source; the first row's stands for the buffer."""
    return Position(full_name, 1, row)


class _Rows:
    """The copy that one thread has of a buffer."""

    def __init__(self, rows: list[Site], recording: Recording) -> None:
        self._copies = [ChainedContents(row.usage, recording.moments) for row in rows]
        self._length = rows[0].shape[0]

    def note(self, site: Site, element: int, access: Access) -> None:
        row, inside = divmod(element, self._length)
        self._copies[row].access(inside, access.time, access.kind)

    def end(self) -> None:
        for copy in self._copies:
            copy.end()


class _Memory:
    """Of one block. What is no buffer, such as windows that nothing accesses, is CuBIE's own."""

    dynamic: DynamicCopy | None = None

    def __init__(self, recording: Recording, sites: dict[str, list[Site]]) -> None:
        self.sites, self._recording = sites, recording
        self._arrays: dict[tuple[str, int], tuple[_Rows, RecordedArray]] = {}

    def array(self, full_name: str, thread: int) -> RecordedArray:
        """The same each time that a thread asks. Zeroed, as CuBIE leaves memory to its kernels."""
        if (full_name, thread) not in self._arrays:
            rows = self.sites[full_name]
            copy = _Rows(rows, self._recording)
            size = len(rows) * rows[0].shape[0]
            made = RecordedArray(rows[0], copy, np.zeros(size, rows[0].dtype), np.arange(size))
            self._arrays[full_name, thread] = copy, made
        return self._arrays[full_name, thread][1]

    def barrier(self, schedule: Schedule) -> None:
        """Every thread has its own."""

    def end(self) -> None:
        for copy, _ in self._arrays.values():
            copy.end()


class _Answers:
    """Allocators whose arrays record."""

    def __init__(self, collected: Collected) -> None:
        self._paths = {id(component.owner): component.path for component in collected.components}
        self._buffers = {
            f"{one['component']}/{one['name']}": one for one in collected.manifest["buffers"] if one["size"]
        }
        self._states = states_of(collected.manifest)
        self._sites: dict[int, dict[str, list[Site]]] = {}
        self._blocks: dict[tuple[int, int], _Memory] = {}

    def memory(self, recording: Recording, launch: BlockLaunch) -> _Memory:
        sites = self._sites.get(id(recording))
        if sites is None:
            sites = {name: self._rows(recording, name) for name in self._buffers}
            self._sites[id(recording)] = sites
        made = self._blocks[id(recording), launch.block] = _Memory(recording, sites)
        return made

    def _rows(self, recording: Recording, name: str) -> list[Site]:
        buffer = self._buffers[name]
        rows = rows_of(buffer, self._states)
        shape = (buffer["size"] // rows,)
        return [
            recording.given(
                (row_position(name, row),),
                name if rows == 1 else f"{name}#row{row}",
                LOCAL,
                np.dtype(buffer["dtype"]),
                shape,
            )
            for row in range(rows)
        ]

    def allocator_for(self, name: str, parent: Any, zero: bool) -> Any:
        path = self._paths.get(id(parent))
        full_name = f"{path}/{name}"
        if path is None or full_name not in self._buffers:
            return None
        clears = zero and path != "loop"  # all that the loop takes is cleared before anything is written

        def allocate(shared: Any, persistent: Any) -> RecordedArray:
            thread = current()
            array = self._blocks[id(thread.recording), thread.block].array(full_name, thread.thread_id)
            if clears:
                array[:] = 0
            return array

        return allocate


def _simulator() -> Simulator:
    from cubie._cudasim_extensions import CUDA_SIMULATION

    if not CUDA_SIMULATION:
        raise UntraceableSolverError(
            "a solver is traced in CuBIE's simulator: set NUMBA_ENABLE_CUDASIM=1 before CuBIE is imported"
        )
    from cubie.vendored.cudasim import kernel
    from cubie.vendored.cudasim.kernelapi import FakeCUDAModule, swapped_cuda_module

    class Module(FakeCUDAModule):  # type: ignore[misc]  # CuBIE has no types
        """CuBIE's own, of which a block of the recording asks two things more."""

        memory: Any = None

        def __init__(self, grid: Any, block: Any, dynamic_bytes: int) -> None:
            super().__init__(grid, block, dynamic_bytes)
            self.dynamic_bytes = dynamic_bytes

    return Simulator(kernel, Module, swapped_cuda_module)
