"""A two-stage Runge-Kutta step whose buffers come from a registry: a loop, and inside it a step as a component of its
own.

    NUMBA_ENABLE_CUDASIM=1 python examples/registry/two_stage.py

runs the kernel in numba's simulator, for both ways of placing buffers; without the variable it is compiled for a GPU
instead, which needs no driver. Of the step's buffers the loop knows only how many bytes they take; the step knows
nothing about the loop.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numba import cuda, types

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from warpack import BufferRegistry

FORCING = 8.0
DT = 0.01
STEPS = 5


class Step:
    """Heun's method for the Lorenz 96 system. The second slope is computed element by element from the stage, so it may
    take the same bytes as the stage."""

    def __init__(self, registry: BufferRegistry, n: int, precision: Any) -> None:
        self.registry, self.n, self.precision = registry, n, precision
        in_place = [{"phase": "slope1", "read": "stage", "write": "slope1"}]
        registry.set_phases(self, ["slope0", "stage", "advect", "slope1", "combine"], in_place=in_place)
        registry.register("slope0", self, n, "shared", lifetime=[["slope0", "combine"]])
        registry.register("stage", self, n, "shared", lifetime=[["stage", "slope1"]])
        registry.register("slope1", self, n, "shared", lifetime=[["slope1", "combine"]])
        registry.register("advection", self, n, "shared", lifetime=[["slope0", "slope0"], ["advect", "slope1"]])
        registry.register("calls", self, 1, "shared", persistent=True, dtype=np.int32)

    def build(self) -> Any:
        """The device function `step(shared, persistent, state, proposed)`."""
        n, dt = self.n, self.precision(DT)
        forcing, half = self.precision(FORCING), self.precision(0.5)
        get = self.registry.get_allocator
        alloc_slope0, alloc_slope1 = get("slope0", self), get("slope1", self)
        alloc_stage, alloc_advection = get("stage", self), get("advection", self)
        alloc_calls = get("calls", self)

        @cuda.jit(device=True, inline="always")
        def step(shared, persistent, state, proposed):
            slope0 = alloc_slope0(shared, persistent)
            slope1 = alloc_slope1(shared, persistent)
            stage = alloc_stage(shared, persistent)
            advection = alloc_advection(shared, persistent)
            calls = alloc_calls(shared, persistent)
            for i in range(n):
                advection[i] = (state[(i + 1) % n] - state[(i + n - 2) % n]) * state[(i + n - 1) % n]
            for i in range(n):
                slope0[i] = advection[i] - state[i] + forcing
            for i in range(n):
                stage[i] = state[i] + dt * slope0[i]
            for i in range(n):
                advection[i] = (stage[(i + 1) % n] - stage[(i + n - 2) % n]) * stage[(i + n - 1) % n]
            for i in range(n):
                slope1[i] = advection[i] - stage[i] + forcing
            for i in range(n):
                proposed[i] = state[i] + half * dt * (slope0[i] + slope1[i])
            calls[0] += 1

        return step


class Loop:
    """Steps from start to end and keeps the largest value that each state had."""

    def __init__(self, registry: BufferRegistry, n: int, precision: Any = np.float32) -> None:
        self.registry, self.n, self.precision = registry, n, precision
        self.step = Step(registry, n, precision)
        registry.set_phases(self, ["load", "step", "accept", "summary"], loops=[[1, 4]])
        registry.register("state", self, n, "shared")
        registry.register("proposed", self, n, "shared", lifetime=[["step", "accept"]])
        registry.register("magnitudes", self, n, "shared", lifetime=[["summary", "summary"]])
        registry.register("largest", self, 1, "local", persistent=True)
        registry.register("steps_done", self, 1, "local", persistent=True, dtype=np.int32)
        registry.register_child(self, self.step, "step", called_in=["step"])

    def build(self, stride_bytes: int) -> Any:
        """The kernel, a plain function: `kernel(initial, final, summary, counts)`, a thread for each run."""
        n, registry = self.n, self.registry
        alloc_shared, alloc_persistent = registry.get_toplevel_allocators(self)
        window_of = registry.get_run_window(self, stride_bytes)
        step_shared, step_persistent = registry.get_child_allocators(self, self.step, "step", called_in=["step"])
        alloc_state = registry.get_allocator("state", self)
        alloc_proposed = registry.get_allocator("proposed", self)
        alloc_magnitudes = registry.get_allocator("magnitudes", self)
        alloc_largest = registry.get_allocator("largest", self, zero=True)
        alloc_steps_done = registry.get_allocator("steps_done", self, zero=True)
        alloc_calls = registry.get_allocator("calls", self.step, zero=True)
        step = self.step.build()

        def kernel(initial, final, summary, counts):
            run = cuda.threadIdx.x
            shared = window_of(alloc_shared(), run)
            persistent = alloc_persistent()
            inner, inner_persistent = step_shared(shared, persistent), step_persistent(shared, persistent)
            state = alloc_state(shared, persistent)
            proposed = alloc_proposed(shared, persistent)
            magnitudes = alloc_magnitudes(shared, persistent)
            largest = alloc_largest(shared, persistent)
            steps_done = alloc_steps_done(shared, persistent)
            calls = alloc_calls(inner, inner_persistent)
            for i in range(n):
                state[i] = initial[run, i]
            for _ in range(STEPS):
                step(inner, inner_persistent, state, proposed)
                for i in range(n):
                    state[i] = proposed[i]
                steps_done[0] += 1
                for i in range(n):
                    magnitudes[i] = abs(state[i])
                for i in range(n):
                    largest[0] = max(largest[0], magnitudes[i])
            for i in range(n):
                final[run, i] = state[i]
            summary[run] = largest[0]
            counts[run, 0] = steps_done[0]
            counts[run, 1] = calls[0]

        return kernel


def reference(initial: Any) -> tuple[Any, Any]:
    """The same in numpy: the states after the last step, and the largest value of each run."""

    def slope(x: Any) -> Any:
        return (np.roll(x, -1, 1) - np.roll(x, 2, 1)) * np.roll(x, 1, 1) - x + x.dtype.type(FORCING)

    x, largest = initial, np.zeros(len(initial), initial.dtype)
    for _ in range(STEPS):
        first = slope(x)
        second = slope(x + x.dtype.type(DT) * first)
        x = x + x.dtype.type(0.5) * x.dtype.type(DT) * (first + second)
        largest = np.maximum(largest, np.abs(x).max(axis=1))
    return x, largest


def run(loop: Loop, launch: Any, threads: int = 4) -> None:
    """Runs a block of the kernel (in the simulator, or on a GPU) and compares it with numpy."""
    kind = np.dtype(loop.precision)
    initial = np.linspace(7, 9, threads * loop.n).reshape(threads, loop.n).astype(kind)
    final, summary = np.zeros_like(initial), np.zeros(threads, kind)
    counts = np.zeros((threads, 2), np.int32)
    kernel = cuda.jit(loop.build(launch.stride_bytes))
    kernel[1, threads, 0, launch.stride_bytes * threads](initial, final, summary, counts)
    states, largest = reference(initial)
    tolerance = 1e-5 if kind.itemsize == 4 else 1e-13
    np.testing.assert_allclose(final, states, rtol=tolerance)
    np.testing.assert_allclose(summary, largest, rtol=tolerance)
    assert (counts == STEPS).all(), counts
    print(f"    {threads} runs of {STEPS} steps agree with numpy")


def main() -> None:
    for precision in (np.float32, np.float64):
        for layout in ("declared", "optimal"):
            registry = BufferRegistry(layout)
            loop = Loop(registry, 16, precision)
            launch = registry.launch(loop, "8.6", max_threads_per_block=256)
            print(
                f"{precision.__name__}, {layout}: {registry.shared_buffer_bytes(loop)} bytes for a run, "
                f"{launch.threads_per_block} threads in a block"
            )
            if cuda.config.ENABLE_CUDASIM:
                run(loop, launch)
            else:
                kind = types.float32 if precision is np.float32 else types.float64
                signature = types.void(kind[:, ::1], kind[:, ::1], kind[::1], types.int32[:, ::1])
                ptx, _ = cuda.compile_ptx(loop.build(launch.stride_bytes), signature, cc=(8, 6))
                print(f"    compiled without a driver: {len(ptx.splitlines())} lines of PTX")


if __name__ == "__main__":
    main()
