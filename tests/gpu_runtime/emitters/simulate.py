"""Runs the emitted allocators of every sample in numba's CUDA simulator and prints what they did, as JSON.

A program of its own, since numba chooses between simulator and compiler when it is first imported:

    NUMBA_ENABLE_CUDASIM=1 python -m tests.gpu_runtime.emitters.simulate
"""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import numpy as np
from numba import cuda, types

from tests.gpu_runtime.emitters.samples import SAMPLES
from warpack.gpu_runtime.compiler import load_module
from warpack.gpu_runtime.emitters import Getter, emit, getters
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

POISON = 0xA5


def _launch(module: ModuleType, act: Any, block: tuple[int, ...]) -> list[int]:
    """Poisons shared memory, lets every thread act, and returns the bytes that are no longer poison, by offset."""
    size = module.DYNAMIC_SHARED_BYTES
    image = np.zeros(size, np.uint8)

    def kernel(image: Any) -> None:
        raw = cuda.shared.array(0, types.uint8)
        if module.thread_in_block() == 0:
            raw[:] = POISON
        cuda.syncthreads()
        act(module.thread_memory(module.run_in_block()))
        cuda.syncthreads()
        if module.thread_in_block() == 0 and image.size:
            image[:] = raw

    cuda.jit(kernel)[1, block, 0, size](image)
    return [int(byte) for byte in image]


def _report(layout: Layout, manifest: Manifest) -> dict[str, Any]:
    module = load_module(emit(layout, manifest), "allocators")
    flat, square = (module.THREADS_PER_BLOCK,), (module.THREADS_PER_RUN, module.RUNS_PER_BLOCK)
    report: dict[str, Any] = {"images": {}, "zeroed": {}, "lengths": {}, "types": {}, "local_zero": {}}
    for name, getter in getters(layout, manifest).items():

        def views_of(memory: Any, getter: Getter = getter) -> Any:
            function = getattr(module, getter.identifier)
            return [function(memory, *([slot] if getter.takes_slot else [])) for slot in range(getter.slots)]

        def fill(memory: Any, name: str = name, views_of: Any = views_of) -> None:
            for view in views_of(memory):
                report["lengths"][name], report["types"][name] = int(view.size), str(view.dtype)
                view.view(np.uint8)[:] = 0xFF

        def zero(memory: Any, getter: Getter = getter, name: str = name, views_of: Any = views_of) -> None:
            local = "local" in getter.region
            for view in views_of(memory) if local else ():
                view.view(np.uint8)[:] = POISON
            getattr(module, getter.zero or "")(memory)
            if local:
                report["local_zero"][name] = [int(byte) for view in views_of(memory) for byte in view.view(np.uint8)]

        report["images"][name] = _launch(module, fill, flat)
        if getter.zero is not None:
            report["zeroed"][name] = _launch(module, zero, flat)
    report["init"] = _launch(module, module.init, flat)
    report["init_in_two_dimensions"] = _launch(module, module.init, square)
    return report


if __name__ == "__main__":
    print(json.dumps({name: _report(*sample) for name, sample in SAMPLES.items()}))
