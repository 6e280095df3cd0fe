"""Runs a bundle on an open device: every launch of the plan, checked by the same code as the simulator's launches."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from warpack.gpu_runtime.hardware.bundle import Bundle
from warpack.gpu_runtime.hardware.device import OpenDevice
from warpack.gpu_runtime.hardware.driver import call
from warpack.gpu_runtime.hardware.errors import DriverError, HardwareError
from warpack.gpu_runtime.hardware.figures import differences, function_attribute, measure, set_function_attribute
from warpack.gpu_runtime.hardware.memory import DeviceArray
from warpack.gpu_runtime.probe.checks.judge import Judge
from warpack.gpu_runtime.probe.kernel.abi import ARGUMENTS, GUARD_BYTES, OTHER_ARGUMENTS, REPORT_WIDTH
from warpack.gpu_runtime.probe.plan.launches import Launch, Launches

_WHOLE_CARVEOUT = 100


class Run:
    """One bundle on one device. If something fails, the answer has it as `error`, with a rule and a message."""

    def __init__(self, device: OpenDevice, bundle: Bundle) -> None:
        self._device, self._bundle = device, bundle
        shared = bundle.plan["shape"]["dynamic_bytes"]
        room = max(0, device.limits["max_smem_per_block_optin"] - shared)
        self._launches = Launches(bundle.plan, guard_bytes=min(GUARD_BYTES, room))
        self._guards_broken: set[str] = set()
        self._unfinished = 0

    def answer(self) -> dict[str, Any]:
        """`kernel` (predicted, measured, differences), `passes` as `catalogue.findings_of` reads them, `error`."""
        answer: dict[str, Any] = {"kernel": None, "passes": [], "error": None, "views": None}
        try:
            function = self._load()
            answer["kernel"] = self._figures(function)
            for one in self._bundle.plan["passes"]:
                judge = Judge(self._launches, one)
                for launch in self._launches.of(one):
                    self._launch(function, launch)
                    judge.hold_against_plan(launch)
                answer["passes"].append(judge.result)
        except HardwareError as error:
            answer["error"] = {"rule": error.rule, "message": str(error)}
        return answer | {"guards_broken": sorted(self._guards_broken), "threads_unfinished": self._unfinished}

    def _load(self) -> Any:
        if self._bundle.architecture != self._device.compute_capability:
            raise HardwareError(
                "wrong-architecture",
                f"the bundle is for compute capability {self._bundle.architecture}, {self._device.name} has "
                f"{self._device.compute_capability}",
            )
        try:
            module = call("cuModuleLoadData", self._bundle.cubin)
            function = call("cuModuleGetFunction", module, self._bundle.entry.encode())
        except DriverError as error:
            raise HardwareError("load-failed", f"the driver does not take the machine code: {error}") from error
        self._opt_in(function)
        return function

    def _opt_in(self, function: Any) -> None:
        """Raises the function's limit of dynamic shared memory where the launch needs more, and sets the carve-out that
        the manifest states. The function's own limit counts, which static shared memory lowers, not 48 KB."""
        wanted = self._launches.most_bytes
        carveout = self._bundle.carveout
        percent = _WHOLE_CARVEOUT if carveout == "max" else carveout
        try:
            if wanted > function_attribute(function, "MAX_DYNAMIC_SHARED_SIZE_BYTES"):
                set_function_attribute(function, "MAX_DYNAMIC_SHARED_SIZE_BYTES", wanted)
            set_function_attribute(function, "PREFERRED_SHARED_MEMORY_CARVEOUT", percent)
        except DriverError as error:
            most = self._device.limits["max_smem_per_block_optin"]
            raise HardwareError(
                "opt-in-refused",
                f"{wanted} bytes of dynamic shared memory are refused: {error}; the device's maximum is {most}",
            ) from error

    def _figures(self, function: Any) -> dict[str, Any]:
        measured = measure(function, self._launches.threads, self._launches.dynamic_bytes)
        reserved = self._device.limits["reserved_smem_per_block"]
        return {
            "predicted": dict(self._bundle.predicted),
            "measured": measured,
            "differences": differences(self._bundle.predicted, measured, reserved),
        }

    def _launch(self, function: Any, launch: Launch) -> None:
        """Copies in, launches, waits, copies back. The launch's arrays then hold what the kernel wrote."""
        where = f"{launch.kind} pass of script {launch.script}"
        names = [*ARGUMENTS, *(f"pool_{number}" for number in range(len(self._bundle.plan["elements"])))]
        arrays = {}
        try:
            for name, value in zip(names, launch.arguments, strict=True):
                arrays[name] = DeviceArray(_host_array(name, value))
            words = [word for array in arrays.values() for word in array.arguments()]
            self._call_kernel(function, launch, words)
            for name, into in (("dump", launch.dump), ("final", launch.final), ("report", launch.report)):
                arrays[name].fetch(into)
            self._guards_broken |= {name for name, array in arrays.items() if not array.guards_hold()}
            for array in arrays.values():
                array.free()
        except DriverError as error:
            rule = "out-of-memory" if error.name == "CUDA_ERROR_OUT_OF_MEMORY" else "launch-failed"
            raise HardwareError(rule, f"{where}: {error}") from error
        finished = launch.report.reshape(-1, REPORT_WIDTH)[:, 0] == 1
        self._unfinished += int((~finished).sum())

    def _call_kernel(self, function: Any, launch: Launch, words: Sequence[int]) -> None:
        values = [ctypes.c_uint64(word) for word in words]
        pointers = (ctypes.c_void_p * len(values))(*(ctypes.addressof(value) for value in values))
        call(
            "cuLaunchKernel", function, self._launches.blocks, 1, 1, self._launches.threads, 1, 1,
            launch.dynamic_bytes, 0, ctypes.addressof(pointers), 0,
        )  # fmt: skip
        call("cuCtxSynchronize")


def _host_array(name: str, value: Any) -> np.ndarray[Any, Any]:
    if isinstance(value, np.ndarray):
        return value
    return np.asarray(value, dtype=OTHER_ARGUMENTS.get(name, "int64"))
