"""Calls of the CUDA driver, by name, with errors as exceptions. For child processes only: a process that has called the
driver must not fork, and a kernel that faults destroys the process's context."""

from __future__ import annotations

from typing import Any

from warpack.gpu_runtime.hardware.errors import DriverError, HardwareError


def start() -> None:
    """Loads and starts the driver. Raises HardwareError: `packages-missing`, `driver-missing`, or what the driver
    said."""
    try:
        import numpy  # noqa: F401  (whether it is there)
        from cuda.bindings import driver  # noqa: F401  (whether it is there)
        from cuda.pathfinder import DynamicLibNotFoundError
    except ImportError as error:
        raise HardwareError("packages-missing", f"{error}: pip install 'warpack[gpu-worker]'") from error
    try:
        call("cuInit", 0)
    except DriverError as error:
        raise HardwareError(
            "no-device" if error.name == "CUDA_ERROR_NO_DEVICE" else "driver-failed",
            f"the driver does not start: {error}; `nvidia-smi` should list the GPU",
        ) from error
    except DynamicLibNotFoundError as error:
        raise HardwareError("driver-missing", "no NVIDIA driver: libcuda.so.1 cannot be loaded") from error
    except RuntimeError as error:  # cuda-bindings: the library lacks a function that it should have
        message = str(error).partition("\n")[0]
        raise HardwareError("driver-failed", f"libcuda.so.1 is no driver that can be used: {message}") from error


def call(name: str, *arguments: Any) -> Any:
    """What the driver's function returns: nothing, one value, or a tuple. Raises DriverError."""
    from cuda.bindings import driver

    status, *values = getattr(driver, name)(*arguments)
    if status != driver.CUresult.CUDA_SUCCESS:
        raise DriverError(name, int(status), str(getattr(status, "name", status)))
    if not values:
        return None
    return values[0] if len(values) == 1 else tuple(values)


def attribute(prefix: str, name: str) -> Any:
    """A constant of cuda.h, e.g. `attribute("CUdevice_attribute", "CU_DEVICE_ATTRIBUTE_WARP_SIZE")`."""
    from cuda.bindings import driver

    return getattr(getattr(driver, prefix), name)
