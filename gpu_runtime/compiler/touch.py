"""Kernels that only use every emitted getter: the compile check of the allocators themselves.

One element of each view, at an index known only at run time, is written before a barrier and read after it, so that no
getter can be optimised away. It is straight-line code: numba's passes recurse over basic blocks, and loops for some
hundred views end in a RecursionError.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from warpack.gpu_runtime.compiler.kernels import CompiledKernel, compile_kernel
from warpack.gpu_runtime.compiler.modules import load_module
from warpack.gpu_runtime.emitters import Getter, emit, getters
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

_GETTERS_PER_KERNEL = 64


def compile_touch_kernels(layout: Layout, manifest: Manifest) -> tuple[CompiledKernel, ...]:
    """Compiles the emitted allocators for the manifest's architecture, with the layout's threads per block as launch
    bounds.

    There is one kernel for each 64 getters (about 4 s); every kernel calls `thread_memory` and `init`. Their registers
    say nothing about the user's kernel. Raises EmitError, ToolchainError and CompileError.
    """
    allocators = emit(layout, manifest)
    compiled = []
    for number, group in enumerate(_groups(list(getters(layout, manifest).values()))):
        module = load_module(allocators + touch_source(group), f"touch_{number}")
        compiled.append(
            compile_kernel(
                module.touch,
                "void(int64, float64[::1])",
                manifest.target.compute_capability,
                launch_bounds=module.THREADS_PER_BLOCK,
            )
        )
    return tuple(compiled)


def touch_source(group: Sequence[Getter]) -> str:
    """Source of `touch(place, sums)`, to be put behind the text of the allocators: every thread leaves the sum of what
    it read in `sums[cuda.grid(1)]`."""
    return "\n".join(["", "", "def touch(place, sums):", *(f"    {line}" for line in _body(group)), ""])


def _groups(every: list[Getter]) -> Iterator[list[Getter]]:
    """Groups of about that size, which keep the parts of a buffer beside it; one empty group where there are no
    getters."""
    group: list[Getter] = []
    for getter in every:
        if len(group) >= _GETTERS_PER_KERNEL and not getter.is_part:
            yield group
            group = []
        group.append(getter)
    yield group


def _body(group: Sequence[Getter]) -> Iterator[str]:
    yield "memory = thread_memory(run_in_block())"
    yield "init(memory)"
    yield "cuda.syncthreads()"
    views: list[tuple[str, Getter]] = []
    for index, getter in enumerate(group):
        view = f"view_{index}"
        yield f"{view} = {getter.call_with(f'min(place, {getter.slots - 1})')}"
        if getter.zero_call is not None:
            yield getter.zero_call
        views.append((view, getter))
    yield "total = 0.0"
    yield from (f"{view}[min(place, {getter.count - 1})] = {_value(getter)}" for view, getter in views if getter.count)
    yield "cuda.syncthreads()"
    for view, getter in views:
        yield f"total += {_read(view, getter)}" if getter.count else f"total += {view}.size"
    yield "sums[cuda.grid(1)] = total"


def _value(getter: Getter) -> str:
    return "place > 0" if getter.element == "bool" else f"types.{getter.element}(place)"


def _read(view: str, getter: Getter) -> str:
    element = f"{view}[min(place, {getter.count - 1})]"
    return f"{element}.real" if getter.element.startswith("complex") else f"types.float64({element})"
