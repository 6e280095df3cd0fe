"""One GPU as the driver describes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from warpack.gpu_runtime.hardware.driver import attribute, call, start
from warpack.gpu_runtime.hardware.errors import HardwareError
from warpack.gpu_runtime.hardware.identity import Evidence, collect
from warpack.solver.devices import DEVICES

_ATTRIBUTES = {
    "max_threads_per_block": "MAX_THREADS_PER_BLOCK",
    "max_threads_per_sm": "MAX_THREADS_PER_MULTIPROCESSOR",
    "max_blocks_per_sm": "MAX_BLOCKS_PER_MULTIPROCESSOR",
    "max_regs_per_block": "MAX_REGISTERS_PER_BLOCK",
    "regs_per_sm": "MAX_REGISTERS_PER_MULTIPROCESSOR",
    "max_smem_per_block_default": "MAX_SHARED_MEMORY_PER_BLOCK",
    "max_smem_per_block_optin": "MAX_SHARED_MEMORY_PER_BLOCK_OPTIN",
    "max_smem_per_sm": "MAX_SHARED_MEMORY_PER_MULTIPROCESSOR",
    "reserved_smem_per_block": "RESERVED_SHARED_MEMORY_PER_BLOCK",
    "warp_size": "WARP_SIZE",
}
"""Maps our name of a limit, as in the device table, to the end of the driver's name."""


@dataclass(frozen=True, kw_only=True)
class OpenDevice:
    """A device whose primary context is this process's current one. `handle` is the driver's."""

    handle: Any
    ordinal: int
    name: str
    compute_capability: str
    cuda_version: str
    multiprocessors: int
    limits: dict[str, int]
    evidence: Evidence

    def to_json(self) -> dict[str, Any]:
        """For reports: no path of this machine is in it. `driver_version` is that of the kernel's module."""
        return {
            "name": self.name,
            "uuid": self.evidence.uuid,
            "compute_capability": self.compute_capability,
            "ordinal": self.ordinal,
            "pci_address": self.evidence.pci_address,
            "driver_version": self.evidence.module_version,
            "cuda_version": self.cuda_version,
            "multiprocessors": self.multiprocessors,
            "limits": dict(self.limits),
            "table_differences": table_differences(self.compute_capability, self.limits),
        }


def open_device(ordinal: int) -> OpenDevice:
    """The device of that number, its primary context retained and current. Raises HardwareError."""
    start()
    count = call("cuDeviceGetCount")
    if not 0 <= ordinal < count:
        raise HardwareError("no-device", f"the driver offers {count} GPUs, so there is no device {ordinal}")
    handle = call("cuDeviceGet", ordinal)
    context = call("cuDevicePrimaryCtxRetain", handle)  # cuCtxCreate changed its arguments with CUDA 13
    call("cuCtxSetCurrent", context)

    def limit(name: str) -> int:
        return int(call("cuDeviceGetAttribute", attribute("CUdevice_attribute", f"CU_DEVICE_ATTRIBUTE_{name}"), handle))

    version = call("cuDriverGetVersion")
    address = _text(call("cuDeviceGetPCIBusId", 32, handle))
    return OpenDevice(
        handle=handle,
        ordinal=ordinal,
        name=_text(call("cuDeviceGetName", 256, handle)),
        compute_capability=f"{limit('COMPUTE_CAPABILITY_MAJOR')}.{limit('COMPUTE_CAPABILITY_MINOR')}",
        cuda_version=f"{version // 1000}.{version % 1000 // 10}",
        multiprocessors=limit("MULTIPROCESSOR_COUNT"),
        limits={ours: limit(theirs) for ours, theirs in _ATTRIBUTES.items()},
        evidence=collect(address, bytes(call("cuDeviceGetUuid", handle).bytes)),
    )


def table_differences(compute_capability: str, limits: dict[str, int]) -> list[dict[str, Any]]:
    """Where the driver's limits differ from the device table, which layouts are made with."""
    known = DEVICES.get(compute_capability)
    if known is None:
        return []
    return [
        {"figure": name, "table": getattr(known, name), "measured": value}
        for name, value in limits.items()
        if getattr(known, name) != value
    ]


def _text(value: bytes) -> str:
    return value.split(b"\0")[0].decode(errors="replace")
