"""Allocators of every kind in one kernel, run in the simulator or compiled; prints what was found as JSON.

NUMBA_ENABLE_CUDASIM=1 python -m tests.gpu_runtime.registry.kernels
"""

from __future__ import annotations

import json
from typing import Any

from numba import cuda, types

from tests.gpu_runtime.registry.parents import Parent
from warpack.gpu_runtime import BufferRegistry

DTYPES = ("bool", "int8", "uint16", "int32", "uint64", "float16", "float32", "float64", "complex64", "complex128")


def build(precision: str, layout: Any) -> tuple[BufferRegistry, Parent, list[str]]:
    registry, parent = BufferRegistry(layout), Parent(precision)
    names = []
    for index, dtype in enumerate(DTYPES):
        for place, persistent in (("shared", False), ("local", True), ("local", False)):
            names.append(f"{dtype}_{place}_{persistent}")
            registry.register(names[-1], parent, index % 3 + 1, place, persistent, dtype=dtype)
    return registry, parent, names


def launch(registry: BufferRegistry, parent: Parent, body: Any) -> None:
    """Two runs, each in its window."""
    alloc_shared, alloc_persistent = registry.get_toplevel_allocators(parent)
    stride = registry.launch(parent, "8.6").stride_bytes
    window = registry.get_run_window(parent, stride)

    def kernel() -> None:
        run = cuda.threadIdx.x
        body(run, window(alloc_shared(), run), alloc_persistent())

    cuda.jit(kernel)[1, 2, 0, 2 * stride]()


def fill_and_check(precision: str, layout: str) -> dict[str, Any]:
    registry, parent, names = build(precision, layout)
    takes = {name: registry.get_allocator(name, parent) for name in names}
    zeroed = {name: registry.get_allocator(name, parent, zero=True) for name in names}
    seen: dict[str, Any] = {"lengths": {}, "types": {}, "kept": True, "zeros": True}

    def body(run: int, shared: Any, persistent: Any) -> None:
        arrays = {name: take(shared, persistent) for name, take in takes.items()}
        for index, (name, array) in enumerate(arrays.items()):
            array[:] = array.dtype.type(index + run + 1)
            seen["lengths"][name], seen["types"][name] = len(array), str(array.dtype)
        cuda.syncthreads()
        for index, array in enumerate(arrays.values()):
            seen["kept"] = seen["kept"] and bool((array == array.dtype.type(index + run + 1)).all())
        cuda.syncthreads()
        for take in zeroed.values():
            seen["zeros"] = seen["zeros"] and not take(shared, persistent).any()

    launch(registry, parent, body)
    return seen


def wrong_window() -> str:
    """A child's allocator that is handed a window which is too short."""
    registry, parent = BufferRegistry(), Parent()
    registry.register("rows", parent, 8, "shared")
    take = registry.get_allocator("rows", parent)
    try:
        launch(registry, parent, lambda run, shared, persistent: take(shared[:5], persistent))
    except IndexError as error:
        return str(error)
    return "nothing was said"


def compiled() -> dict[str, int]:
    """Lines of PTX of a kernel that writes through one allocator of each kind, by precision of the parent."""
    lines = {}
    for precision, kind in (("float32", types.float32), ("float64", types.float64)):
        registry, parent, _ = build(precision, "declared")
        alloc_shared, alloc_persistent = registry.get_toplevel_allocators(parent)
        window = registry.get_run_window(parent, registry.launch(parent, "8.6").stride_bytes)
        own = registry.get_allocator(f"{precision}_shared_False", parent, zero=True)
        flags = registry.get_allocator("int8_shared_False", parent)
        kept = registry.get_allocator("complex128_local_True", parent, zero=True)

        def program(out: Any) -> None:
            run = cuda.threadIdx.x
            shared, persistent = window(alloc_shared(), run), alloc_persistent()  # noqa: B023  (compiled in the same turn)
            mine = own(shared, persistent)  # noqa: B023  (compiled in the same turn)
            marks = flags(shared, persistent)  # noqa: B023  (compiled in the same turn)
            far = kept(shared, persistent)  # noqa: B023  (compiled in the same turn)
            marks[0] = run
            cuda.syncthreads()
            out[run] = mine[0] + marks[0] + far[0].real

        ptx, _ = cuda.compile_ptx(program, types.void(kind[::1]), cc=(8, 6))
        lines[precision] = len(ptx.splitlines())
    return lines


if __name__ == "__main__":
    if cuda.config.ENABLE_CUDASIM:
        combinations = [
            (precision, layout) for precision in ("float32", "float64") for layout in ("declared", "optimal")
        ]
        report: dict[str, Any] = {" ".join(pair): fill_and_check(*pair) for pair in combinations}
        print(json.dumps(report | {"wrong window": wrong_window()}))
    else:
        print(json.dumps(compiled()))
