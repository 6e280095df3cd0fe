"""Runs many requests in one child process: `python -m tests.gpu_runtime.faults.batch`, the kind of work in
WARPACK_BATCH.

A probe has a process for itself; here one that imports numba once is enough, and saves most of the time.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from warpack.gpu_runtime.child_process import die_with_parent

Request = Mapping[str, Any]


def _simulate() -> Callable[[Request], dict[str, Any]]:
    from warpack.gpu_runtime.probe.backends.numba_simulator import call_device_functions_directly
    from warpack.gpu_runtime.probe.backends.simulate_child import Simulation

    call_device_functions_directly()

    def simulate(request: Request) -> dict[str, Any]:
        return Simulation(request).run()

    return simulate


def _on_cpu() -> Callable[[Request], dict[str, Any]]:
    from tests.gpu_runtime.faults.compiled_once import CompiledOnce
    from warpack.gpu_runtime.probe.backends import cpu_child

    cpu_child.load_module = CompiledOnce().load
    return cpu_child.run_on_cpu


def _compile() -> Callable[[Request], dict[str, Any]]:
    from warpack.gpu_runtime.probe.backends.compile_child import answer

    def compiled(request: Request) -> dict[str, Any]:
        asked = {
            "allocators": request["allocators"],
            "kernel": request["kernel"],
            "elements": request["plan"]["elements"],
            "architecture": "8.6",
            "threads": request["plan"]["shape"]["threads"],
        }
        try:
            answered = answer(asked)
        except Exception:  # in a child of its own it would end the child
            return {"rules": ["compiler-crashed"]}
        if "error" in answered:
            return {"rules": [answered["error"]["rule"]]}
        return {"rules": ["static-shared"] if answered["figures"]["static_shared_bytes"] else []}

    return compiled


def _compile_header() -> Callable[[Request], dict[str, Any]]:
    from warpack.gpu_runtime.compiler import CompileError, cpp_to_cubin
    from warpack.gpu_runtime.compiler.figures import figures_of_all

    def compiled(request: Request) -> dict[str, Any]:
        try:
            linked = cpp_to_cubin(request["touch"], "8.6", {"allocators.cuh": request["header"]})
        except CompileError as error:
            return {"rules": [f"compile-{error.stage}"]}
        return {"rules": ["static-shared"] if any(each.static_shared_bytes for each in figures_of_all(linked)) else []}

    return compiled


_KINDS = {"simulate": _simulate, "cpu": _on_cpu, "compile": _compile, "header": _compile_header}


def main() -> int:
    die_with_parent()
    gc.disable()  # numba makes so many objects that a tenth of its time would go into looking for dead ones
    work = _KINDS[os.environ["WARPACK_BATCH"]]()
    json.dump({"answers": [work(request) for request in json.load(sys.stdin)["requests"]]}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
