"""Which GPUs this machine has, and whether they count as real. A child process looks, so that this process never loads
the driver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from warpack.gpu_runtime.child_process import ChildError
from warpack.gpu_runtime.hardware.driver_process import ask
from warpack.gpu_runtime.hardware.errors import HardwareError

_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class QueriedDevice:
    """One device as `device.OpenDevice.to_json` gives it, and the reasons why it does not count as real (empty: it
    does)."""

    device: Mapping[str, Any]
    objections: tuple[str, ...]


def query_device(ordinal: int) -> QueriedDevice:
    """The device of that number, opened in a process of its own. Raises HardwareError where there is none."""
    try:
        _, answer = ask(
            "warpack.gpu_runtime.hardware.device_query_child",
            {"ordinal": ordinal, "time_limit_s": _LIMIT_S},
            time_limit_s=_LIMIT_S,
        )
    except ChildError as error:
        raise HardwareError(f"driver-{error.reason}", f"looking at the device failed: {error}") from error
    if answer["error"] is not None:
        raise HardwareError(answer["error"]["rule"], answer["error"]["message"])
    return QueriedDevice(answer["device"], tuple(answer["objections"]))


def query_real_device(ordinal: int) -> Mapping[str, Any]:
    """As `query_device`, and refuses a device that is not real: HardwareError `device-not-real`."""
    found = query_device(ordinal)
    if found.objections:
        raise HardwareError("device-not-real", refusal(found.device["name"], found.objections))
    return found.device


def refusal(name: str, objections: tuple[str, ...]) -> str:
    return f"{name!r} does not identify itself as a real GPU: " + "; ".join(objections)
