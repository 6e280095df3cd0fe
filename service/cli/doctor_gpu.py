"""The GPUs that the driver offers. libcuda itself is asked, so no package is needed."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

_MAJOR, _MINOR = 75, 76  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR of cuda.h


@dataclass(frozen=True)
class Gpus:
    """`driver`: the newest CUDA version that the driver runs. `problem`: why there is no usable GPU; None if there is
    one."""

    driver: str = ""
    names: tuple[str, ...] = ()
    problem: str | None = None


def find_gpus() -> Gpus:
    try:
        cuda = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return Gpus(problem="no driver (libcuda.so.1) on this machine")
    status = cuda.cuInit(0)
    if status:
        return Gpus(problem=f"the driver is there and does not start: CUDA error {status}")
    number = ctypes.c_int()
    cuda.cuDriverGetVersion(ctypes.byref(number))
    driver = f"{number.value // 1000}.{number.value % 1000 // 10}"
    cuda.cuDeviceGetCount(ctypes.byref(number))
    names = tuple(_name(cuda, index) for index in range(number.value))
    return Gpus(driver, names, None if names else f"the driver (CUDA {driver}) offers no GPU")


def _name(cuda: ctypes.CDLL, index: int) -> str:
    handle, major, minor = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
    label = ctypes.create_string_buffer(256)
    cuda.cuDeviceGet(ctypes.byref(handle), index)
    cuda.cuDeviceGetName(label, len(label), handle)
    cuda.cuDeviceGetAttribute(ctypes.byref(major), _MAJOR, handle)
    cuda.cuDeviceGetAttribute(ctypes.byref(minor), _MINOR, handle)
    return f"{label.value.decode(errors='replace')} (compute capability {major.value}.{minor.value})"
