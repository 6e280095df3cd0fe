"""The GPU of a worker. It is found at the worker's start, in a process of its own. A simulated device is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from warpack.solver.devices import DEVICES

_PUBLIC = ("name", "uuid", "compute_capability", "driver_version", "cuda_version", "ordinal")


@dataclass(frozen=True, slots=True)
class Gpu:
    """`device` is described as in a report. With `sanitizer`, every validation also runs under compute-sanitizer."""

    device: Mapping[str, Any]
    sanitizer: bool = False

    @property
    def ordinal(self) -> int:
        return int(self.device["ordinal"])

    @property
    def compute_capability(self) -> str:
        return str(self.device["compute_capability"])

    def public(self) -> dict[str, Any]:
        """What other processes and callers may know of the GPU."""
        return {name: self.device[name] for name in _PUBLIC} | {"sanitizer": self.sanitizer}


def find_gpu(ordinal: int, *, sanitizer: bool = False) -> Gpu:
    """The device with this number. Raises HardwareError if there is no driver, no device or no real one, if its
    architecture is not known, or if compute-sanitizer is asked for and missing."""
    from warpack.gpu_runtime.hardware.device_query import query_real_device
    from warpack.gpu_runtime.hardware.errors import HardwareError
    from warpack.gpu_runtime.hardware.sanitizer import find_sanitizer

    device = query_real_device(ordinal)
    if device["compute_capability"] not in DEVICES:
        raise HardwareError(
            "architecture-unknown",
            f"{device['name']} has compute capability {device['compute_capability']}; known are {', '.join(DEVICES)}",
        )
    if sanitizer:
        find_sanitizer()
    return Gpu(device, sanitizer)
