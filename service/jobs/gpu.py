"""The GPU of a worker that has one: found at its start, in a process of its own, and never taken for real unless it
is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from warpack.solver.devices import DEVICES

_PUBLIC = ("name", "uuid", "compute_capability", "driver_version", "cuda_version", "ordinal")


@dataclass(frozen=True, slots=True)
class Gpu:
    """`device` as a report describes it; `sanitizer`: every validation is run under compute-sanitizer too."""

    device: Mapping[str, Any]
    sanitizer: bool = False

    @property
    def ordinal(self) -> int:
        return int(self.device["ordinal"])

    @property
    def compute_capability(self) -> str:
        return str(self.device["compute_capability"])

    def public(self) -> dict[str, Any]:
        """What others may know of it while the worker is alive."""
        return {name: self.device[name] for name in _PUBLIC} | {"sanitizer": self.sanitizer}


def find_gpu(ordinal: int, *, sanitizer: bool = False) -> Gpu:
    """The device of that number. Raises HardwareError: no driver, no device, none that is real, one of an architecture
    that is not known, or a missing compute-sanitizer that was asked for."""
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
