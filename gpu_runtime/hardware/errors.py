"""What can go wrong with a GPU."""

from __future__ import annotations


class HardwareError(Exception):
    """No GPU can be used for this, or it failed. `rule` is a stable slug; the message says what to do, if anything can
    be done."""

    def __init__(self, rule: str, message: str) -> None:
        self.rule = rule
        super().__init__(message)


class DriverError(HardwareError):
    """A call of the driver returned an error. `name` is NVIDIA's name for it, e.g. CUDA_ERROR_ILLEGAL_ADDRESS."""

    def __init__(self, call: str, number: int, name: str) -> None:
        self.call, self.number, self.name = call, number, name
        super().__init__("driver-error", f"{call} returned {name} ({number})")
