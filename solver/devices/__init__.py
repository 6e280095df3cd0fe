"""The GPU architectures that Warpack knows, and what their limits allow.

    DEVICES["8.6"].max_smem_per_block_optin      # 101376
    device("8.6")                                # the same Device; an unknown one raises UnknownArchitecture

The table is read when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warpack.solver.devices.table import Device as Device
    from warpack.solver.devices.table import UnknownArchitecture as UnknownArchitecture
    from warpack.solver.devices.table import device as device

    DEVICES: dict[str, Device]

__all__ = ["DEVICES", "Device", "UnknownArchitecture", "device"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'warpack.solver.devices' has no attribute {name!r}")
    from warpack.solver.devices import table

    value = table.devices() if name == "DEVICES" else getattr(table, name)
    globals()[name] = value
    return value
