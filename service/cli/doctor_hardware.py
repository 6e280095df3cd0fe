"""Checks each thing that a machine needs to run layouts on its GPU. If it is missing, the finding says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from warpack.service.cli.doctor_findings import Finding, State, installed_version
from warpack.service.cli.doctor_gpu import find_gpus
from warpack.solver.devices import DEVICES

_MEANING = "level hardware (`warpack worker --gpu`); all else works without"
_OLDEST_DRIVER = (13, 0)
_EXTRA = "pip install 'warpack[gpu-worker]'"
_DRIVER = "install NVIDIA's driver 580 or later; in a container, start it with the GPU (NVIDIA container toolkit)"


def examine_hardware(*, needed: bool) -> Iterator[Finding]:
    """`needed`: the machine's work is its GPU, so that an absent thing counts as missing."""
    lacking: State = "missing" if needed else "absent"
    gpus = find_gpus()
    if gpus.problem is not None:
        yield Finding("GPU driver", lacking, gpus.problem, _MEANING, _DRIVER)
    else:
        yield Finding("GPU driver", "ok", f"for CUDA {gpus.driver}; " + ", ".join(gpus.names), _MEANING)
    complete = True
    for package in ("cuda-bindings", "numpy"):
        found = installed_version(package)
        complete = complete and found is not None
        state: State = lacking if found is None else "ok"
        remedy = _EXTRA if found is None else ""
        yield Finding(package, state, found or "not installed", _MEANING, remedy)
    if complete and gpus.problem is None:
        for ordinal in range(len(gpus.names)):
            yield from _device(ordinal, lacking)
    yield _sanitizer()


def _device(ordinal: int, lacking: State) -> Iterator[Finding]:
    from warpack.gpu_runtime.hardware.device_query import query_device
    from warpack.gpu_runtime.hardware.errors import HardwareError

    name = f"GPU {ordinal}"
    try:
        queried = query_device(ordinal)
    except HardwareError as error:
        yield Finding(name, lacking, f"cannot be used ({error.rule}): {error}", _MEANING, _DRIVER)
        return
    device = queried.device
    if queried.objections:
        found = "does not identify itself as real: " + "; ".join(queried.objections)
        remedy = "use the driver's own libcuda: no compatibility library, no slice of a partitioned GPU"
        yield Finding(name, lacking, found, _MEANING, remedy)
    else:
        yield Finding(name, "ok", f"{device['name']}, {device['uuid']}, driver {device['driver_version']}", _MEANING)
    for what, check in _CHECKS.items():
        found, remedy = check(device)
        yield Finding(f"{name}: {what}", lacking if remedy else "ok", found, _MEANING, remedy)


def _architecture(device: Mapping[str, Any]) -> tuple[str, str]:
    capability = str(device["compute_capability"])
    if capability in DEVICES:
        return f"{capability}, known", ""
    return f"{capability}, not known", f"only {', '.join(DEVICES)} are known to this version"


def _cuda_version(device: Mapping[str, Any]) -> tuple[str, str]:
    version = str(device["cuda_version"])
    old = tuple(int(part) for part in version.split(".")) < _OLDEST_DRIVER
    return f"the driver runs code of CUDA {version}", f"Warpack's code is made by CUDA 13.0: {_DRIVER}" if old else ""


def _limits(device: Mapping[str, Any]) -> tuple[str, str]:
    found = f"{device['limits']['max_smem_per_block_optin']} bytes for a block that opts in"
    wrong = [
        f"{each['figure']} is {each['measured']}, the table of architectures says {each['table']}"
        for each in device["table_differences"]
    ]
    return found, "please report this: " + "; ".join(wrong) if wrong else ""


_CHECKS: dict[str, Callable[[Mapping[str, Any]], tuple[str, str]]] = {
    "architecture": _architecture,
    "CUDA of the driver": _cuda_version,
    "shared memory": _limits,
}


def _sanitizer() -> Finding:
    from warpack.gpu_runtime.hardware.errors import HardwareError
    from warpack.gpu_runtime.hardware.sanitizer import find_sanitizer

    meaning = "`warpack worker --gpu --sanitizer`; nothing else"
    try:
        return Finding("compute-sanitizer", "ok", find_sanitizer(), meaning)
    except HardwareError:
        remedy = "pip install 'warpack[sanitizer]', or add the bin folder of a CUDA toolkit to PATH"
        return Finding("compute-sanitizer", "absent", "neither on PATH nor installed", meaning, remedy)
