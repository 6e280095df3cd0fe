"""One validation on a GPU: the child's side. `python -m warpack.gpu_runtime.hardware.execute_child` reads one JSON
object and writes one.

A kernel that faults destroys its context, and one that hangs can only be killed. So each validation has a process of
its own.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from warpack.gpu_runtime.hardware.bundle import BundleFormatError, read_bundle
from warpack.gpu_runtime.hardware.device import open_device
from warpack.gpu_runtime.hardware.driver_process import answering, end_by_itself
from warpack.gpu_runtime.hardware.errors import HardwareError
from warpack.gpu_runtime.hardware.identity import objections


def main() -> int:
    with answering() as out:
        request = json.load(sys.stdin)
        end_by_itself(request["time_limit_s"])
        json.dump(execute(request), out)
    return 0


def execute(request: Mapping[str, Any]) -> dict[str, Any]:
    """`bundle` (text), `ordinal`, and `host_path_test`: whether to continue if the device is not real, for tests of
    this code. The answer has `real` and `objections`. If the device is not real, and `host_path_test` is not set,
    nothing is run."""
    answer: dict[str, Any] = {"real": False, "objections": [], "device": None, "ran": None, "error": None}
    try:
        bundle = read_bundle(request["bundle"])
        device = open_device(request["ordinal"])
    except BundleFormatError as error:
        return answer | {"error": {"rule": "bad-bundle", "message": str(error)}}
    except HardwareError as error:
        return answer | {"error": {"rule": error.rule, "message": str(error)}}
    against = objections(device.evidence)
    answer |= {"real": not against, "objections": list(against), "device": device.to_json()}
    if against and not request["host_path_test"]:
        return answer
    from warpack.gpu_runtime.hardware.bundle_runner import Run

    return answer | {"ran": Run(device, bundle).answer()}


if __name__ == "__main__":
    sys.exit(main())
