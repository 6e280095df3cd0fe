"""Level `compiled`: allocators.py with the probe kernel, and allocators.cuh with a kernel that uses all of it, become
machine code for the manifest's architecture, or for all.

No GPU and no driver are needed. The registers, stack and spills in the report are those of these kernels, not of the
user's kernel.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from warpack.gpu_runtime.child_process import ChildError, ask
from warpack.gpu_runtime.compiler.architectures import Architectures, chosen
from warpack.gpu_runtime.compiler.header import touch_source_cpp
from warpack.gpu_runtime.compiler.warm_state import is_warm
from warpack.gpu_runtime.emitters import EmitError, emit
from warpack.gpu_runtime.probe.backends.prepared import NotProbedError, Prepared, prepare
from warpack.gpu_runtime.probe.kernel.grouped_calls import MOST_OWN, own_calls
from warpack.solver.wire.layout import Layout, sized_for
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.report import Finding, ValidationReport

_EXTRA_MISSING = ("packages-missing", "library-not-found")

_COMPILER = "warpack.gpu_runtime.probe.backends.compile_child"
"""The module that has the tools, by name: an importer of this module may never need to load them."""

_NOTE = "registers, stack and spills are those of the probe's kernels, not of the kernel that uses the layout"


def compile_probe(
    manifest: Manifest,
    layout: Layout,
    *,
    allocators: str | None = None,
    header: str | None = None,
    prepared: Prepared | None = None,
    architectures: Architectures = "own",
    cache_folder: Path | None = None,
    time_limit_s: float = 600.0,
) -> ValidationReport:
    """Compiles. Whatever goes wrong is a finding. `allocators` and `prepared` as for `simulate`; `header`: other text
    in place of the emitted header; `cache_folder`: where compiled kernels are kept, the user's cache folder unless
    said.

    `detail`: `probe_kernel` (the figures read back from its machine code), and by architecture `probe_kernels` and
    `header_kernels`; `ptx_architecture` (which the one PTX was made for: registers would be others with PTX of the
    architecture's own), `toolchain` (versions, and the wheels that the libraries came from), `from_cache` (whether
    these are the figures of an earlier compilation), `getters` (how many the kernel calls).

    Raises ValueError for an unknown architecture.
    """
    began = perf_counter()
    own = manifest.target.compute_capability
    targets = chosen(architectures, own)
    detail: dict[str, Any] = {"ran": False, "architecture": own, "architectures": list(targets)}

    def report(*findings: Finding) -> ValidationReport:
        return ValidationReport("compiled", not findings, findings, detail, round(perf_counter() - began, 3))

    try:
        prepared = prepared or prepare(manifest, layout, allocators)
        _check_size(prepared)
        request = compile_request(manifest, layout, prepared, targets, header=header, cache_folder=cache_folder)
    except NotProbedError as error:
        return report(error.finding)
    except EmitError as error:
        return report(Finding("emit-refused", str(error), (error.buffer,) if error.buffer else ()))
    try:
        answer = compile_answer(request, time_limit_s)
    except ChildError as error:
        return report(Finding(f"compiler-{error.reason}", str(error)))
    if "error" in answer:
        error_of = answer["error"]
        rule = "gpu-extra-missing" if error_of["rule"] in _EXTRA_MISSING else error_of["rule"]
        return report(Finding(rule, f"{error_of['message']}\n{error_of['log']}".rstrip()))
    detail |= {
        "ran": True,
        "getters": len(prepared.plan.calls.names),
        "ptx_architecture": answer["ptx_architecture"],
        "probe_kernel": {**answer["figures"], "cubin_bytes": answer["cubin_bytes"]},
        "probe_kernels": {name: _flat(each) for name, each in answer["probe"].items()},
        "header_kernels": {name: [_flat(each) for each in kernels] for name, kernels in answer["header"].items()},
        "note": _NOTE,
        "toolchain": answer["toolchain"],
        "from_cache": answer["from_cache"],
    }
    return report(*_wrong(detail))


def _check_size(prepared: Prepared) -> None:
    """Raises NotProbedError where the compiler would take longer than anybody waits."""
    own = own_calls(prepared.plan.calls)
    if own > MOST_OWN:
        said = f"{own} getters and zero functions of a thread's own arrays, of which at most {MOST_OWN} can be compiled"
        raise NotProbedError(Finding("probe-too-large", said))


def compile_request(
    manifest: Manifest,
    layout: Layout,
    prepared: Prepared,
    targets: Sequence[str],
    *,
    header: str | None = None,
    cache_folder: Path | None = None,
) -> dict[str, Any]:
    """The request to the compiler: see `compile`. Equal requests are answered from its cache. Raises EmitError."""
    manifest = sized_for(manifest, layout)
    own = manifest.target.compute_capability
    return {
        "allocators": prepared.allocators,
        "kernel": prepared.kernel,
        "elements": list(prepared.plan.calls.elements),
        "architecture": own if own in targets else targets[0],
        "architectures": list(targets),
        "threads": prepared.plan.shape.threads,
        "header": emit(layout, manifest, "cuda-c++") if header is None else header,
        "touch": touch_source_cpp(layout, manifest),
        "cache": None if cache_folder is None else str(cache_folder),
    }


def compile_answer(request: dict[str, Any], time_limit_s: float) -> dict[str, Any]:
    """The compiler's answer: from this process if it is ready to compile, else from a child process. Raises
    ChildError."""
    if is_warm():
        found: dict[str, Any] = import_module(_COMPILER).answer(request)
        return found
    return ask(_COMPILER, request, time_limit_s=time_limit_s, environment={"NUMBA_ENABLE_CUDASIM": "0"})


def _flat(compiled: Mapping[str, Any]) -> dict[str, Any]:
    return {**compiled["figures"], "cubin_bytes": compiled["cubin_bytes"]}


def _wrong(detail: dict[str, Any]) -> Iterator[Finding]:
    """What the machine code must show: no shared memory but the dynamic one that is laid out, and the right
    architecture."""
    for architecture in detail["architectures"]:
        kernels = [("allocators", detail["probe_kernels"][architecture])]
        kernels += [("header", kernel) for kernel in detail["header_kernels"][architecture]]
        for what, figures in kernels:
            if figures["static_shared_bytes"]:
                yield Finding(
                    "static-shared",
                    f"the compiled {what} have {figures['static_shared_bytes']} bytes of static shared memory, which no "
                    "layout counts; 0 would be right",
                )
            if figures["architecture"] != architecture:
                yield Finding(
                    "wrong-architecture",
                    f"the machine code is for {figures['architecture']}, asked for was {architecture}",
                )
